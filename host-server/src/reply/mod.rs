//! What is answered, before the door adds what every answer carries.

mod asset;
mod published;

use bytes::Bytes;
use countersign_core::cookies::Cookie;
use countersign_core::secret::Secret;
use serde::Serialize;
use warp::http::header::{CONTENT_TYPE, HeaderName, SET_COOKIE};
use warp::http::{HeaderMap, HeaderValue, StatusCode};

pub use asset::Asset;
pub use published::Published;

/// Headers that an answer leaves with; room for them is made at once.
const HEADERS_TYPICAL: usize = 8;

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// What this answer says besides what all of them say. Without a `Cache-Control` here, it is `no-store`.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Reply {
    /// An answer in JSON.
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        Self::serialized(status, "application/json", body)
    }

    /// An answer that is JSON already.
    pub fn json_text(status: StatusCode, text: String) -> Self {
        Self { body: text.into(), ..Self::empty(status) }
            .with_header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
    }

    /// A problem (RFC 9457).
    pub(crate) fn problem(status: StatusCode, body: &impl Serialize) -> Self {
        Self::serialized(status, "application/problem+json", body)
    }

    /// 204, with nothing in it.
    pub fn no_content() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    /// An answer without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::with_capacity(HEADERS_TYPICAL), body: Bytes::new() }
    }

    /// The same answer with one more header.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same answer, with which a browser keeps this token for so many seconds.
    pub(crate) fn keeping(mut self, cookie: Cookie, token: &Secret<String>, secs: i64) -> Self {
        match HeaderValue::from_str(cookie.set(token, secs).expose()) {
            Ok(mut set) => {
                set.set_sensitive(true);
                self.headers.append(SET_COOKIE, set);
                self
            }
            Err(error) => {
                // Tokens are base64url with dots. Without its cookie the answer would be a lie.
                tracing::error!(error = &error as &dyn std::error::Error, "a token is no cookie");
                Self::empty(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    /// The same answer, with which a browser forgets these.
    pub(crate) fn forgetting(mut self, cookies: &[Cookie]) -> Self {
        for set in cookies.iter().filter_map(|cookie| HeaderValue::from_str(&cookie.clear()).ok()) {
            self.headers.append(SET_COOKIE, set);
        }
        self
    }

    /// JSON has no charset parameter: it is UTF-8 (RFC 8259 sections 8.1 and 11).
    fn serialized(status: StatusCode, media_type: &'static str, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => Self { body: body.into(), ..Self::empty(status) }
                .with_header(CONTENT_TYPE, HeaderValue::from_static(media_type)),
            Err(error) => {
                // None of our types can fail here but for a time beyond the year 9999. The door makes a
                // problem of a bare 500.
                tracing::error!(error = &error as &dyn std::error::Error, "an answer is no JSON");
                Self::empty(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}
