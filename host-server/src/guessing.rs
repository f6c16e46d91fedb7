//! Passwords that are being checked at this moment.
//!
//! Each counts as a guess until it is known to be right, so that of a thousand wrong ones at once no more than the limit
//! are looked at. The price would be that the owner of an account who logs in from many places in the same second is told
//! to come back in an hour. So whoever meets a count that is full only because checks are under way waits for them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_core::throttle::GuessSubject;
use tokio::sync::Notify;

/// The checks that are under way, by what their guesses are counted on.
#[derive(Debug, Default)]
pub struct UnderWay {
    subjects: Mutex<HashMap<GuessSubject, Checks>>,
}

#[derive(Debug, Default)]
struct Checks {
    count: usize,
    one_is_done: Arc<Notify>,
}

/// A check that is under way until this is dropped.
#[derive(Debug)]
pub struct Check {
    all: Arc<UnderWay>,
    counted_on: Vec<GuessSubject>,
}

impl UnderWay {
    /// One more check is under way, of a guess that is counted on these.
    pub fn begin(self: &Arc<Self>, counted_on: Vec<GuessSubject>) -> Check {
        let mut subjects = self.subjects();
        for subject in &counted_on {
            subjects.entry(subject.clone()).or_default().count += 1;
        }
        drop(subjects);
        Check { all: Arc::clone(self), counted_on }
    }

    /// What tells of the end of one of the checks; `None` where none is under way. It tells of those that end from this
    /// moment on, so it is asked for before the count is read.
    pub fn one_is_done(&self, subject: &GuessSubject) -> Option<Arc<Notify>> {
        self.subjects().get(subject).map(|checks| Arc::clone(&checks.one_is_done))
    }

    fn subjects(&self) -> MutexGuard<'_, HashMap<GuessSubject, Checks>> {
        self.subjects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Check {
    fn drop(&mut self) {
        let mut subjects = self.all.subjects();
        for subject in &self.counted_on {
            if let Some(checks) = subjects.get_mut(subject) {
                checks.count -= 1;
                checks.one_is_done.notify_waiters();
                if checks.count == 0 {
                    subjects.remove(subject);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::id::UserId;

    use super::*;

    #[tokio::test]
    async fn the_end_of_each_check_is_told_and_nothing_is_left_of_it() {
        let all = Arc::new(UnderWay::default());
        let [ada, grace] = [1, 2].map(|number| GuessSubject::Account(UserId::new(number)));
        assert!(all.one_is_done(&ada).is_none());
        let (first, second) = (all.begin(vec![ada.clone()]), all.begin(vec![ada.clone()]));
        assert!(all.one_is_done(&grace).is_none());
        for check in [first, second] {
            let done = all.one_is_done(&ada).unwrap();
            let told = done.notified();
            drop(check);
            told.await;
        }
        assert!(all.one_is_done(&ada).is_none());
        assert!(all.subjects().is_empty());
    }
}
