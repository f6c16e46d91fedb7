//! What became void or outdated before it expired, the newest first, each with the time of the last token that it concerns.

use countersign_core::id::{ApplicationId, SessionId, UserId};
use countersign_core::time::Timestamp;
use countersign_core::token::LIFETIME_MAX_SECS;

use crate::store::{Store, StoreError, rows, sql};

impl Store {
    /// A number that is another one as soon as anything was committed. What was read while it was the same is still so.
    ///
    /// # Errors
    /// Where the store fails, as for every read.
    pub fn generation(&self) -> Result<u64, StoreError> {
        self.backend.generation()
    }

    /// Up to `limit` ended sessions, some token of which may not have expired at `now`.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn ended_sessions(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(SessionId, Timestamp)>, StoreError> {
        let parameters = [now.plus_secs(-LIFETIME_MAX_SECS).into(), now.into(), limit.into()];
        self.read_all(sql::revocations::ENDED_SESSIONS, parameters, rows::revocations::ended_session)
    }

    /// Up to `limit` users whose grants changed while tokens were out that have not expired at `now`.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn outdated_grants(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(UserId, Timestamp)>, StoreError> {
        let parameters = [now.plus_secs(-LIFETIME_MAX_SECS).into(), limit.into()];
        self.read_all(sql::revocations::OUTDATED_GRANTS, parameters, rows::revocations::outdated_grants)
    }

    /// The same of applications whose roles changed.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn outdated_roles(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(ApplicationId, Timestamp)>, StoreError> {
        let parameters = [now.plus_secs(-LIFETIME_MAX_SECS).into(), limit.into()];
        self.read_all(sql::revocations::OUTDATED_ROLES, parameters, rows::revocations::outdated_roles)
    }

    /// When all tokens were outdated that had been issued by then; `None` where that never was while tokens were out that
    /// have not expired at `now`.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn outdated_everything(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let parameters = [now.plus_secs(-LIFETIME_MAX_SECS).into()];
        let read = rows::revocations::outdated_everything;
        self.read_one(sql::revocations::OUTDATED_EVERYTHING, parameters, read)
    }
}
