//! After a backup of the database was put in its place: what was used up since is there again, unused, and is voided.
//!
//! Refresh tokens that were replaced, mailed tokens that were spent, codes of a step that was used, sessions that were ended:
//! each would be good a second time. Nobody can tell which of them were, so none is good any more, and everybody proves anew
//! who they are. What was changed since the backup is gone and cannot be decided here.

use crate::change::Change;
use crate::decision::Decision;
use crate::event::Event;
use crate::mfa::TotpStep;
use crate::time::Timestamp;

/// What becomes of recovery codes, of which nobody can tell which were used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoveryCodes {
    /// All are taken away, and their owners are told to make new ones.
    Void,
    /// All are good, also those that were used since the backup.
    Keep,
}

/// What [`Change::AfterRestore`] makes true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AfterRestore {
    /// When. Tokens that were issued by then are outdated.
    pub at: Timestamp,
    /// The codes of this step and of all before it are used, whosever factor.
    pub used_step: TotpStep,
    /// What becomes of recovery codes.
    pub recovery_codes: RecoveryCodes,
}

/// Voids all that could have been used up between a backup and now.
///
/// ```
/// use countersign_core::restore::{RecoveryCodes, after_restore};
/// use countersign_core::time::Timestamp;
///
/// let decision = after_restore(RecoveryCodes::Void, Timestamp::from_secs(1_700_000_000));
/// assert!(decision.outcome.is_ok());
/// assert_eq!(decision.events[0].name(), "database_restored");
/// ```
pub fn after_restore(recovery_codes: RecoveryCodes, now: Timestamp) -> Decision<()> {
    let used_step = TotpStep::newest_taken_at(now);
    Decision::grant(())
        .with_change(Change::AfterRestore(AfterRestore { at: now, used_step, recovery_codes }))
        .with_event(Event::DatabaseRestored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Origin, Outcome, Record};

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

    #[test]
    fn every_code_that_could_have_been_taken_by_now_is_used() {
        let used_step = TotpStep::newest_taken_at(NOW);
        for recovery_codes in [RecoveryCodes::Void, RecoveryCodes::Keep] {
            let expected = AfterRestore { at: NOW, used_step, recovery_codes };
            assert_eq!(after_restore(recovery_codes, NOW).changes, [Change::AfterRestore(expected)]);
        }
    }

    #[test]
    fn the_audit_is_told_that_nobody_in_particular_did_it() {
        let decision = after_restore(RecoveryCodes::Keep, NOW);
        let row = Record::of(&decision.events[0], &Origin::default(), NOW).unwrap();
        assert_eq!(
            (row.event.as_str(), row.outcome, row.actor),
            ("database_restored", Outcome::Success, None)
        );
    }
}
