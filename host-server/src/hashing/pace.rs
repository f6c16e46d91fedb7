//! How long checks of each kind of hash take.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use countersign_core::password::HashKind;

/// The mean time of late of one check, by the kind of the hash. There are as many kinds as an operator brought in.
#[derive(Debug, Default)]
pub(super) struct Paces {
    means: Mutex<HashMap<HashKind, Duration>>,
}

impl Paces {
    /// The mean time; `None` before the first check.
    pub(super) fn of(&self, kind: HashKind) -> Option<Duration> {
        self.means.lock().unwrap_or_else(PoisonError::into_inner).get(&kind).copied()
    }

    /// Takes a check's time into the mean, where it counts for an eighth: eight checks later a change of load shows.
    pub(super) fn learn(&self, kind: HashKind, took: Duration) {
        let mut means = self.means.lock().unwrap_or_else(PoisonError::into_inner);
        let mean = means.entry(kind).or_insert(took);
        *mean = (*mean * 7 + took) / 8;
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::password::Argon2Cost;

    use super::*;

    #[test]
    fn the_mean_of_each_kind_follows_its_own_checks() {
        let paces = Paces::default();
        let [one, other] = [8, 16].map(|kib| HashKind::Argon2id(Argon2Cost::new(kib, 1, 1).unwrap()));
        assert_eq!(paces.of(one), None);
        paces.learn(one, Duration::from_millis(20));
        assert_eq!((paces.of(one), paces.of(other)), (Some(Duration::from_millis(20)), None));
        for _ in 0..40 {
            paces.learn(one, Duration::from_millis(100));
        }
        let mean = paces.of(one).unwrap().as_millis();
        assert!((95..=100).contains(&mean), "{mean} ms");
    }
}
