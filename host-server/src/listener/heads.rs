//! Where in what comes in each request's head ends, and what is wrong with how it is written.
//!
//! hyper reads the same bytes and is lenient: a line may end in LF alone, and of two ways to say where a body ends it takes
//! the last. Another program on the way may have read on by the first, or have taken such a line for a part of the one
//! before, and then one request of its is two here (RFC 9112 section 11.2). What is left of a head once hyper has read it
//! does not tell, so it is read along.

use std::collections::VecDeque;

/// Bytes of a request's head at most; proxies cut off at 8 to 64 KiB. hyper answers 431 past it, without a
/// body.
pub(super) const HEAD_BYTES_MAX: usize = 64 * 1024;

/// The heads of one connection, one after the other.
#[derive(Default)]
pub(super) struct Heads {
    place: Place,
    /// What came of a line that has not ended yet.
    line: Vec<u8>,
    head: Head,
    /// What is wrong with each head that is complete and was not asked about yet; `None` where nothing is.
    complete: VecDeque<Option<&'static str>>,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    /// A line of a head, or an empty one before it (RFC 9112 section 2.2).
    #[default]
    Head,
    /// So many bytes of a body that says how long it is.
    Body(u64),
    /// A line that tells how long the next chunk is (RFC 9112 section 7.1).
    ChunkSize,
    /// So many bytes of a chunk.
    Chunk(u64),
    /// The line end behind a chunk.
    ChunkEnd,
    /// A line behind the last chunk.
    Trailer,
    /// What nobody can tell. hyper or the fault that was found ends the connection.
    Lost,
}

/// What the lines of a head say.
#[derive(Default)]
struct Head {
    has_begun: bool,
    has_bare_line_end: bool,
    length: Option<u64>,
    codings: u32,
    is_chunked: bool,
    is_unreadable: bool,
}

impl Heads {
    /// Bytes have come in.
    pub(super) fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            bytes = match self.place {
                Place::Lost => return,
                Place::Body(left) => {
                    let (left, rest) = skip(left, bytes);
                    self.place = if left == 0 { Place::Head } else { Place::Body(left) };
                    rest
                }
                Place::Chunk(left) => {
                    let (left, rest) = skip(left, bytes);
                    self.place = if left == 0 { Place::ChunkEnd } else { Place::Chunk(left) };
                    rest
                }
                Place::Head | Place::ChunkSize | Place::ChunkEnd | Place::Trailer => self.take_line(bytes),
            };
        }
    }

    /// What is wrong with the head that hyper has read; `None` where nothing is.
    pub(super) fn next_fault(&mut self) -> Option<&'static str> {
        self.complete.pop_front().unwrap_or_else(|| {
            // hyper has read a head where none was seen: what is seen from here on could be taken for another.
            self.lose();
            Some("The head is not where the request before it ends.")
        })
    }

    /// Takes the rest of a line, or all there is of it.
    fn take_line<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (part, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
        if end.is_some() && self.line.is_empty() {
            self.end_line(part);
        } else {
            self.line.extend_from_slice(part);
            if end.is_some() {
                let line = std::mem::take(&mut self.line);
                self.end_line(&line);
            } else if self.line.len() > HEAD_BYTES_MAX {
                // hyper refuses it as well.
                self.lose();
            }
        }
        rest
    }

    fn end_line(&mut self, line: &[u8]) {
        let whole = line.strip_suffix(b"\r\n");
        let text = whole.or(line.strip_suffix(b"\n")).unwrap_or(line);
        if self.place == Place::Head {
            self.head.has_bare_line_end |= whole.is_none();
            if !text.is_empty() {
                self.head.read(text);
            } else if self.head.has_begun {
                self.end_head();
            }
            return;
        }
        // To hyper an LF alone ends no line of a body, but to what it reads trailers with it does, and others differ
        // again. Whoever writes that, or a CR alone, is not followed any further.
        if whole.is_none() || text.contains(&b'\r') {
            self.lose();
            return;
        }
        match self.place {
            Place::ChunkSize => match chunk_size(text) {
                Some(0) => self.place = Place::Trailer,
                Some(size) => self.place = Place::Chunk(size),
                None => self.lose(),
            },
            Place::ChunkEnd if text.is_empty() => self.place = Place::ChunkSize,
            Place::ChunkEnd => self.lose(),
            Place::Trailer if text.is_empty() => self.place = Place::Head,
            _ => {}
        }
    }

    fn end_head(&mut self) {
        let head = std::mem::take(&mut self.head);
        let fault = head.fault();
        self.complete.push_back(fault);
        self.place = match head.length {
            _ if fault.is_some() || head.is_unreadable => Place::Lost,
            _ if head.codings > 0 => Place::ChunkSize,
            None | Some(0) => Place::Head,
            Some(length) => Place::Body(length),
        };
    }

    fn lose(&mut self) {
        self.place = Place::Lost;
        self.line = Vec::new();
    }
}

impl Head {
    fn read(&mut self, line: &[u8]) {
        if !std::mem::replace(&mut self.has_begun, true) {
            return;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { return };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = number(value, 10);
            self.is_unreadable |= length.is_none() || self.length.is_some_and(|other| Some(other) != length);
            self.length = length;
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.codings += 1;
            self.is_chunked = value.eq_ignore_ascii_case(b"chunked");
        }
    }

    fn fault(&self) -> Option<&'static str> {
        if self.codings > 1 || (self.codings == 1 && !self.is_chunked) {
            Some("The only Transfer-Encoding that is understood is one \"chunked\".")
        } else if self.codings == 1 && self.length.is_some() {
            Some("Content-Length and Transfer-Encoding exclude each other.")
        } else if self.has_bare_line_end {
            Some("Every line of the head must end in CR LF.")
        } else {
            None
        }
    }
}

/// What is left to skip, and the bytes behind what was skipped.
fn skip(left: u64, bytes: &[u8]) -> (u64, &[u8]) {
    let skipped = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
    (left - skipped as u64, &bytes[skipped..])
}

/// The size before a chunk's extensions; `None` where there is none, or blanks before it.
fn chunk_size(line: &[u8]) -> Option<u64> {
    let size = line.split(|byte| *byte == b';').next()?;
    let last = size.iter().rposition(|byte| !matches!(byte, b' ' | b'\t'))?;
    number(&size[..=last], 16)
}

/// A number of digits alone; `None` where it is none, or one beyond all lengths.
fn number(digits: &[u8], radix: u32) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok()?;
    // A sign would be read as well.
    let plain = text.bytes().all(|byte| char::from(byte).is_digit(radix));
    u64::from_str_radix(text, radix).ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with each head of a text, however it is cut in pieces.
    fn faults(text: &str) -> Vec<Option<&'static str>> {
        let of_pieces = |length: usize| {
            let mut heads = Heads::default();
            text.as_bytes().chunks(length).for_each(|piece| heads.take(piece));
            assert!(heads.place == Place::Lost || heads.line.is_empty(), "{text:?} ends within a line");
            heads.complete.into_iter().collect::<Vec<_>>()
        };
        let whole = of_pieces(text.len());
        for length in 1..text.len() {
            assert_eq!(of_pieces(length), whole, "{text:?} in pieces of {length}");
        }
        whole
    }

    const NEXT: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    #[test]
    fn what_is_written_well_is_followed_to_the_next_head() {
        for request in [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\na\nb\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 05\r\ncontent-length:5\r\n\r\n\n\n\n\n\n",
            "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding:chunked\t\r\n\r\nA;b=\"c\"\r\n\n\n\n\n\n\n\n\n\n\n\r\n0\r\nX: y\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n00a \t;\r\n0123456789\r\n0 ;b\r\nX: y\r\nZ:\r\n\r\n",
            "POST / HTTP/1.1\r\nX: content-length: 3\r\nX-Content-Length: 9\r\n\r\n",
        ] {
            assert_eq!(faults(&format!("{request}{NEXT}")), [None, None], "{request:?}");
        }
    }

    #[test]
    fn what_two_read_differently_is_seen_wherever_it_stands() {
        let before = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
        for head in [
            "GET / HTTP/1.1\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n\n",
            "GET / HTTP/1.1\r\nX: y\n\nGET /other HTTP/1.1\r\n\r\n",
            "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 3\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n",
            "POST / HTTP/1.1\nTRANSFER-ENCODING:chunked\nCONTENT-LENGTH:3\n\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            let told = faults(&format!("{before}{head}{NEXT}"));
            assert!(matches!(told[..], [None, Some(_)]), "{head:?}: {told:?}");
        }
    }

    #[test]
    fn nothing_is_followed_beyond_a_line_of_a_body_that_does_not_end_in_cr_lf() {
        for body in [
            "0\r\n\nX\r\n\r\n",
            "0\r\nX: y\n\nZ\r\n\r\n",
            "0\r\nX: y\n\r\n",
            "0\r\nX: y\r\n\n",
            "0\r\nX: y\rZ: y\r\n\r\n",
            "0\r\n\n",
            "0\n\r\n",
            "0\r\r\n\r\n",
            "0;a\n0\r\n\r\n",
            "0;a\r0\r\n\r\n",
            "2\n{}\r\n0\r\n\r\n",
            "2\r\n{}\n0\r\n\r\n",
            "2\r\n{}\r\r\n0\r\n\r\n",
            "2\r\n{}x\r\n0\r\n\r\n",
            " 0\r\n\r\n",
            "0\u{c}\r\n\r\n",
            " ;a\r\n\r\n",
        ] {
            let text = format!("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{body}{NEXT}");
            assert_eq!(faults(&text), [None], "{body:?}");
            let mut heads = Heads::default();
            heads.take(text.as_bytes());
            assert_eq!(heads.next_fault(), None, "{body:?}");
            assert!(heads.next_fault().is_some(), "{body:?}");
        }
    }

    #[test]
    fn once_out_of_step_no_head_is_good() {
        let mut heads = Heads::default();
        assert!(heads.next_fault().is_some(), "none has come");
        heads.take(NEXT.as_bytes());
        assert!(heads.next_fault().is_some(), "nor is this one taken for it");
    }

    #[test]
    fn nothing_is_followed_beyond_what_hyper_refuses() {
        for request in [
            "POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\n",
        ] {
            assert_eq!(faults(&format!("{request}{NEXT}")), [None], "{request:?}");
        }
        let mut heads = Heads::default();
        heads.take(&[b'a'; HEAD_BYTES_MAX + 1]);
        assert_eq!((heads.place, heads.line.capacity()), (Place::Lost, 0));
        assert!(heads.next_fault().is_some(), "a head that is nowhere is none");
    }
}
