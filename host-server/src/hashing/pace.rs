//! How long checks of each kind of hash take.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use countersign_core::password::HashKind;

/// How long a check took of late, by the kind of the hash: nearer to the longest than to the mean, since it is to be waited
/// for. There are as many kinds as an operator brought in.
#[derive(Debug, Default)]
pub(super) struct Paces {
    of_late: Mutex<HashMap<HashKind, Duration>>,
}

impl Paces {
    /// How long a check took of late; `None` before the first.
    pub(super) fn of(&self, kind: HashKind) -> Option<Duration> {
        self.of_late.lock().unwrap_or_else(PoisonError::into_inner).get(&kind).copied()
    }

    /// Takes a check's time in. A longer one counts at once, up to twice of what is known, so that a load that comes up shows
    /// and one stall does not make everybody wait; a shorter one counts for an eighth.
    pub(super) fn learn(&self, kind: HashKind, took: Duration) {
        let mut of_late = self.of_late.lock().unwrap_or_else(PoisonError::into_inner);
        let known = of_late.entry(kind).or_insert(took);
        *known = if took > *known { took.min(*known * 2) } else { (*known * 7 + took) / 8 };
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::password::Argon2Cost;

    use super::*;

    #[test]
    fn each_kind_is_known_by_its_own_checks_and_longer_ones_show_sooner() {
        let paces = Paces::default();
        let [one, other] = [8, 16].map(|kib| HashKind::Argon2id(Argon2Cost::new(kib, 1, 1).unwrap()));
        let after = |millis: u64| {
            paces.learn(one, Duration::from_millis(millis));
            paces.of(one).unwrap().as_millis()
        };
        assert_eq!(after(20), 20);
        assert_eq!(paces.of(other), None);
        assert_eq!(after(30), 30);
        assert_eq!(after(5_000), 60, "one stall");
        assert_eq!(after(20), 55);
        for _ in 0..40 {
            after(20);
        }
        assert_eq!(after(20), 20);
    }
}
