//! The name of one request.

use std::cell::Cell;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

/// Names a request in its answer (`X-Request-Id`), in its problem and in the log, so that a person who
/// reports a failure can be helped. One that a client sends is not taken over: it could name another's.
///
/// 128 bits that nobody guesses and that no two requests share, in 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; 32]);

impl RequestId {
    /// The one in the examples of the documentation, which do not change from start to start.
    pub(crate) const SAMPLE: Self = Self(*b"5f0c9a8e1b7d42336a1f0e9d8c7b6a59");

    /// The name of the next request. It costs no system call: each thread has a key from the system's random
    /// source, and counts under it with the keyed hash that the standard library's maps rely on.
    pub fn next() -> Self {
        thread_local! {
            static KEYED: (RandomState, RandomState) = (RandomState::new(), RandomState::new());
            static COUNT: Cell<u64> = const { Cell::new(0) };
        }
        let count = COUNT.replace(COUNT.get().wrapping_add(1));
        let halves = KEYED.with(|(high, low)| [high.hash_one(count), low.hash_one(count)]);
        let mut digits = [0; 32];
        for (half, digits) in halves.into_iter().zip(digits.chunks_exact_mut(16)) {
            for (index, digit) in digits.iter_mut().enumerate() {
                *digit = b"0123456789abcdef"[(half >> (4 * index) & 0xf) as usize];
            }
        }
        Self(digits)
    }

    /// The 32 digits.
    pub fn as_str(&self) -> &str {
        // Only `next` writes the digits, and all of them are ASCII.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_requests_of_any_thread_share_a_name() {
        let threads: Vec<_> = (0..4)
            .map(|_| std::thread::spawn(|| (0..5_000).map(|_| RequestId::next().0).collect::<Vec<_>>()))
            .collect();
        let names: HashSet<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(names.len(), 20_000);
    }

    #[test]
    fn every_digit_varies() {
        let ids: Vec<_> = (0..200).map(|_| RequestId::next().0).collect();
        for place in 0..32 {
            assert!(ids.iter().any(|id| id[place] != ids[0][place]), "digit {place}");
        }
        assert!(ids[0].iter().all(u8::is_ascii_hexdigit));
    }
}
