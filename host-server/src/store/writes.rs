//! From what must become true to the statements that make it so. Pure: no engine is asked.

use countersign_core::account::{AccountRole, NewAccount};
use countersign_core::change::Change;
use countersign_core::name::PersonName;
use countersign_core::password::PasswordHash;
use countersign_core::session::{DEVICES_PER_USER, SESSIONS_PER_USER, Session};
use countersign_core::throttle::GUESS_LIMIT;

use super::backend::{Guard, Write};
use super::sql;
use super::value::Value;

/// Guesses that one more guess forgets at most. More than it adds, so that old ones dwindle; few enough that
/// nobody's log-in waits for a backlog.
const PRUNED_GUESSES: u32 = 16;

/// The statements of a decision's changes, in their order.
pub(crate) fn writes(changes: &[Change]) -> Vec<Write> {
    changes.iter().flat_map(change).collect()
}

fn change(change: &Change) -> Vec<Write> {
    match change {
        Change::CreateAccount(account) => vec![create_account(account)],
        Change::CountGuess { subject, at, window_start } => vec![
            write(sql::PRUNE_GUESSES, Guard::Open, [(*window_start).into(), PRUNED_GUESSES.into()]),
            write(
                sql::COUNT_GUESS,
                Guard::OneRow,
                [subject.key().into(), (*at).into(), (*window_start).into(), GUESS_LIMIT.into()],
            ),
        ],
        Change::TakeBackGuess { subject } => {
            vec![write(sql::TAKE_BACK_GUESS, Guard::Open, [subject.key().into()])]
        }
        Change::ClearGuesses { subject } => {
            vec![write(sql::CLEAR_GUESSES, Guard::Open, [subject.key().into()])]
        }
        Change::OpenSession { session, checked_hash } => vec![
            open_session(session, checked_hash),
            write(
                sql::KEEP_NEWEST_SESSIONS,
                Guard::Open,
                [session.user.value().into(), session.created_at.into(), SESSIONS_PER_USER.into()],
            ),
        ],
        Change::RememberDevice { digest, user, at } => vec![
            write(
                sql::REMEMBER_DEVICE,
                Guard::Open,
                [digest.encode().into(), user.value().into(), (*at).into()],
            ),
            write(sql::KEEP_NEWEST_DEVICES, Guard::Open, [user.value().into(), DEVICES_PER_USER.into()]),
        ],
        Change::ReplaceHash { user, from, to } => vec![write(
            sql::REPLACE_HASH,
            Guard::OneRow,
            [to.as_str().into(), user.value().into(), from.as_str().into()],
        )],
    }
}

fn create_account(account: &NewAccount) -> Write {
    let username = account.username.as_ref().map(|username| username.as_str());
    let name = |name: &Option<PersonName>| Value::text_or_null(name.as_ref().map(PersonName::as_str));
    let role: AccountRole = account.role;
    write(
        sql::CREATE_ACCOUNT,
        Guard::OneNumber,
        [
            Value::text_or_null(username),
            Value::text_or_null(username.map(str::to_ascii_lowercase)),
            account.email.as_str().into(),
            name(&account.name),
            name(&account.first_name),
            name(&account.last_name),
            Value::text_or_null(account.phone.as_ref().map(|phone| phone.as_str())),
            role.as_str().into(),
            account.password_hash.as_str().into(),
            account.created_at.into(),
            account.application.as_str().into(),
        ],
    )
}

fn open_session(session: &Session, checked_hash: &PasswordHash) -> Write {
    write(
        sql::OPEN_SESSION,
        Guard::OneRow,
        [
            session.id.encode().into(),
            session.application.as_str().into(),
            session.created_at.into(),
            session.expires_at.into(),
            session.refresh_number.into(),
            session.refresh_digest.encode().into(),
            Value::text_or_null(session.client.ip.as_deref()),
            Value::text_or_null(session.client.user_agent.as_deref()),
            session.user.value().into(),
            checked_hash.as_str().into(),
        ],
    )
}

fn write<const N: usize>(statement: &'static str, guard: Guard, parameters: [Value; N]) -> Write {
    Write { statement, parameters: parameters.into(), guard }
}

#[cfg(test)]
mod tests {
    use countersign_core::id::UserId;
    use countersign_core::secret::TokenDigest;
    use countersign_core::throttle::GuessSubject;
    use countersign_core::time::Timestamp;

    use super::*;
    use crate::store::tests::{new_account, open_session, password_hash, remember_device, session};

    const USER: UserId = UserId::new(5);
    const AT: Timestamp = Timestamp::from_secs(4_000);
    const WINDOW_START: Timestamp = Timestamp::from_secs(400);

    fn one_of_each() -> Vec<Change> {
        let subject = GuessSubject::Account(USER);
        vec![
            Change::CreateAccount(Box::new(new_account("Ada"))),
            Change::CountGuess { subject: subject.clone(), at: AT, window_start: WINDOW_START },
            Change::ClearGuesses { subject },
            open_session(session(USER, 1)),
            remember_device(USER, 1),
            Change::ReplaceHash { user: USER, from: password_hash(0), to: password_hash(1) },
        ]
    }

    #[test]
    fn each_change_has_the_guard_that_it_names() {
        let guards: Vec<Vec<Guard>> = one_of_each()
            .iter()
            .map(|change| super::change(change).iter().map(|write| write.guard).collect())
            .collect();
        assert_eq!(
            guards,
            [
                vec![Guard::OneNumber],
                vec![Guard::Open, Guard::OneRow],
                vec![Guard::Open],
                vec![Guard::OneRow, Guard::Open],
                vec![Guard::Open, Guard::Open],
                vec![Guard::OneRow],
            ]
        );
    }

    #[test]
    fn each_statement_gets_as_many_parameters_as_it_has() {
        for write in writes(&one_of_each()) {
            let given = write.parameters.len();
            assert!(write.statement.contains(&format!("${given}")), "{write:?}");
            assert!(!write.statement.contains(&format!("${}", given + 1)), "{write:?}");
        }
    }

    #[test]
    fn a_username_is_stored_as_typed_and_found_lower_cased() {
        let write = create_account(&new_account("Ada"));
        assert_eq!(write.parameters[..2], [Value::from("Ada"), Value::from("ada")]);
    }

    #[test]
    fn changes_keep_their_order() {
        let statements: Vec<&str> = writes(&one_of_each()).iter().map(|write| write.statement).collect();
        let place = |statement| statements.iter().position(|other| *other == statement).unwrap();
        // Pruned by the guess's own window, and before it is counted; opened under the hash that is then replaced.
        assert!(place(sql::PRUNE_GUESSES) < place(sql::COUNT_GUESS));
        assert!(place(sql::OPEN_SESSION) < place(sql::KEEP_NEWEST_SESSIONS));
        assert!(place(sql::OPEN_SESSION) < place(sql::REPLACE_HASH));
    }

    #[test]
    fn no_secret_is_shown_in_a_debug_print() {
        let shown = format!("{:?}", writes(&one_of_each()));
        for secret in [password_hash(0).as_str(), &TokenDigest::of(&1_u128.to_be_bytes()).encode()] {
            assert!(!shown.contains(secret));
        }
    }
}
