//! The time of one password check, the bound that no log-in can beat.

use std::thread::available_parallelism;
use std::time::Instant;

use countersign_core::password::{Argon2Cost, Argon2Workspace, Password, PasswordHash};

/// How many hashes are timed in a round.
const SAMPLES: usize = 25;

/// Checks per second if every core did nothing else: cores divided by the median time of one, alone.
pub(crate) fn per_second_on_all_cores() -> f64 {
    let cost = Argon2Cost::default();
    let hash = PasswordHash::decoy(cost);
    let password = Password::prepare("a password that is checked");
    let mut workspace = Argon2Workspace::new();
    // The first one takes its memory from the system.
    workspace.verify(&password, &hash);
    let times = (0..SAMPLES).map(|_| {
        let begun = Instant::now();
        assert!(!workspace.verify(&password, &hash), "a decoy matches nothing");
        begun.elapsed().as_secs_f64()
    });
    cores() as f64 / super::median(times)
}

/// The cores that this process may use.
pub(crate) fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}
