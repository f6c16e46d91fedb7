//! A file of a page, ready to be sent.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use warp::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use warp::http::{HeaderMap, HeaderValue, StatusCode};

use super::Reply;

/// A file held in memory with the headers that it is sent with.
#[derive(Debug, Clone)]
pub struct Asset {
    bytes: Bytes,
    media_type: HeaderValue,
    etag: HeaderValue,
    security_policy: HeaderValue,
}

impl Asset {
    /// A file of this name. Its name tells its type; `security_policy` is the Content-Security-Policy of the
    /// page that it belongs to.
    pub fn new(name: &str, bytes: impl Into<Bytes>, security_policy: &'static str) -> Self {
        let bytes = bytes.into();
        Self {
            media_type: media_type(name),
            etag: etag(&bytes),
            bytes,
            security_policy: HeaderValue::from_static(security_policy),
        }
    }

    /// The file, or 304 where the client has it already (RFC 9110 section 13.1.2). The names of the files
    /// hold no version, so a client asks each time whether its copy is still the right one.
    pub fn reply(&self, asked: &HeaderMap) -> Reply {
        let reply = if is_known(asked, &self.etag) {
            Reply::empty(StatusCode::NOT_MODIFIED)
        } else {
            Reply { body: self.bytes.clone(), ..Reply::empty(StatusCode::OK) }
                .with_header(CONTENT_TYPE, self.media_type.clone())
                .with_header(CONTENT_SECURITY_POLICY, self.security_policy.clone())
        };
        reply
            .with_header(ETAG, self.etag.clone())
            .with_header(CACHE_CONTROL, HeaderValue::from_static("no-cache"))
    }
}

/// Whether who asks has what has this tag already (RFC 9110 section 13.1.2).
pub(super) fn is_known(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    asked
        .get_all(IF_NONE_MATCH)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .any(|tag| tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == etag.as_bytes())
}

/// The type of a file by its name. Text says that it is UTF-8, for without it HTML and CSS would be guessed
/// at; everything else says it itself.
fn media_type(name: &str) -> HeaderValue {
    // A page without an extension is one of ours.
    let guess = match name.rsplit_once('.') {
        Some((_, extension)) => mime_guess::from_ext(extension).first_raw(),
        None => Some("text/html"),
    };
    match guess {
        Some("text/html") => HeaderValue::from_static("text/html; charset=utf-8"),
        Some("text/css") => HeaderValue::from_static("text/css; charset=utf-8"),
        Some("text/javascript" | "application/javascript") => {
            HeaderValue::from_static("text/javascript; charset=utf-8")
        }
        Some("text/plain") => HeaderValue::from_static("text/plain; charset=utf-8"),
        Some(other) => HeaderValue::from_static(other),
        None => HeaderValue::from_static("application/octet-stream"),
    }
}

/// A strong validator (RFC 9110 section 8.8.3). It need not withstand an attacker: only the operator can
/// change the files.
fn etag(bytes: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let text = format!("\"{:x}-{:016x}\"", bytes.len(), hasher.finish());
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(tag: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, tag.parse().unwrap());
        headers
    }

    #[test]
    fn a_copy_that_is_still_right_is_not_sent_again() {
        let asset = Asset::new("app.js", "let a = 1;", "default-src 'none'");
        let first = asset.reply(&HeaderMap::new());
        assert_eq!((first.status.as_u16(), first.body.len()), (200, 10));
        let tag = first.headers[ETAG].to_str().unwrap().to_owned();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let again = asset.reply(&asked(&known));
            assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{known}");
            assert_eq!(again.headers[ETAG], tag.as_str());
        }
        assert_eq!(asset.reply(&asked("\"x\"")).status, 200);
        let changed = Asset::new("app.js", "let a = 2;", "default-src 'none'");
        assert_eq!(changed.reply(&asked(&tag)).status, 200);
    }

    #[test]
    fn names_tell_types() {
        for (name, media_type) in [
            ("index.html", "text/html; charset=utf-8"),
            ("errors", "text/html; charset=utf-8"),
            ("app.js", "text/javascript; charset=utf-8"),
            ("entry.mjs", "text/javascript; charset=utf-8"),
            ("css/base.css", "text/css; charset=utf-8"),
            ("core_bg.wasm", "application/wasm"),
            ("icon.svg", "image/svg+xml"),
            ("data.json", "application/json"),
            ("what.unheard-of", "application/octet-stream"),
        ] {
            assert_eq!(super::media_type(name), media_type, "{name}");
        }
    }
}
