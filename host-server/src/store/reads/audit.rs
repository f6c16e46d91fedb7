//! The audit, as admins ask for it and as it is looked through.

use countersign_core::audit::chain::{Entry, Place};
use countersign_core::audit::seal::Seal;
use countersign_core::id::UserId;
use countersign_core::time::Timestamp;

use crate::store::{Store, StoreError, rows, sql};

/// Which rows are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChosenRecords {
    /// What this user did; `None` for whoever did it.
    pub actor: Option<UserId>,
    /// What was done to this user; `None` for whomever.
    pub subject: Option<UserId>,
    /// What is called so; `None` for everything.
    pub event: Option<String>,
    /// What happened then or later; `None` for from the beginning.
    pub since: Option<Timestamp>,
    /// What happened before; `None` for up to now.
    pub until: Option<Timestamp>,
}

/// How far the audit goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditStanding {
    /// The newest row.
    pub newest: Place,
    /// The newest row that was archived and is no longer there.
    pub archived: Place,
    /// The newest seal; `None` where there never was one.
    pub seal: Option<Seal>,
}

impl Store {
    /// Up to `limit` of the rows that are chosen, newest first, from after the place `after` on; each with its place.
    /// Where few are chosen it looks at all, and blocks for as long.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn audit(
        &self,
        chosen: &ChosenRecords,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<(i64, Entry)>, StoreError> {
        let common = [
            after.unwrap_or(i64::MAX).into(),
            chosen.event.as_deref().unwrap_or_default().into(),
            chosen.since.unwrap_or(Timestamp::from_secs(i64::MIN)).into(),
            chosen.until.unwrap_or(Timestamp::from_secs(i64::MAX)).into(),
            limit.into(),
        ];
        let [after, event, since, until, limit] = common;
        let (actor, subject) = (chosen.actor.map(UserId::value), chosen.subject.map(UserId::value));
        let read = |row| rows::audit::entry(row).map(|entry| (entry.number, entry));
        match (actor, subject) {
            (None, None) => self.read_all(sql::audit::CHOSEN, [after, event, since, until, limit], read),
            (Some(actor), None) => {
                let parameters = [after, event, since, until, actor.into(), limit];
                self.read_all(sql::audit::CHOSEN_BY_ACTOR, parameters, read)
            }
            (None, Some(subject)) => {
                let parameters = [after, event, since, until, subject.into(), limit];
                self.read_all(sql::audit::CHOSEN_BY_SUBJECT, parameters, read)
            }
            (Some(actor), Some(subject)) => {
                let parameters = [after, event, since, until, actor.into(), subject.into(), limit];
                self.read_all(sql::audit::CHOSEN_BY_BOTH, parameters, read)
            }
        }
    }

    /// Up to `limit` rows after the one of this number, in their order.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn audit_after(&self, number: i64, limit: u32) -> Result<Vec<Entry>, StoreError> {
        self.read_all(sql::audit::FOLLOWING, [number.into(), limit.into()], rows::audit::entry)
    }

    /// The number of the newest row that is older than `until`; `None` where none is.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn last_audited_before(&self, until: Timestamp) -> Result<Option<i64>, StoreError> {
        self.read_one(sql::audit::LAST_BEFORE, [i64::MAX.into(), until.into()], rows::audit::number)
    }

    /// How far the audit goes.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn audit_standing(&self) -> Result<AuditStanding, StoreError> {
        let found = self.read_one(sql::audit::STANDING, [], rows::audit::standing)?;
        found.ok_or(StoreError::Corrupt { table: "audit_head", column: "id" })
    }
}
