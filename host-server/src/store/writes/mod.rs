//! From what must become true to the statements that make it so, a file for each kind of thing. Pure: no engine is
//! asked.

mod accounts;
mod applications;
mod audit;
mod data;
mod devices;
mod factors;
mod guesses;
mod keys;
mod mails;
mod restore;
mod revocations;
mod roles;
mod sessions;

use countersign_core::change::Change;

use super::backend::{Guard, Write};
use super::value::Value;

/// Rows past their time that a change forgets at most, of the kind that it adds one to. More than it adds, so that
/// old ones dwindle; few enough that nobody waits for a backlog.
const PRUNED: u32 = 16;

/// The statements of a decision's changes, in their order.
pub(crate) fn writes(changes: &[Change]) -> Vec<Write> {
    changes.iter().flat_map(change).collect()
}

fn change(change: &Change) -> Vec<Write> {
    match change {
        Change::CreateAccount(account) => vec![accounts::create_account(account)],
        Change::ReplaceHash { user, from, to } => vec![accounts::replace_hash(*user, from, to)],
        Change::EditAccount(edit) => accounts::edit_account(edit),
        Change::SetPassword { user, from, to, except, at } => {
            accounts::set_password(*user, from, to, *except, *at)
        }
        Change::SetStatus { user, from, to, at } => accounts::set_status(*user, *from, *to, *at),
        Change::SetRole { user, from, to, at } => accounts::set_role(*user, *from, *to, *at),
        Change::CountGuess { subject, limit, at, window_start } => {
            guesses::count_guess(subject, *limit, *at, *window_start)
        }
        Change::TakeBackGuess { subject } => vec![guesses::take_back_guess(subject)],
        Change::ClearGuesses { subject } => vec![guesses::clear_guesses(subject)],
        Change::OpenSession { session, checked_hash } => sessions::open_session(session, checked_hash),
        Change::RotatePair { session, from, to, bearer_refresh } => {
            vec![sessions::rotate_pair(*session, *from, to, *bearer_refresh)]
        }
        Change::RefuseBearers { session } => vec![sessions::refuse_bearers(*session)],
        Change::NoteUse { session, at } => vec![sessions::note_use(*session, *at)],
        Change::EndSession { session } => vec![sessions::end_session(*session)],
        // Log-ins that wait for their second factor would become sessions.
        Change::EndSessions { user, except } => {
            vec![sessions::end_sessions(*user, *except), factors::end_logins(*user)]
        }
        Change::Reauthenticate { session, at } => vec![sessions::reauthenticate(*session, *at)],
        Change::RememberDevice { digest, user, at } => devices::remember_device(*digest, *user, *at),
        Change::ForgetDevice { digest } => vec![devices::forget_device(digest)],
        Change::CountCode { user, at } => guesses::count_code(*user, *at),
        Change::ProposeFactor { user, secret, at } => vec![factors::propose(*user, secret, *at)],
        Change::EnableFactor { user, secret, step, at } => factors::enable(*user, secret, *step, *at),
        Change::UseStep { user, secret, step } => vec![factors::use_step(*user, secret, *step)],
        Change::UseRecoveryCode { user, digest } => vec![factors::use_recovery_code(*user, digest)],
        Change::ReplaceRecoveryCodes { user, digests } => factors::replace_recovery_codes(*user, digests),
        Change::RemoveFactor { user, at } => factors::remove(*user, *at),
        Change::OpenMfaLogin { login, at } => factors::open_login(login, *at),
        Change::CountWrongCode { digest } => vec![factors::count_wrong_code(digest)],
        Change::EndMfaLogin { digest } => vec![factors::end_login(digest)],
        Change::MailToken(token) => mails::mail_token(token),
        Change::RehearseMail(token) => mails::rehearse_mail(token),
        Change::Notify { user, notice, at } => mails::notify(*user, notice, *at),
        Change::SpendActionToken { digest, purpose, at } => mails::spend_action_token(*digest, *purpose, *at),
        Change::VerifyEmail { user, email, at } => vec![mails::verify_email(*user, email, *at)],
        Change::RemoveUnverifiedFactor { user, at } => factors::remove_unverified(*user, *at),
        Change::ClaimMail { id, attempts, until } => vec![mails::claim_mail(*id, *attempts, *until)],
        Change::RetryMail { id, attempts, due_at } => vec![mails::retry_mail(*id, *attempts, *due_at)],
        Change::FinishMail { id, at } => vec![mails::finish_mail(*id, *at)],
        Change::GiveUpMail { id, at } => vec![mails::give_up_mail(*id, *at)],
        Change::CreateApplication(application) => vec![applications::create_application(application)],
        Change::UpdateApplication { id, patch } => vec![applications::update_application(id, patch)],
        Change::DeleteApplication { id } => applications::delete_application(id),
        Change::DefineRole { application, role } => vec![roles::define_role(application, role)],
        Change::DeleteRole { application, role } => roles::delete_role(application, role),
        Change::AssignRole { assignment, at } => vec![roles::assign_role(assignment, *at)],
        Change::RevokeRole { assignment } => roles::revoke_role(assignment),
        Change::StoreDatum { owner, datum, at } => vec![data::store_datum(owner, datum, *at)],
        Change::DeleteDatum { owner, key } => vec![data::delete_datum(owner, key)],
        Change::SealAudit(seal) => vec![audit::seal(seal)],
        Change::ArchiveAudit { from, to } => audit::archive(*from, *to),
        Change::OutdateGrants { user, at } => vec![revocations::outdate_grants(*user, *at)],
        Change::OutdateRoles { application, at } => vec![revocations::outdate_roles(application, *at)],
        Change::ForgetEnded { at } => revocations::forget_ended(*at),
        Change::AfterRestore(after) => restore::void(*after),
        Change::Key(change) => keys::writes(change),
    }
}

fn write<const N: usize>(statement: &'static str, guard: Guard, parameters: [Value; N]) -> Write {
    Write { statement, parameters: parameters.into(), guard }
}

#[cfg(test)]
mod tests {
    use countersign_core::account::{AccountRole, AccountStatus};
    use countersign_core::id::UserId;
    use countersign_core::secret::TokenDigest;
    use countersign_core::throttle::GuessSubject;
    use countersign_core::time::Timestamp;

    use super::*;
    use crate::store::sql;
    use crate::store::tests::{new_account, open_session, password_hash, remember_device, session};
    use crate::store::value::Value;

    const USER: UserId = UserId::new(5);
    const AT: Timestamp = Timestamp::from_secs(4_000);
    const WINDOW_START: Timestamp = Timestamp::from_secs(400);

    fn count_guess(subject: GuessSubject) -> Change {
        Change::CountGuess { subject, limit: 20, at: AT, window_start: WINDOW_START }
    }

    fn one_of_each() -> Vec<Change> {
        let subject = GuessSubject::Account(USER);
        vec![
            Change::CreateAccount(Box::new(new_account("Ada"))),
            Change::SetPassword {
                user: USER,
                from: password_hash(0).into(),
                to: password_hash(1),
                except: None,
                at: AT,
            },
            Change::SetStatus { user: USER, from: AccountStatus::Active, to: AccountStatus::Deleted, at: AT },
            Change::SetRole { user: USER, from: AccountRole::User, to: AccountRole::Admin, at: AT },
            count_guess(subject.clone()),
            Change::ClearGuesses { subject: subject.clone() },
            count_guess(subject.clone().in_a_row()),
            count_guess(GuessSubject::of_name("nobody").in_a_row()),
            Change::TakeBackGuess { subject: subject.clone().in_a_row() },
            Change::ClearGuesses { subject: subject.in_a_row() },
            Change::CountCode { user: USER, at: AT },
            open_session(session(USER, 1)),
            remember_device(USER, 1),
            Change::ReplaceHash { user: USER, from: password_hash(0).into(), to: password_hash(1) },
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
                vec![Guard::OneRow, Guard::Open, Guard::Open, Guard::Open, Guard::Open],
                vec![Guard::OneRow, Guard::Open, Guard::Open, Guard::Open],
                vec![Guard::OneRow, Guard::Open, Guard::Open],
                vec![Guard::Open, Guard::OneRow],
                vec![Guard::Open],
                vec![Guard::Open, Guard::OneRow],
                vec![Guard::Open, Guard::OneRow],
                vec![Guard::Open],
                vec![Guard::Open],
                vec![Guard::OneRow, Guard::Open, Guard::OneRow],
                vec![Guard::OneRow, Guard::Open, Guard::Open],
                vec![Guard::Open, Guard::Open, Guard::Open],
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
        let write = accounts::create_account(&new_account("Ada"));
        assert_eq!(write.parameters[..2], [Value::from("Ada"), Value::from("ada")]);
    }

    #[test]
    fn changes_keep_their_order() {
        let statements: Vec<&str> = writes(&one_of_each()).iter().map(|write| write.statement).collect();
        let place = |statement| statements.iter().position(|other| *other == statement).unwrap();
        // Pruned by the guess's own window, and before it is counted; opened under the hash that is then replaced.
        assert!(place(sql::guesses::PRUNE_GUESSES) < place(sql::guesses::COUNT_GUESS));
        assert!(place(sql::sessions::OPEN_SESSION) < place(sql::sessions::KEEP_NEWEST_SESSIONS));
        assert!(place(sql::sessions::OPEN_SESSION) < place(sql::accounts::REPLACE_HASH));
    }

    #[test]
    fn no_secret_is_shown_in_a_debug_print() {
        let shown = format!("{:?}", writes(&one_of_each()));
        for secret in [password_hash(0).as_str(), &TokenDigest::of(&1_u128.to_be_bytes()).encode()] {
            assert!(!shown.contains(secret));
        }
    }
}
