//! What a connection waits for, and since when.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use warp::http::HeaderMap;
use warp::http::header::TRANSFER_ENCODING;

use super::Limits;

/// The notes of one connection, shared by its stream, its requests and the accept loop.
#[derive(Debug, Clone)]
pub(super) struct Watch(Arc<Mutex<Notes>>);

struct Notes {
    phase: Phase,
    /// The last of the bytes that were read since a request began to be answered: the rest of that request,
    /// and the head of the next one at the end.
    head: Vec<u8>,
    head_is_old: bool,
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

/// Bytes that are kept of a head: as many as a head may have.
const HEAD_BYTES_KEPT: usize = 64 * 1024;

impl Watch {
    pub(super) fn new(now: Instant) -> Self {
        Self(Arc::new(Mutex::new(Notes { phase: Phase::Unused(now), head: Vec::new(), head_is_old: false })))
    }

    /// Bytes have come in.
    pub(super) fn received(&self, bytes: &[u8]) {
        let mut notes = self.notes();
        if let Phase::Unused(_) | Phase::Idle(_) = notes.phase {
            notes.phase = Phase::Head(Instant::now());
        }
        if notes.head_is_old {
            notes.head_is_old = false;
            notes.head.clear();
        }
        // The head that is looked for comes last, behind the body of the request before it.
        let bytes = &bytes[bytes.len().saturating_sub(HEAD_BYTES_KEPT)..];
        let surplus = (notes.head.len() + bytes.len()).saturating_sub(HEAD_BYTES_KEPT);
        notes.head.drain(..surplus);
        notes.head.extend_from_slice(bytes);
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

    /// A request's head is complete. Tells what is wrong with how the head says where its body ends; hyper
    /// reads on by the last of several ways, and another program on the way may have read by the first
    /// (RFC 9112 section 6.3 and 11.2).
    pub(super) fn begin(&self, headers: &HeaderMap) -> Option<&'static str> {
        let mut notes = self.notes();
        notes.phase = Phase::Answer;
        notes.head_is_old = true;
        let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
        let coding = codings.next()?;
        if codings.next().is_some() || !coding.as_bytes().eq_ignore_ascii_case(b"chunked") {
            return Some("The only Transfer-Encoding that is understood is one \"chunked\".");
        }
        // hyper drops the length from the headers where both are given, so it is looked for in the text.
        announces_twice(&notes.head).then_some("Content-Length and Transfer-Encoding exclude each other.")
    }

    /// A request has its answer.
    pub(super) fn end(&self) {
        let mut notes = self.notes();
        notes.phase = Phase::Idle(Instant::now());
        // A connection that idles holds on to nothing that was sent, unless more has come already.
        if notes.head_is_old {
            notes.head = Vec::new();
        }
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

/// Whether some block of lines in this text has both headers that say where a body ends. The text can hold
/// more than one head where requests are sent without waiting for answers.
fn announces_twice(text: &[u8]) -> bool {
    let (mut length, mut coding) = (false, false);
    for line in text.split(|byte| *byte == b'\n') {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        length |= name.len() < line.len() && name.eq_ignore_ascii_case(b"content-length");
        coding |= name.len() < line.len() && name.eq_ignore_ascii_case(b"transfer-encoding");
        if length && coding {
            return true;
        }
        if line.trim_ascii().is_empty() {
            (length, coding) = (false, false);
        }
    }
    false
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
        assert_eq!(watch.begin(&HeaderMap::new()), None);
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
    fn both_ways_to_end_a_body_are_seen_in_either_order_and_only_in_one_head() {
        for both in [
            "POST / HTTP/1.1\r\nContent-Length: 3\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n",
            "POST / HTTP/1.1\ntransfer-encoding: chunked\ncontent-length: 3\n\n",
            "{}POST / HTTP/1.1\r\nTRANSFER-ENCODING:chunked\r\nCONTENT-LENGTH:3\r\n\r\n",
        ] {
            assert!(announces_twice(both.as_bytes()), "{both}");
        }
        for one in [
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nX: content-length: 3\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcPOST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            assert!(!announces_twice(one.as_bytes()), "{one}");
        }
    }

    #[test]
    fn of_a_long_body_the_end_is_kept_and_behind_it_the_next_head() {
        let watch = Watch::new(Instant::now());
        for _ in 0..100 {
            watch.received(&[0; 8 * 1024]);
        }
        assert_eq!(watch.notes().head.len(), HEAD_BYTES_KEPT);
        let head = b"\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n";
        watch.received(head);
        assert_eq!(watch.notes().head.len(), HEAD_BYTES_KEPT);
        let headers = HeaderMap::from_iter([(TRANSFER_ENCODING, "chunked".parse().unwrap())]);
        assert!(watch.begin(&headers).is_some());
    }

    #[test]
    fn nothing_that_was_sent_is_held_while_a_connection_idles_and_nothing_is_shown() {
        let watch = Watch::new(Instant::now());
        watch.received(b"authorization: Bearer secret");
        assert!(!format!("{watch:?}").contains("115, 101, 99"), "no byte of it is printed");
        watch.begin(&HeaderMap::new());
        watch.end();
        assert_eq!(watch.notes().head.capacity(), 0);
    }
}
