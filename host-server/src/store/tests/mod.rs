//! The store as the operations see it, on each place where a database can be.

/// Runs each of these tests on each place where a database can be.
macro_rules! contract {
    ($($test:ident,)+) => {
        mod in_a_file {
            $( #[tokio::test] async fn $test() {
                let (_folder, location) = super::temporary_file();
                super::$test(super::Store::open(&location).unwrap()).await;
            } )+
        }

        mod in_memory {
            $( #[tokio::test] async fn $test() {
                super::$test(super::Store::open(&super::DatabaseLocation::Memory).unwrap()).await;
            } )+
        }
    };
}

mod applications;
mod concurrency;
#[macro_use]
mod contract;
mod account_changes;
mod audit;
mod crash;
mod factors;
mod guesses;
mod keys;
mod mails;
mod opening;
pub(crate) mod recorder;
mod restore;
mod revocations;

use countersign_core::account::{AccountRole, NewAccount};
use countersign_core::change::Change;
use countersign_core::email::Email;
use countersign_core::id::{ApplicationId, SessionId, TokenId, UserId};
use countersign_core::name::PersonName;
use countersign_core::password::PasswordHash;
use countersign_core::phone::Phone;
use countersign_core::secret::TokenDigest;
use countersign_core::session::{Client, Pair, Session};
use countersign_core::throttle::GuessSubject;
use countersign_core::time::Timestamp;
use countersign_core::username::Username;
use tempfile::TempDir;

use super::backend::{Guard, Outcome, Read, Write};
use super::{Committed, DatabaseLocation, Store, StoreError, Value};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

/// A file in a folder that goes away with the first of the two.
pub(crate) fn temporary_file() -> (TempDir, DatabaseLocation) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("countersign.db");
    (folder, DatabaseLocation::File(file))
}

pub(super) fn password_hash(number: u8) -> PasswordHash {
    let salt = ["AAAA", "BBBB", "CCCC"][usize::from(number) % 3];
    let text = format!("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAA{salt}Aw$AAAAAAAAAAAAAAAAAAAAAA");
    PasswordHash::parse(&text).unwrap()
}

/// Nothing in it is like anything else in it, so that a mix-up of two columns shows.
pub(crate) fn new_account(username: &str) -> NewAccount {
    NewAccount {
        username: Some(Username::parse(username).unwrap()),
        email: Email::parse(&format!("{username}@example.com")).unwrap(),
        name: Some(PersonName::parse("name", "Full Name").unwrap()),
        first_name: Some(PersonName::parse("first_name", "First").unwrap()),
        last_name: Some(PersonName::parse("last_name", "Last").unwrap()),
        phone: Some(Phone::parse("+4930123456").unwrap()),
        role: AccountRole::Admin,
        email_verified: false,
        application: ApplicationId::default_application(),
        password_hash: password_hash(0).into(),
        created_at: NOW,
    }
}

pub(crate) fn session(user: UserId, number: u128) -> Session {
    let id = SessionId::from_bytes(number.to_be_bytes());
    let pair = Pair {
        number: 7,
        issued_at: NOW.plus_secs(3),
        expires_at: NOW.plus_secs(63),
        token_id: TokenId::from_bytes([5; 16]),
        refresh_digest: TokenDigest::of(id.as_bytes()),
    };
    Session {
        id,
        user,
        application: ApplicationId::default_application(),
        created_at: NOW,
        auth_time: NOW.plus_secs(1),
        last_used_at: NOW.plus_secs(2),
        expires_at: NOW.plus_secs(1_000),
        second_factor: false,
        pair,
        replaced: Some(TokenId::from_bytes([4; 16])),
        bearer_refresh: false,
        client: Client { ip: Some("192.0.2.1".to_owned()), user_agent: Some("Test/1".to_owned()) },
    }
}

pub(crate) fn open_session(session: Session) -> Change {
    Change::OpenSession { session: Box::new(session), checked_hash: password_hash(0).into() }
}

pub(super) fn remember_device(user: UserId, token: u128) -> Change {
    Change::RememberDevice { digest: TokenDigest::of(&token.to_be_bytes()), user, at: NOW }
}

/// A guess, so many seconds from now.
fn count_guess(subject: &GuessSubject, secs: i64) -> Change {
    let at = NOW.plus_secs(secs);
    let (limit, window_start) = (subject.limit(), subject.window_start(at));
    Change::CountGuess { subject: subject.clone(), limit, at, window_start }
}

impl Store {
    async fn create(&self, account: NewAccount) -> Option<UserId> {
        match self.commit(&[Change::CreateAccount(Box::new(account))]).await.unwrap() {
            Committed::Applied { created } => Some(created.expect("an account has a number")),
            Committed::Conflict => None,
        }
    }

    /// What no operation does yet.
    async fn write(&self, statement: &'static str) {
        self.try_write(statement).await.unwrap();
    }

    async fn try_write(&self, statement: &'static str) -> Result<Outcome, StoreError> {
        let write = Write { statement, parameters: Vec::new(), guard: Guard::Open };
        self.backend.commit(vec![write], Vec::new()).await
    }

    fn count(&self, statement: &'static str) -> i64 {
        let rows = self.backend.query(Read { statement, parameters: Vec::new() }).unwrap();
        match rows[0].0[0] {
            Value::Integer(count) => count,
            ref other => panic!("{other:?}"),
        }
    }
}
