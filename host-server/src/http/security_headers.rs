//! What every answer tells browsers about itself (OWASP HTTP Headers Cheat Sheet).

use warp::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use warp::http::{HeaderMap, HeaderValue, StatusCode};

/// For a year (RFC 6797 section 6.1.1). Other hosts below this name are their owners' affair.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// An answer that is no page loads nothing and is shown in no frame; a page says what it needs itself.
const NO_PAGE: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// The headers, as the settings want them.
#[derive(Debug, Clone, Copy)]
pub(super) struct SecurityHeaders {
    /// Whether the world reaches the server by https alone.
    https: bool,
}

impl SecurityHeaders {
    /// Those of a server that is reached at `public_url`; `None` where that was not said.
    pub(super) fn of(public_url: Option<&str>) -> Self {
        let https =
            public_url.is_some_and(|url| url.get(..8).is_some_and(|it| it.eq_ignore_ascii_case("https://")));
        Self { https }
    }

    /// Adds them to an answer of this status.
    pub(super) fn decorate(self, status: StatusCode, answer: &mut HeaderMap) {
        answer.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        answer.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        // What was not modified keeps its policy; another one would replace it in the cache (RFC 9111 section 3.2).
        if status != StatusCode::NOT_MODIFIED {
            answer.entry(CONTENT_SECURITY_POLICY).or_insert(NO_PAGE);
        }
        if self.https {
            answer.insert(STRICT_TRANSPORT_SECURITY, HSTS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decorated(public_url: Option<&str>, mut answer: HeaderMap) -> HeaderMap {
        SecurityHeaders::of(public_url).decorate(StatusCode::OK, &mut answer);
        answer
    }

    #[test]
    fn only_where_the_world_comes_by_https_is_it_told_to_stay_there() {
        for (url, told) in [
            (Some("https://auth.example.com"), true),
            (Some("HTTPS://auth.example.com"), true),
            (Some("http://localhost:8000"), false),
            (None, false),
        ] {
            assert_eq!(
                decorated(url, HeaderMap::new()).contains_key(STRICT_TRANSPORT_SECURITY),
                told,
                "{url:?}"
            );
        }
    }

    #[test]
    fn an_answer_is_sniffed_framed_and_referred_to_by_nobody() {
        let answer = decorated(None, HeaderMap::new());
        assert_eq!(answer[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(answer[REFERRER_POLICY], "no-referrer");
        assert_eq!(answer[CONTENT_SECURITY_POLICY], "default-src 'none'; frame-ancestors 'none'");
    }

    #[test]
    fn what_is_not_modified_gets_no_other_policy() {
        let mut answer = HeaderMap::new();
        SecurityHeaders::of(None).decorate(StatusCode::NOT_MODIFIED, &mut answer);
        assert_eq!(answer.get(CONTENT_SECURITY_POLICY), None);
        assert_eq!(answer[X_CONTENT_TYPE_OPTIONS], "nosniff");
    }

    #[test]
    fn a_page_keeps_the_policy_that_it_needs() {
        let of_page = HeaderValue::from_static("default-src 'self'; frame-ancestors 'none'");
        let page = HeaderMap::from_iter([(CONTENT_SECURITY_POLICY, of_page.clone())]);
        assert_eq!(decorated(None, page)[CONTENT_SECURITY_POLICY], of_page);
    }
}
