//! Argon2 away from the threads that answer requests.
//!
//! A hash costs tens of milliseconds and tens of MiB. It is computed by threads of its own, as many as there
//! are cores (`HASH_THREADS`), each of which keeps one piece of memory for all its hashes. So their memory has
//! a bound: [threads × the memory of one hash](memory_bound_kib). A stored hash that was made at a higher cost
//! asks for that cost's memory, gets it for as long as it is being checked, and is replaced by one of today's at
//! the log-in that it belongs to. So is one that an older system made by another function.
//!
//! What arrives while all threads are busy waits in a queue of [`QUEUE_PER_THREAD`] places for each thread.
//! Past that, or where the wait would be longer than 3 s, it is turned away at once with [`Busy`]. A guess takes its
//! place before it is counted, so that who is turned away has used up none.

mod pace;
mod pool;
mod priority;

use std::num::NonZeroUsize;

use countersign_core::password::Argon2Cost;

pub use pool::{Busy, HashingPool, Place};

/// Places in the queue for each thread. At the default cost one hash takes 20 to 40 ms, so that the last of
/// 64 waits 1.3 to 2.6 s, which a person at a form puts up with.
pub const QUEUE_PER_THREAD: usize = 64;

/// KiB of memory that hashes of `cost` take at most, all threads together.
///
/// ```
/// use std::num::NonZeroUsize;
///
/// use countersign_core::password::Argon2Cost;
/// use countersign_server::hashing::memory_bound_kib;
///
/// let four = NonZeroUsize::MIN.saturating_add(3);
/// assert_eq!(memory_bound_kib(four, Argon2Cost::default()), 4 * 19_456);
/// ```
pub fn memory_bound_kib(threads: NonZeroUsize, cost: Argon2Cost) -> u64 {
    u64::try_from(threads.get()).unwrap_or(u64::MAX).saturating_mul(u64::from(cost.memory_kib()))
}
