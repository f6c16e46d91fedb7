//! What a connection waits for, and since when.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Limits;
use super::heads::Heads;

/// The notes of one connection, shared by its stream, its requests and the accept loop.
#[derive(Debug, Clone)]
pub(super) struct Watch(Arc<Mutex<Notes>>);

struct Notes {
    phase: Phase,
    heads: Heads,
}

/// What was read may hold a password or a token, so it is not shown.
impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notes").field("phase", &self.phase).finish_non_exhaustive()
    }
}

/// What is being waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The client's first byte.
    Unused(Instant),
    /// The rest of a request's head.
    Head(Instant),
    /// Ourselves, or the body, which has a limit of its own.
    Answer,
    /// The client, to read on.
    Write(Instant),
    /// The next request.
    Idle(Instant),
}

impl Watch {
    pub(super) fn new(now: Instant) -> Self {
        Self(Arc::new(Mutex::new(Notes { phase: Phase::Unused(now), heads: Heads::default() })))
    }

    /// Bytes have come in.
    pub(super) fn received(&self, bytes: &[u8]) {
        let mut notes = self.notes();
        if let Phase::Unused(_) | Phase::Idle(_) = notes.phase {
            notes.phase = Phase::Head(Instant::now());
        }
        notes.heads.take(bytes);
    }

    /// Bytes have gone out.
    pub(super) fn sent(&self) {
        let mut notes = self.notes();
        if let Phase::Write(_) = notes.phase {
            notes.phase = Phase::Idle(Instant::now());
        }
    }

    /// No more bytes can go out until the client reads.
    pub(super) fn blocked(&self) {
        let mut notes = self.notes();
        if let Phase::Idle(_) = notes.phase {
            notes.phase = Phase::Write(Instant::now());
        }
    }

    /// hyper has read a request's head. Tells what is wrong with how it is written; `None` where nothing is.
    pub(super) fn begin(&self) -> Option<&'static str> {
        let mut notes = self.notes();
        notes.phase = Phase::Answer;
        notes.heads.next_fault()
    }

    /// A request has its answer.
    pub(super) fn end(&self) {
        self.notes().phase = Phase::Idle(Instant::now());
    }

    /// What the connection has waited for too long; `None` where it may go on.
    pub(super) fn overdue(&self, now: Instant, limits: &Limits) -> Option<&'static str> {
        let over = |since, limit: Duration| now.saturating_duration_since(since) >= limit;
        match self.notes().phase {
            Phase::Unused(since) if over(since, limits.head) => Some("a first request"),
            Phase::Head(since) if over(since, limits.head) => Some("the rest of a head"),
            Phase::Write(since) if over(since, limits.write) => Some("the client to read"),
            Phase::Idle(since) if over(since, limits.idle) => Some("the next request"),
            _ => None,
        }
    }

    /// The notes are valid after every step, so a panic beside them does not spoil them.
    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(start: Instant, secs: u64) -> Instant {
        start + Duration::from_secs(secs)
    }

    #[test]
    fn each_phase_has_its_limit() {
        let limits = Limits::default();
        let start = Instant::now();
        let watch = Watch::new(start);
        assert_eq!(watch.overdue(after(start, 9), &limits), None);
        assert_eq!(watch.overdue(after(start, 10), &limits), Some("a first request"));
        watch.received(b"GET /");
        watch.received(b" HTTP");
        assert_eq!(watch.overdue(after(start, 12), &limits), Some("the rest of a head"));
        watch.received(b"/1.1\r\n\r\n");
        assert_eq!(watch.begin(), None);
        assert_eq!(watch.overdue(after(start, 1_000), &limits), None);
        watch.end();
        assert_eq!(watch.overdue(after(start, 70), &limits), None);
        assert_eq!(watch.overdue(after(start, 76), &limits), Some("the next request"));
        watch.blocked();
        assert_eq!(watch.overdue(after(start, 31), &limits), Some("the client to read"));
        watch.sent();
        assert_eq!(watch.overdue(after(start, 31), &limits), None);
    }

    #[test]
    fn a_trickle_does_not_lengthen_the_time_for_a_head() {
        let watch = Watch::new(Instant::now());
        watch.received(b"G");
        let Phase::Head(first) = watch.notes().phase else { panic!("no head") };
        watch.received(b"E");
        assert_eq!(watch.notes().phase, Phase::Head(first));
    }

    #[test]
    fn nothing_that_was_sent_is_shown() {
        let watch = Watch::new(Instant::now());
        watch.received(b"authorization: Bearer secret");
        assert!(!format!("{watch:?}").contains("115, 101, 99"), "no byte of it is printed");
    }
}
