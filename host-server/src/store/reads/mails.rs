//! Mails that wait to be sent, and the tokens that were mailed.

use countersign_core::mail::{QueuedMail, RecentMails, alive_since, window_start};
use countersign_core::secret::TokenDigest;
use countersign_core::throttle::GuessSubject;
use countersign_core::time::Timestamp;
use countersign_core::token::StoredActionToken;

use crate::store::{Store, StoreError, rows, sql};

impl Store {
    /// The token with this digest that was mailed; `None` where none was, or it is used.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn action_token(&self, digest: TokenDigest) -> Result<Option<StoredActionToken>, StoreError> {
        let read = |row| rows::mails::action_token(digest, row);
        self.read_one(sql::mails::ACTION_TOKEN, [digest.encode().into()], read)
    }

    /// The mails with a token that count for an address at `now`.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn recent_mails(&self, address: &str, now: Timestamp) -> Result<RecentMails, StoreError> {
        let count = |subject: GuessSubject, since| self.guesses(&subject, since).map(|counted| counted.count);
        Ok(RecentMails {
            all: count(GuessSubject::of_mails_to(address), window_start(now))?,
            resends: count(GuessSubject::of_verification(address), window_start(now))?,
            live_resets: count(GuessSubject::of_reset(address), alive_since(now))?,
        })
    }

    /// Up to `limit` mails whose attempt is due at `now`, the longest due first.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn due_mails(&self, now: Timestamp, limit: u32) -> Result<Vec<QueuedMail>, StoreError> {
        self.read_all(sql::mails::DUE_MAILS, [now.into(), limit.into()], rows::mails::mail)
    }

    /// Up to `limit` mails of the queue after the number `after`, oldest first: those that wait, or where not
    /// `waiting_only` also those that are done with and not forgotten yet.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn mails(&self, after: i64, waiting_only: bool, limit: u32) -> Result<Vec<QueuedMail>, StoreError> {
        let parameters = [after.into(), waiting_only.into(), limit.into()];
        self.read_all(sql::mails::MAILS, parameters, rows::mails::mail)
    }
}
