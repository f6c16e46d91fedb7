//! What the hashing threads take of the machine. Alone in its process, whose memory it measures.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(target_os = "linux")]

use std::fs;
use std::num::NonZeroUsize;

use countersign_core::password::{Argon2Cost, Password, PasswordHash};
use countersign_server::hashing::{HashingPool, memory_bound_kib};

const THREADS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(2);

/// A line of /proc/self/status in KiB.
fn status_kib(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The nice values of the threads whose names begin so.
fn nice_values(name: &str) -> Vec<i32> {
    let mut values = Vec::new();
    for task in fs::read_dir("/proc/self/task").unwrap() {
        let stat = fs::read_to_string(task.unwrap().path().join("stat")).unwrap();
        let (before, after) = stat.rsplit_once(") ").unwrap();
        if before.split_once('(').unwrap().1.starts_with(name) {
            // The 19th field of proc_pid_stat(5), of which the first two stand before the bracket.
            values.push(after.split(' ').nth(16).unwrap().parse().unwrap());
        }
    }
    values
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_and_priority_stay_within_what_is_said() {
    let before = status_kib("VmRSS");
    let pool = HashingPool::start(THREADS, 1_000).unwrap();
    let cost = Argon2Cost::new(16_384, 1, 1).unwrap();
    let hashes: Vec<_> = (0..60)
        .map(|number: u8| {
            let pool = pool.clone();
            tokio::spawn(async move {
                pool.hash(Password::prepare("analytical engine"), cost, [number; 16]).await.unwrap()
            })
        })
        .collect();
    let mut last = None;
    for hash in hashes {
        last = Some(hash.await.unwrap());
    }
    let bound = memory_bound_kib(THREADS, cost);
    // Everything but the hashes: stacks, the runtime, the allocator's own.
    let slack = 8_192;
    let grown = status_kib("VmHWM") - before;
    assert!(grown <= bound + slack, "{grown} KiB for a bound of {bound}");
    assert!(grown + slack >= bound, "{grown} KiB: the memory is kept between hashes");

    assert_eq!(nice_values("argon2-"), [19; THREADS.get()]);

    // A hash from elsewhere may take more, for as long as it is checked.
    let costly = PasswordHash::decoy(Argon2Cost::new(131_072, 1, 1).unwrap());
    let check =
        pool.verify(pool.reserve().unwrap(), Password::prepare("x"), costly, cost, [0; 16]).await.unwrap();
    assert!(!check.matches);
    assert!(status_kib("VmHWM") - before >= 131_072);
    // Something is hashed after it, so that the memory has been given back by then.
    let check = pool
        .verify(pool.reserve().unwrap(), Password::prepare("x"), last.unwrap(), cost, [0; 16])
        .await
        .unwrap();
    assert!(!check.matches);
    let kept = status_kib("VmRSS") - before;
    assert!(kept <= bound + slack, "{kept} KiB are kept for a bound of {bound}");
}
