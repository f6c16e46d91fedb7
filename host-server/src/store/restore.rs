//! After a backup was put in the database's place.

use countersign_core::audit::Record;
use countersign_core::change::Change;
use countersign_core::id::UserId;

use super::backend::Outcome;
use super::{Store, StoreError, rows, sql, writes};

/// How much was voided after a backup was put in the database's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Voided {
    /// Sessions that were ended.
    pub sessions: usize,
    /// Log-ins that waited for their second factor.
    pub mfa_logins: usize,
    /// Devices that were known.
    pub devices: usize,
    /// Tokens that had been mailed or were to be.
    pub action_tokens: usize,
    /// Mails that waited and carried a token.
    pub mails: usize,
    /// Second factors whose codes are used up to now.
    pub factors: usize,
    /// Recovery codes, used or not.
    pub recovery_codes: usize,
    /// Mails that were queued to their owners.
    pub notices: usize,
}

impl Voided {
    fn of(counts: Vec<usize>) -> Self {
        let mut counts = counts.into_iter();
        let mut next = || counts.next().unwrap_or_default();
        Self {
            sessions: next(),
            mfa_logins: next(),
            devices: next(),
            action_tokens: next(),
            mails: next(),
            factors: next(),
            recovery_codes: next(),
            notices: next(),
        }
    }
}

impl Store {
    /// [`Store::commit_and_record`] for [`Change::AfterRestore`], which tells how much it voided; `None` for a conflict.
    ///
    /// # Errors
    /// As [`Store::commit`].
    pub async fn void_and_record(
        &self,
        changes: &[Change],
        records: Vec<Record>,
    ) -> Result<Option<Voided>, StoreError> {
        match self.backend.commit(writes::writes(changes), records).await? {
            Outcome::Applied { counts, .. } => Ok(Some(Voided::of(counts))),
            Outcome::Conflict => Ok(None),
        }
    }

    /// The user of the highest number; `None` where there are none.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn newest_user(&self) -> Result<Option<UserId>, StoreError> {
        self.read_one(sql::accounts::NEWEST_USER, [], rows::accounts::number)
    }
}
