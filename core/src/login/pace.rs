//! When a failed log-in is answered, so that the time tells nothing of the account.

use std::time::Duration;

use crate::password::{HashKind, PreparedPassword};
use crate::policy::Policy;

/// How long after its check began a failed log-in is answered; `None` where all hashes cost alike, so that the check
/// itself takes as long for one account as for another.
///
/// `present` are the kinds of hashes that are stored, each with the time that the check of one text takes. While another
/// kind than today's is among them, each failure is answered when the slowest would be done and half of its time more:
/// one check takes longer than the next, and the slowest kind must not be known by being later still.
///
/// ```
/// use std::time::Duration;
///
/// use countersign_core::login::failure_pace;
/// use countersign_core::password::{Argon2Cost, HashKind, Password};
/// use countersign_core::policy::Policy;
///
/// let policy = Policy::default();
/// let ours = (HashKind::Argon2id(policy.argon2), Duration::from_millis(20));
/// let older = (HashKind::Argon2id(Argon2Cost::new(65_536, 3, 4)?), Duration::from_millis(100));
/// let password = Password::prepare("analytical engine");
/// assert_eq!(failure_pace(&[ours], &policy, &password), None);
/// assert_eq!(failure_pace(&[ours, older], &policy, &password), Some(Duration::from_millis(150)));
/// # Ok::<(), countersign_core::password::CostOutOfBounds>(())
/// ```
pub fn failure_pace(
    present: &[(HashKind, Duration)],
    policy: &Policy,
    password: &PreparedPassword,
) -> Option<Duration> {
    if present.iter().all(|(kind, _)| *kind == HashKind::Argon2id(policy.argon2)) {
        return None;
    }
    let check = |(kind, time): &(HashKind, Duration)| *time * kind.texts_of(password);
    let slowest = present.iter().map(check).max()?;
    Some(slowest + slowest / 2)
}

#[cfg(all(test, feature = "legacy"))]
mod tests {
    use super::*;
    use crate::password::{Argon2Cost, LegacyFunction, Password};

    fn ours() -> HashKind {
        HashKind::Argon2id(Policy::default().argon2)
    }

    fn pace(present: &[(HashKind, u64)], password: &str) -> Option<u64> {
        let present: Vec<_> =
            present.iter().map(|(kind, millis)| (*kind, Duration::from_millis(*millis))).collect();
        let pace = failure_pace(&present, &Policy::default(), &Password::prepare(password))?;
        u64::try_from(pace.as_millis()).ok()
    }

    #[test]
    fn a_cheaper_kind_holds_failures_back_to_the_time_of_ours() {
        let cheaper = HashKind::Argon2id(Argon2Cost::new(8, 1, 1).unwrap());
        assert_eq!(pace(&[(ours(), 20), (cheaper, 1)], "x"), Some(30));
        assert_eq!(pace(&[(cheaper, 1)], "x"), Some(1));
        assert_eq!(pace(&[], "x"), None);
    }

    #[test]
    fn a_text_that_is_checked_in_two_forms_waits_for_both() {
        let bcrypt = HashKind::Legacy(LegacyFunction::Bcrypt { cost: 12 });
        let typed = "ide\u{301}e";
        assert_eq!(pace(&[(ours(), 20), (bcrypt, 200)], "idée"), Some(300));
        assert_eq!(pace(&[(ours(), 20), (bcrypt, 200)], typed), Some(600));
        let slow = HashKind::Argon2id(Argon2Cost::new(65_536, 4, 1).unwrap());
        assert_eq!(pace(&[(slow, 200), (bcrypt, 10)], typed), Some(300), "ours take one form");
    }
}
