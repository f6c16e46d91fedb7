//! Where everything is kept.
//!
//! The operations see [`Store`]: reads that answer at once, and one way to write, [`Store::commit`], which
//! makes all changes of a decision true or none. Under it an engine knows two verbs (`backend`). A change
//! becomes statements with guards in `writes`, a row becomes a type of core in `rows`, and the text of
//! every statement stands in `sql`.

mod backend;
mod error;
mod reads;
mod restore;
mod rows;
mod session_cache;
mod sql;
mod sqlite;
mod value;
mod writes;

use std::path::PathBuf;
use std::sync::Arc;

use countersign_core::account::Account;
use countersign_core::application::Application;
use countersign_core::audit::Record;
use countersign_core::authenticate::SessionWithAccount;
use countersign_core::change::Change;
use countersign_core::id::{ApplicationId, SessionId, UserId};
use countersign_core::login::{Identifier, MfaLogin};
use countersign_core::mfa::{RecoveryDigest, StoredFactor};
use countersign_core::network::Network;
use countersign_core::password::HashKind;
use countersign_core::secret::TokenDigest;
use countersign_core::session::Session;
use countersign_core::throttle::{FromAddress, Guess, GuessSubject, Guesses, Tally, WrongCodes};
use countersign_core::time::Timestamp;
use tokio::sync::Notify;

pub use self::error::StoreError;
pub use self::reads::{AuditStanding, ChosenRecords, ChosenUsers};
pub use self::restore::Voided;

use self::backend::{Backend, Outcome, Read};
use self::session_cache::SessionCache;
use self::sqlite::Sqlite;
use self::value::{Row, Value};

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseLocation {
    /// A file, made where there is none, readable by its owner alone.
    File(PathBuf),
    /// The memory of this process; a database of its own for each opening, gone when it is closed.
    Memory,
}

/// The store. A clone is another handle to the same one.
#[derive(Debug, Clone)]
pub struct Store {
    backend: Arc<dyn Backend>,
    sessions: Arc<SessionCache>,
    mail_queued: Arc<Notify>,
}

/// What became of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// All changes are stored, and stay so through a crash.
    Applied {
        /// The number of the account that was created; `None` where none was.
        created: Option<UserId>,
    },
    /// A guard did not hold: nothing is stored. What the decision was based on is to be loaded anew.
    Conflict,
}

impl Store {
    /// Opens a database, makes it where there is none, and brings its tables up to date.
    ///
    /// ```
    /// use countersign_core::id::ApplicationId;
    /// use countersign_server::store::{DatabaseLocation, Store};
    ///
    /// let store = Store::open(&DatabaseLocation::Memory)?;
    /// assert!(store.application(&ApplicationId::default_application())?.is_some());
    /// store.close();
    /// # Ok::<(), countersign_server::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// Where the file cannot be opened, holds another program's tables, or those of a newer or altered
    /// version of this program.
    pub fn open(location: &DatabaseLocation) -> Result<Self, StoreError> {
        Ok(Self {
            backend: Arc::new(Sqlite::open(location)?),
            sessions: Arc::default(),
            mail_queued: Arc::default(),
        })
    }

    /// Makes all of `changes` true and durable, or none of them.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where too much is waiting; any other failure of the store. Nothing is stored
    /// then, unless the failure came while the outcome was on its way.
    pub async fn commit(&self, changes: &[Change]) -> Result<Committed, StoreError> {
        self.commit_and_record(changes, Vec::new()).await
    }

    /// The same, and adds `records` to the audit with it.
    ///
    /// # Errors
    /// As [`Store::commit`].
    pub async fn commit_and_record(
        &self,
        changes: &[Change],
        records: Vec<Record>,
    ) -> Result<Committed, StoreError> {
        if changes.is_empty() && records.is_empty() {
            return Ok(Committed::Applied { created: None });
        }
        let outcome = self.backend.commit(writes::writes(changes), records).await?;
        if changes.iter().any(Change::concerns_mail) {
            self.mail_queued.notify_one();
        }
        Ok(match outcome {
            Outcome::Applied { number, .. } => Committed::Applied { created: number.map(UserId::new) },
            Outcome::Conflict => Committed::Conflict,
        })
    }

    /// Waits until something was committed here that may have queued a mail.
    pub async fn mail_queued(&self) {
        self.mail_queued.notified().await;
    }

    /// The account that a name belongs to; `None` for a name of nobody.
    ///
    /// # Errors
    /// Where the store fails, as for every read.
    pub fn account_by_name(&self, name: &Identifier) -> Result<Option<Account>, StoreError> {
        let statement = match name {
            Identifier::Username(_) => sql::accounts::ACCOUNT_BY_USERNAME,
            Identifier::Email(_) => sql::accounts::ACCOUNT_BY_EMAIL,
        };
        self.read_one(statement, [name.as_str().into()], rows::accounts::account)
    }

    /// The account of a user; `None` where there is no such user.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn account(&self, user: UserId) -> Result<Option<Account>, StoreError> {
        self.read_one(sql::accounts::ACCOUNT_BY_ID, [user.value().into()], rows::accounts::account)
    }

    /// Whether the username and the e-mail address belong to anybody, in any letter case.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn names_taken(&self, username: Option<&str>, email: &str) -> Result<(bool, bool), StoreError> {
        let username = Value::text_or_null(username.map(str::to_ascii_lowercase));
        let parameters = [username, email.to_ascii_lowercase().into()];
        Ok(self
            .read_one(sql::accounts::NAMES_TAKEN, parameters, rows::accounts::names_taken)?
            .unwrap_or_default())
    }

    /// The kinds of hashes that accounts have, each once.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn hash_kinds(&self) -> Result<Vec<HashKind>, StoreError> {
        let mut kinds: Vec<HashKind> = Vec::new();
        loop {
            let last = kinds.last().map(|kind| kind.word()).unwrap_or_default();
            match self.read_one(sql::accounts::NEXT_HASH_KIND, [last.into()], rows::accounts::hash_kind)? {
                Some(kind) => kinds.push(kind),
                None => return Ok(kinds),
            }
        }
    }

    /// An application; `None` where there is none of this name.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn application(&self, application: &ApplicationId) -> Result<Option<Application>, StoreError> {
        self.read_one(
            sql::applications::APPLICATION,
            [application.as_str().into()],
            rows::applications::application,
        )
    }

    /// Whether the user has been logged in from the device whose token has this digest. Of nobody, `None`, no device is
    /// known, and it takes as long to say so.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn device_known(&self, digest: TokenDigest, user: Option<UserId>) -> Result<bool, StoreError> {
        let parameters = [digest.encode().into(), user.map_or(Value::Null, |user| user.value().into())];
        Ok(self
            .read_one(sql::devices::DEVICE_KNOWN, parameters, rows::devices::device_known)?
            .unwrap_or_default())
    }

    /// Whether the user was ever known on any device.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn had_device(&self, user: UserId) -> Result<bool, StoreError> {
        let parameters = [user.value().into()];
        Ok(self
            .read_one(sql::devices::HAD_DEVICE, parameters, rows::devices::had_device)?
            .unwrap_or_default())
    }

    /// The guesses that count at `now`, at each thing that a guess is counted on.
    ///
    /// # Errors
    /// Where the engine fails.
    pub fn tallies(&self, guess: &Guess, now: Timestamp) -> Result<Vec<Tally>, StoreError> {
        let tally = |subject: GuessSubject| {
            let guesses = self.guesses(&subject, subject.window_start(now))?;
            Ok(Tally { limit: guess.limit(&subject), subject, guesses })
        };
        guess.counted_on().into_iter().map(tally).collect()
    }

    /// What was guessed from a network, as it counts at `now`; `None` where addresses are not counted.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn from_address(&self, network: Option<Network>, now: Timestamp) -> Result<FromAddress, StoreError> {
        let Some(network) = network else { return Ok(FromAddress::default()) };
        let subject = GuessSubject::Network(network);
        Ok(FromAddress::of(network, self.guesses(&subject, subject.window_start(now))?))
    }

    /// The mails that were asked for from a network, as they count at `now`; `None` where addresses are not counted.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn mails_from(&self, network: Option<Network>, now: Timestamp) -> Result<FromAddress, StoreError> {
        let Some(network) = network else { return Ok(FromAddress::default()) };
        let subject = GuessSubject::MailsFrom(network);
        Ok(FromAddress::of_mails(network, self.guesses(&subject, subject.window_start(now))?))
    }

    /// The guesses at `subject` after `window_start`.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn guesses(&self, subject: &GuessSubject, window_start: Timestamp) -> Result<Guesses, StoreError> {
        let statement = match subject {
            GuessSubject::InARow(_) => sql::guesses::GUESSES_IN_A_ROW,
            _ => sql::guesses::GUESSES,
        };
        let parameters = [subject.key().into(), window_start.into()];
        Ok(self.read_one(statement, parameters, rows::guesses::guesses)?.unwrap_or_default())
    }

    /// The wrong codes at the user's second factor that count at `now`.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn wrong_codes(&self, user: UserId, now: Timestamp) -> Result<WrongCodes, StoreError> {
        let codes = GuessSubject::SecondFactor(user);
        let parameters = [codes.key().into(), codes.window_start(now).into()];
        let in_a_row = codes.in_a_row();
        let in_a_row = self.guesses(&in_a_row, in_a_row.window_start(now))?.count;
        let read = |row| rows::guesses::wrong_codes(row, in_a_row);
        Ok(self.read_one(sql::guesses::WRONG_CODES, parameters, read)?.unwrap_or_default())
    }

    /// The second factor of a user, on or not; `None` where there is none.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn factor(&self, user: UserId) -> Result<Option<StoredFactor>, StoreError> {
        self.read_one(sql::factors::FACTOR, [user.value().into()], rows::factors::factor)
    }

    /// Whether the digest is that of a recovery code of the user.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn recovery_code_known(&self, user: UserId, digest: &RecoveryDigest) -> Result<bool, StoreError> {
        let parameters = [user.value().into(), digest.encode().into()];
        let read = rows::factors::recovery_code_known;
        Ok(self.read_one(sql::factors::RECOVERY_CODE_KNOWN, parameters, read)?.unwrap_or_default())
    }

    /// The log-in that waits for its second factor under this token; `None` where none does.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn mfa_login(&self, digest: TokenDigest) -> Result<Option<MfaLogin>, StoreError> {
        let read = |row| rows::factors::mfa_login(digest, row);
        self.read_one(sql::factors::MFA_LOGIN, [digest.encode().into()], read)
    }

    /// A session and the account of its user; `None` where there is no such session, or no longer. While nothing is
    /// committed it is read once.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn session_with_account(
        &self,
        session: SessionId,
    ) -> Result<Option<Arc<SessionWithAccount>>, StoreError> {
        // Asked before the read, so that what a commit changes in between is not kept for what it was.
        let generation = self.backend.generation()?;
        if let Some(found) = self.sessions.find(session, generation) {
            return Ok(Some(found));
        }
        let parameters = [session.encode().into()];
        let found = self.read_one(
            sql::sessions::SESSION_WITH_ACCOUNT,
            parameters,
            rows::sessions::session_with_account,
        )?;
        let found = found.map(Arc::new);
        if let Some(found) = &found {
            self.sessions.keep(session, generation, Arc::clone(found));
        }
        Ok(found)
    }

    /// Up to `limit` of a user's sessions that are not over at `now`, newest first, from after the place `after` on; each
    /// with its place.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn sessions_of(
        &self,
        user: UserId,
        now: Timestamp,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<(i64, Session)>, StoreError> {
        let parameters = [user.value().into(), now.into(), after.unwrap_or(i64::MAX).into(), limit.into()];
        self.read_all(sql::sessions::SESSIONS_OF_USER, parameters, rows::sessions::listed_session)
    }

    /// Reads something and waits for the writer to come by, for `/readyz`.
    ///
    /// # Errors
    /// Where either fails.
    pub async fn is_ready(&self) -> Result<(), StoreError> {
        self.read_one(sql::applications::READY, [], |_row| Ok(()))?;
        self.backend.commit(Vec::new(), Vec::new()).await.map(|_outcome| ())
    }

    /// Finishes what was begun, brings everything into the one file and lets go of it. Other handles to the
    /// same store fail from then on. Blocks for as long as that takes.
    pub fn close(self) {
        self.backend.close();
    }

    fn read_one<T, const N: usize>(
        &self,
        statement: &'static str,
        parameters: [Value; N],
        read: impl FnOnce(Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let rows = self.backend.query(Read { statement, parameters: parameters.into() })?;
        rows.into_iter().next().map(read).transpose()
    }

    fn read_all<T, const N: usize>(
        &self,
        statement: &'static str,
        parameters: [Value; N],
        read: impl FnMut(Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.backend.query(Read { statement, parameters: parameters.into() })?;
        rows.into_iter().map(read).collect()
    }
}

#[cfg(test)]
pub(crate) mod tests;
