//! Reading a body: only as JSON, only to a cap, only for so long.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use countersign_core::rejection::Code;
use futures_core::Stream;
use warp::http::HeaderMap;
use warp::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, TRANSFER_ENCODING};

use crate::problem::Problem;

/// Bytes that a body has at most: the largest value that is stored is 64 KiB, and JSON may spell it twice as
/// long.
pub const BODY_BYTES_MAX: usize = 128 * 1024;

/// Bytes of a refused body that are read and thrown away, so that a client that sends before it listens still
/// hears the answer. Past that it is cut off.
pub const DRAINED_BYTES_MAX: usize = 1024 * 1024;

/// A body that may not have come yet.
#[derive(Debug)]
pub struct Incoming<S> {
    stream: Option<S>,
    length: Length,
    /// Whether the client waits for our word before it sends (RFC 9110 section 10.1.1).
    waits: bool,
}

/// How much was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Known(u64),
    /// Chunked: only reading tells.
    Unknown,
}

impl<S, B, E> Incoming<S>
where
    S: Stream<Item = Result<B, E>> + Send + 'static,
    B: Buf,
{
    /// The body that these headers announce.
    pub fn new(headers: &HeaderMap, stream: S) -> Self {
        let length = if headers.contains_key(TRANSFER_ENCODING) {
            Length::Unknown
        } else {
            let value = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
            // The listener refuses a length that is no number before there is a request.
            Length::Known(value.and_then(|digits| digits.parse().ok()).unwrap_or(0))
        };
        let stream = (length != Length::Known(0)).then_some(stream);
        Self { stream, length, waits: headers.contains_key(EXPECT) }
    }

    /// The whole body, `None` where it is empty: an empty body is no body and wants no media type.
    ///
    /// # Errors
    /// 415 for anything but JSON as it is, 413 past [`BODY_BYTES_MAX`], 400 where it does not arrive within
    /// `limit` or breaks off.
    pub async fn read(&mut self, headers: &HeaderMap, limit: Duration) -> Result<Option<Bytes>, Problem> {
        if let Length::Known(length @ 1..) = self.length {
            require_json(headers)?;
            if length > BODY_BYTES_MAX as u64 {
                return Err(Problem::of(Code::PayloadTooLarge).closing());
            }
        }
        let Some(stream) = self.stream.take() else { return Ok(None) };
        let mut stream = Box::pin(stream);
        let read = tokio::time::timeout(limit, read_to_cap(stream.as_mut(), headers)).await;
        match read {
            Ok(Ok(body)) => Ok(body),
            Ok(Err(Cut::Refused(problem))) => {
                drain(stream, limit);
                Err(problem)
            }
            Ok(Err(Cut::BrokenOff)) => Err(broken("The body broke off.")),
            Err(_) => Err(broken("The body did not arrive in time.")),
        }
    }

    /// Reads what was not asked for and throws it away, beside the answer. A client that waits for our word
    /// before it sends has nothing on its way.
    pub fn discard(self, limit: Duration) {
        if let Some(stream) = self.stream.filter(|_| !self.waits) {
            drain(Box::pin(stream), limit);
        }
    }
}

/// Why reading ended before the body did.
enum Cut {
    /// What came is not wanted; more of it may be on its way.
    Refused(Problem),
    /// No more comes.
    BrokenOff,
}

async fn read_to_cap<S, B, E>(mut stream: Pin<&mut S>, headers: &HeaderMap) -> Result<Option<Bytes>, Cut>
where
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    let mut only = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(chunk) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        let mut chunk = chunk.map_err(|_| Cut::BrokenOff)?;
        let chunk = chunk.copy_to_bytes(chunk.remaining());
        if chunk.is_empty() {
            continue;
        }
        let before = only.len().max(all.len());
        if before == 0 {
            require_json(headers).map_err(Cut::Refused)?;
        }
        if before + chunk.len() > BODY_BYTES_MAX {
            return Err(Cut::Refused(Problem::of(Code::PayloadTooLarge).closing()));
        }
        // Nearly every body is one chunk, which then needs no copy.
        if before == 0 {
            only = chunk;
            continue;
        }
        if all.is_empty() {
            all.extend_from_slice(&only);
        }
        all.extend_from_slice(&chunk);
    }
    let body = if all.is_empty() { only } else { all.freeze() };
    Ok((!body.is_empty()).then_some(body))
}

/// Reads on in the background. The connection is at this request until the task ends, so there are never more
/// of these tasks than connections.
fn drain<S, B, E>(mut stream: Pin<Box<S>>, limit: Duration)
where
    S: Stream<Item = Result<B, E>> + Send + 'static,
    B: Buf,
{
    tokio::spawn(tokio::time::timeout(limit, async move {
        let mut drained = 0;
        while drained <= DRAINED_BYTES_MAX {
            match poll_fn(|context| stream.as_mut().poll_next(context)).await {
                Some(Ok(chunk)) => drained += chunk.remaining(),
                Some(Err(_)) | None => return,
            }
        }
    }));
}

fn broken(detail: &'static str) -> Problem {
    Problem::with_detail(Code::BadRequest, detail).closing()
}

/// Whether what comes says that it is JSON and nothing else around it. Parameters do not matter (RFC 8259
/// section 11), nor does letter case (RFC 9110 section 8.3.1).
fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let essence = types.next().and_then(|value| value.as_bytes().split(|byte| *byte == b';').next());
    let is_json = essence.is_some_and(|it| it.trim_ascii().eq_ignore_ascii_case(b"application/json"));
    if !is_json || types.next().is_some() {
        let detail = "The body must come with Content-Type: application/json.";
        return Err(Problem::with_detail(Code::UnsupportedMediaType, detail));
    }
    // An encoded body could grow a thousandfold while it is decoded, so none is.
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    if encodings.any(|value| !value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity")) {
        let detail = "The body must come without Content-Encoding.";
        return Err(Problem::with_detail(Code::UnsupportedMediaType, detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::task::{Context, Poll};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A body in these chunks, that then ends or stays silent.
    struct Chunks(Vec<Bytes>, bool);

    impl Stream for Chunks {
        type Item = Result<Bytes, Infallible>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            if !self.0.is_empty() {
                return Poll::Ready(Some(Ok(self.0.remove(0))));
            }
            if self.1 { Poll::Ready(None) } else { Poll::Pending }
        }
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    async fn read(pairs: &[(&'static str, &str)], chunks: &[&[u8]]) -> Result<Option<Bytes>, Code> {
        let headers = headers(pairs);
        let chunks = chunks.iter().map(|chunk| Bytes::copy_from_slice(chunk)).collect();
        let mut incoming = Incoming::new(&headers, Chunks(chunks, true));
        incoming.read(&headers, SECOND).await.map_err(|problem| problem.code())
    }

    const CHUNKED: (&str, &str) = ("transfer-encoding", "chunked");
    const JSON: (&str, &str) = ("content-type", "application/json");

    #[tokio::test]
    async fn an_empty_body_is_no_body_and_wants_no_media_type() {
        assert_eq!(read(&[], &[]).await, Ok(None));
        assert_eq!(read(&[("content-length", "0")], &[]).await, Ok(None));
        assert_eq!(read(&[CHUNKED], &[b""]).await, Ok(None));
    }

    #[tokio::test]
    async fn only_json_as_it_is_is_taken() {
        let length = ("content-length", "2");
        for good in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            " application/json ;v=1",
        ] {
            assert_eq!(
                read(&[length, ("content-type", good)], &[b"{}"]).await,
                Ok(Some("{}".into())),
                "{good}"
            );
        }
        for bad in
            ["", "text/json", "application/json5", "application/problem+json", "application/json, text/plain"]
        {
            let result = read(&[length, ("content-type", bad)], &[b"{}"]).await;
            assert_eq!(result, Err(Code::UnsupportedMediaType), "{bad}");
        }
        assert_eq!(read(&[CHUNKED], &[b"", b"{}"]).await, Err(Code::UnsupportedMediaType));
        assert_eq!(read(&[length, JSON, JSON], &[b"{}"]).await, Err(Code::UnsupportedMediaType));
        let encoded = read(&[length, JSON, ("content-encoding", "gzip")], &[b"{}"]).await;
        assert_eq!(encoded, Err(Code::UnsupportedMediaType));
        let plain = read(&[length, JSON, ("content-encoding", "identity")], &[b"{}"]).await;
        assert_eq!(plain, Ok(Some("{}".into())));
    }

    #[tokio::test]
    async fn the_cap_holds_for_announced_and_for_chunked_bodies() {
        let half = vec![b' '; BODY_BYTES_MAX / 2];
        let (most, least) = half.split_at(1_000);
        let whole = read(&[CHUNKED, JSON], &[&half, most, least]).await.unwrap().unwrap();
        assert_eq!(whole.len(), BODY_BYTES_MAX);
        assert_eq!(read(&[CHUNKED, JSON], &[&half, &half, b" "]).await, Err(Code::PayloadTooLarge));
        let announced = ("content-length", "131073");
        assert_eq!(read(&[announced, JSON], &[]).await, Err(Code::PayloadTooLarge));
        assert_eq!(read(&[announced], &[]).await, Err(Code::UnsupportedMediaType));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stays_out_is_given_up() {
        let headers = headers(&[("content-length", "9"), JSON]);
        let mut incoming = Incoming::new(&headers, Chunks(vec!["{".into()], false));
        let problem = incoming.read(&headers, SECOND).await.unwrap_err();
        assert_eq!(problem.code(), Code::BadRequest);
    }
}
