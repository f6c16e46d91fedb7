//! Which pages of other origins may call from a browser (the Fetch standard, section 3.3).

use warp::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use warp::http::{HeaderMap, HeaderValue};

/// Seconds that a browser may remember what it was allowed. A change of the setting is felt after that.
const MAX_AGE_SECS: u32 = 600;

/// The origins of the setting `ALLOWED_ORIGINS`. Without any, nothing is said and browsers keep other origins
/// out. Credentials are allowed only where sessions can be in cookies; else a token travels in a header that the page sets
/// itself. No answer allows every origin.
#[derive(Debug, Clone, Default)]
pub struct Cors {
    origins: Vec<HeaderValue>,
    credentials: bool,
}

impl Cors {
    /// Exactly these origins, whose requests carry cookies where `credentials` are allowed. What can stand in no header can
    /// be no page's origin and is left out.
    pub fn new(origins: &[String], credentials: bool) -> Self {
        let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
        Self { origins, credentials }
    }

    /// The origin that asks, `None` where it may not read the answer or is our own.
    pub fn allowed(&self, asked: &HeaderMap) -> Option<HeaderValue> {
        // Most servers have no such setting, and are spared the look.
        let asks = if self.origins.is_empty() { None } else { asked.get(ORIGIN) }?;
        self.origins.iter().find(|allowed| *allowed == asks).cloned()
    }

    /// Adds to an answer what the page of an [`allowed`](Self::allowed) origin needs to read it.
    pub fn decorate(&self, allowed: Option<HeaderValue>, answer: &mut HeaderMap) {
        if self.origins.is_empty() {
            return;
        }
        // Said to everyone, or a cache would give one origin's answer to another.
        answer.append(VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = allowed {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            if self.credentials {
                answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            }
            let exposed = HeaderValue::from_static(
                "Link, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id",
            );
            answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }

    /// Adds to the answer of `OPTIONS` what a preflight asks for; `allow` lists the methods of its path.
    pub fn preflight(&self, asked: &HeaderMap, allow: &HeaderValue, answer: &mut HeaderMap) {
        if self.allowed(asked).is_none() || !asked.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
            return;
        }
        answer.insert(ACCESS_CONTROL_ALLOW_METHODS, allow.clone());
        let headers = HeaderValue::from_static(match self.credentials {
            true => "Authorization, Content-Type, Countersign-Session",
            false => "Authorization, Content-Type",
        });
        answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, headers);
        answer.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(MAX_AGE_SECS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(cors: &Cors, asked: &[(&'static str, &str)]) -> HeaderMap {
        let asked = asked.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect();
        let mut answer = HeaderMap::new();
        cors.preflight(&asked, &HeaderValue::from_static("GET, HEAD, OPTIONS"), &mut answer);
        cors.decorate(cors.allowed(&asked), &mut answer);
        answer
    }

    fn one() -> Cors {
        Cors::new(&["https://app.example".to_owned()], false)
    }

    #[test]
    fn without_the_setting_nothing_is_said() {
        let asked = [("origin", "https://app.example"), ("access-control-request-method", "GET")];
        assert!(answer(&Cors::default(), &asked).is_empty());
    }

    #[test]
    fn an_origin_is_allowed_only_as_it_is_written() {
        let allowed = answer(&one(), &[("origin", "https://app.example")]);
        assert_eq!(allowed[ACCESS_CONTROL_ALLOW_ORIGIN], "https://app.example");
        for other in ["https://app.example:444", "http://app.example", "https://app.example.evil", "null"] {
            let refused = answer(&one(), &[("origin", other)]);
            assert_eq!(refused.get(ACCESS_CONTROL_ALLOW_ORIGIN), None, "{other}");
            assert_eq!(refused[VARY], "Origin", "{other}");
        }
        assert_eq!(answer(&one(), &[])[VARY], "Origin");
    }

    #[test]
    fn credentials_are_allowed_to_the_origins_alone_and_only_where_there_are_cookies() {
        let with_cookies = Cors::new(&["https://app.example".to_owned()], true);
        let asked = [("origin", "https://app.example"), ("access-control-request-method", "GET")];
        let allowed = answer(&with_cookies, &asked);
        assert_eq!(allowed[ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
        assert_eq!(allowed[ACCESS_CONTROL_ALLOW_ORIGIN], "https://app.example");
        assert_eq!(allowed[ACCESS_CONTROL_ALLOW_HEADERS], "Authorization, Content-Type, Countersign-Session");
        assert_eq!(answer(&one(), &asked).get(ACCESS_CONTROL_ALLOW_CREDENTIALS), None);
        for foreign in ["https://evil.example", "https://app.example.evil", "null", "*"] {
            let refused = answer(&with_cookies, &[("origin", foreign)]);
            assert_eq!(refused.get(ACCESS_CONTROL_ALLOW_CREDENTIALS), None, "{foreign}");
            assert_eq!(refused.get(ACCESS_CONTROL_ALLOW_ORIGIN), None, "{foreign}");
        }
        assert!(answer(&Cors::new(&[], true), &asked).is_empty());
    }

    #[test]
    fn a_preflight_learns_the_methods_of_its_path() {
        let asked = [("origin", "https://app.example"), ("access-control-request-method", "GET")];
        let granted = answer(&one(), &asked);
        assert_eq!(granted[ACCESS_CONTROL_ALLOW_METHODS], "GET, HEAD, OPTIONS");
        assert_eq!(granted[ACCESS_CONTROL_ALLOW_HEADERS], "Authorization, Content-Type");
        let foreign = [("origin", "https://evil.example"), ("access-control-request-method", "GET")];
        assert_eq!(answer(&one(), &foreign).get(ACCESS_CONTROL_ALLOW_METHODS), None);
        assert_eq!(answer(&one(), &asked[..1]).get(ACCESS_CONTROL_ALLOW_METHODS), None);
    }
}
