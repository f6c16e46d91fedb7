//! What every database must know of sessions that have ended and grants that have changed, however that came about.

use countersign_core::account::{AccountRole, AccountStatus};
use countersign_core::application::{Application, ApplicationName, ApplicationStatus};
use countersign_core::change::Change;
use countersign_core::id::{ApplicationId, SessionId, TokenId, UserId};
use countersign_core::permission::RoleName;
use countersign_core::role::Assignment;
use countersign_core::secret::TokenDigest;
use countersign_core::session::{Pair, SESSIONS_PER_USER, Session};
use countersign_core::time::Timestamp;

use super::super::{Committed, DatabaseLocation, Store};
use super::{NOW, new_account, open_session, password_hash, session, temporary_file};

contract! {
    a_session_that_is_ended_is_known_until_its_tokens_have_expired,
    every_change_that_ends_sessions_makes_them_known,
    the_hundred_and_first_session_ends_the_oldest,
    an_application_that_is_deleted_ends_its_sessions,
    who_ceases_to_belong_to_an_application_has_ended_sessions_there,
    the_longest_lived_token_of_a_session_counts,
    nobody_who_is_deleted_is_given_another_pair,
    the_newest_ended_sessions_come_first_and_no_more_than_asked_for,
    grants_are_outdated_as_of_the_newest_change,
}

/// The token of [`session`] expires then.
const EXPIRES: Timestamp = NOW.plus_secs(63);

fn notes() -> ApplicationId {
    ApplicationId::parse("notes").unwrap()
}

impl Store {
    async fn done(&self, changes: &[Change]) {
        assert!(matches!(self.commit(changes).await.unwrap(), Committed::Applied { .. }), "{changes:?}");
    }

    fn ended(&self, now: Timestamp) -> Vec<SessionId> {
        let mut ended: Vec<_> =
            self.ended_sessions(now, 1_000).unwrap().into_iter().map(|(id, _)| id).collect();
        ended.sort_by_key(|id| *id.as_bytes());
        ended
    }

    async fn user_with(&self, sessions: &[u128]) -> UserId {
        let user = self.create(new_account("ada")).await.unwrap();
        for number in sessions {
            self.done(&[open_session(session(user, *number))]).await;
        }
        user
    }
}

fn ids(numbers: &[u128]) -> Vec<SessionId> {
    numbers.iter().map(|number| SessionId::from_bytes(number.to_be_bytes())).collect()
}

async fn a_session_that_is_ended_is_known_until_its_tokens_have_expired(store: Store) {
    let user = store.user_with(&[1, 2]).await;
    assert_eq!(store.ended(NOW), []);
    store.done(&[Change::EndSession { session: session(user, 1).id }]).await;
    assert_eq!(store.ended_sessions(NOW, 9).unwrap(), [(session(user, 1).id, NOW.plus_secs(3))]);
    assert_eq!(store.ended(EXPIRES.plus_secs(-1)), ids(&[1]));
    assert_eq!(store.ended(EXPIRES), []);

    let kept = "SELECT count(*) FROM ended_sessions";
    store.done(&[Change::ForgetEnded { at: EXPIRES.plus_secs(-1) }]).await;
    assert_eq!(store.count(kept), 1);
    store.done(&[Change::ForgetEnded { at: EXPIRES }]).await;
    assert_eq!(store.count(kept), 0);
}

async fn every_change_that_ends_sessions_makes_them_known(store: Store) {
    let user = store.user_with(&[1, 2, 3, 4, 5, 6]).await;
    let except = Some(session(user, 6).id);
    store.done(&[Change::EndSession { session: session(user, 1).id }]).await;
    assert_eq!(store.ended(NOW), ids(&[1]));
    let password = |from, to, except| Change::SetPassword {
        user,
        from: password_hash(from).into(),
        to: password_hash(to),
        except,
        at: NOW,
    };
    store.done(&[Change::EndSessions { user, except: Some(session(user, 2).id) }]).await;
    assert_eq!(store.ended(NOW), ids(&[1, 3, 4, 5, 6]));
    store.done(&[open_session(session(user, 7)), password(0, 1, except)]).await;
    assert_eq!(store.ended(NOW), ids(&[1, 2, 3, 4, 5, 6, 7]));

    // Those of a deleted user stay stored, and have ended all the same; to end them again changes nothing.
    store.done(&[password(1, 0, None), open_session(session(user, 8))]).await;
    let status = |from, to| Change::SetStatus { user, from, to, at: NOW };
    store.create(new_account("grace")).await.unwrap();
    store.done(&[status(AccountStatus::Active, AccountStatus::Deleted)]).await;
    assert!(store.session_with_account(session(user, 8).id).unwrap().is_some());
    assert_eq!(store.ended(NOW), ids(&[1, 2, 3, 4, 5, 6, 7, 8]));
    let end = Change::EndSessions { user, except: None };
    store.done(&[status(AccountStatus::Deleted, AccountStatus::Active), end]).await;
    assert_eq!(store.ended(NOW), ids(&[1, 2, 3, 4, 5, 6, 7, 8]));
    assert!(store.session_with_account(session(user, 8).id).unwrap().is_none());
}

async fn the_hundred_and_first_session_ends_the_oldest(store: Store) {
    let many: Vec<u128> = (1..=u128::from(SESSIONS_PER_USER) + 1).collect();
    store.user_with(&many).await;
    assert_eq!(store.ended(NOW), ids(&[1]));
}

async fn an_application_that_is_deleted_ends_its_sessions(store: Store) {
    let user = store.user_with(&[1]).await;
    let application = Application {
        id: notes(),
        name: ApplicationName::parse("Notes").unwrap(),
        status: ApplicationStatus::Active,
        created_at: NOW,
    };
    let assignment = Assignment { user, application: notes(), role: RoleName::parse("user").unwrap() };
    store
        .done(&[
            Change::CreateApplication(Box::new(application)),
            Change::AssignRole { assignment: Box::new(assignment), at: NOW },
            open_session(Session { application: notes(), ..session(user, 2) }),
            Change::DeleteApplication { id: notes() },
        ])
        .await;
    assert_eq!(store.ended(NOW), ids(&[2]));
}

async fn who_ceases_to_belong_to_an_application_has_ended_sessions_there(store: Store) {
    let mut account = new_account("ada");
    account.role = AccountRole::User;
    let user = store.create(account).await.unwrap();
    let application = Application {
        id: notes(),
        name: ApplicationName::parse("Notes").unwrap(),
        status: ApplicationStatus::Active,
        created_at: NOW,
    };
    let assignment =
        || Box::new(Assignment { user, application: notes(), role: RoleName::parse("user").unwrap() });
    store
        .done(&[
            Change::CreateApplication(Box::new(application)),
            Change::AssignRole { assignment: assignment(), at: NOW },
            open_session(Session { application: notes(), ..session(user, 2) }),
            open_session(session(user, 3)),
            Change::RevokeRole { assignment: assignment() },
        ])
        .await;
    assert_eq!(store.ended(NOW), ids(&[2]));
}

fn rotate(session: &Session, from: u32, issued: i64, expires: i64) -> Change {
    let to = Pair {
        number: from + 1,
        issued_at: NOW.plus_secs(issued),
        expires_at: NOW.plus_secs(expires),
        token_id: TokenId::from_bytes([8; 16]),
        refresh_digest: TokenDigest::of(b"the next"),
    };
    Change::RotatePair { session: session.id, from, to, bearer_refresh: false }
}

async fn the_longest_lived_token_of_a_session_counts(store: Store) {
    let user = store.user_with(&[1, 2]).await;
    let [one, two] = [1, 2].map(|number| session(user, number));
    // The tokens' lifetime was made shorter in between, so that the older one lives longer.
    let end = |session: &Session| Change::EndSession { session: session.id };
    store.done(&[rotate(&one, 7, 20, 40), end(&one), rotate(&two, 7, 20, 80), end(&two)]).await;
    let newest = NOW.plus_secs(20);
    let mut known = store.ended_sessions(EXPIRES.plus_secs(-1), 9).unwrap();
    known.sort_by_key(|(id, _)| *id.as_bytes());
    assert_eq!(known, [(one.id, newest), (two.id, newest)]);
    assert_eq!(store.ended(EXPIRES), [two.id]);
    assert_eq!(store.ended(NOW.plus_secs(80)), []);
}

async fn nobody_who_is_deleted_is_given_another_pair(store: Store) {
    let user = store.user_with(&[1]).await;
    store.create(new_account("grace")).await.unwrap();
    let delete = Change::SetStatus { user, from: AccountStatus::Active, to: AccountStatus::Deleted, at: NOW };
    store.done(&[delete]).await;
    let rotated = store.commit(&[rotate(&session(user, 1), 7, 20, 80)]).await.unwrap();
    assert_eq!(rotated, Committed::Conflict);
}

async fn the_newest_ended_sessions_come_first_and_no_more_than_asked_for(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    for (number, secs) in [(1, 10), (2, 30), (3, 20)] {
        let mut session = session(user, number);
        (session.pair.issued_at, session.pair.expires_at) = (NOW.plus_secs(secs), NOW.plus_secs(90));
        store.done(&[open_session(session)]).await;
    }
    store.done(&[Change::EndSessions { user, except: None }]).await;
    let listed: Vec<_> = store.ended_sessions(NOW, 2).unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(listed, ids(&[2, 3]));
}

async fn grants_are_outdated_as_of_the_newest_change(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let grants = |secs| Change::OutdateGrants { user, at: NOW.plus_secs(secs) };
    let roles = |secs| Change::OutdateRoles { application: notes(), at: NOW.plus_secs(secs) };
    store.done(&[grants(5), roles(5)]).await;
    store.done(&[grants(3), roles(9)]).await;
    assert_eq!(store.outdated_grants(NOW, 9).unwrap(), [(user, NOW.plus_secs(5))]);
    assert_eq!(store.outdated_roles(NOW, 9).unwrap(), [(notes(), NOW.plus_secs(9))]);

    // No token lives for more than a day.
    let a_day = NOW.plus_secs(86_400);
    assert_eq!(store.outdated_grants(a_day.plus_secs(5), 9).unwrap(), []);
    store.done(&[Change::ForgetEnded { at: a_day.plus_secs(5) }]).await;
    assert_eq!(store.count("SELECT count(*) FROM outdated_grants"), 0);
    assert_eq!(store.outdated_roles(a_day, 9).unwrap().len(), 1);
}
