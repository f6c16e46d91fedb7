//! What is made now and then and asked for often, by verifiers elsewhere.

use bytes::Bytes;
use countersign_core::secret::TokenDigest;
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use warp::http::{HeaderMap, HeaderValue, StatusCode};

use super::Reply;
use super::asset::is_known;

/// A text with the headers that it is sent with.
#[derive(Debug, Clone)]
pub struct Published {
    body: Bytes,
    etag: HeaderValue,
    media_type: HeaderValue,
    kept_for: HeaderValue,
}

impl Published {
    /// This text. `kept_for` is its `Cache-Control`. The tag is a digest of the text (a strong validator, RFC 9110 section
    /// 8.8.3), so that several servers of one database give the same.
    pub fn new(text: String, media_type: &'static str, kept_for: &'static str) -> Self {
        let tag = ["\"", &TokenDigest::of(text.as_bytes()).encode(), "\""].concat();
        Self {
            // Base64url between quotes is always a header's value.
            etag: HeaderValue::from_str(&tag).unwrap_or_else(|_| HeaderValue::from_static("\"\"")),
            media_type: HeaderValue::from_static(media_type),
            kept_for: HeaderValue::from_static(kept_for),
            body: text.into(),
        }
    }

    /// The text, or 304 where the client has it already.
    pub fn reply(&self, asked: &HeaderMap) -> Reply {
        let reply = if is_known(asked, &self.etag) {
            Reply::empty(StatusCode::NOT_MODIFIED)
        } else {
            Reply { body: self.body.clone(), ..Reply::empty(StatusCode::OK) }
                .with_header(CONTENT_TYPE, self.media_type.clone())
        };
        reply.with_header(ETAG, self.etag.clone()).with_header(CACHE_CONTROL, self.kept_for.clone())
    }
}

#[cfg(test)]
mod tests {
    use warp::http::header::IF_NONE_MATCH;

    use super::*;

    #[test]
    fn what_a_client_has_already_is_not_sent_again() {
        let published = Published::new("text".to_owned(), "application/jwt", "public, max-age=10");
        let first = published.reply(&HeaderMap::new());
        assert_eq!((first.status.as_u16(), &first.body[..]), (200, &b"text"[..]));
        let mut asked = HeaderMap::new();
        asked.insert(IF_NONE_MATCH, first.headers[ETAG].clone());
        let again = published.reply(&asked);
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
        assert_eq!(again.headers[ETAG], first.headers[ETAG]);
        assert_eq!(again.headers[CACHE_CONTROL], "public, max-age=10");
        let changed = Published::new("other".to_owned(), "application/jwt", "public, max-age=10");
        assert_eq!(changed.reply(&asked).status, 200);
    }
}
