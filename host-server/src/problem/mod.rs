//! Everything that is refused or fails, as RFC 9457 has it told.

mod body;
mod sources;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use countersign_core::cookies::Cookie;
use countersign_core::rejection::{Code, Culprit, Fault};
use countersign_core::secret::Secret;
use countersign_core::token::TokenError;
use warp::http::header::{ALLOW, CONNECTION, RETRY_AFTER, WWW_AUTHENTICATE};
use warp::http::{HeaderValue, StatusCode};

pub(crate) use body::title_of;
pub use body::{FaultBody, ProblemBody};

use crate::rate_limit::RateLimits;
use crate::reply::Reply;
use crate::request_id::RequestId;

/// Why a request is not granted: what its client is told, and apart from that the cause, which only the log
/// is told.
#[derive(Debug)]
pub struct Problem(Box<Inner>);

/// Boxed, since a problem is rare and travels in the `Err` of every step.
#[derive(Debug)]
struct Inner {
    code: Code,
    status: StatusCode,
    detail: Cow<'static, str>,
    faults: Vec<Fault>,
    retry_after_secs: Option<u32>,
    rate_limits: Option<RateLimits>,
    allow: Option<HeaderValue>,
    closes: bool,
    mfa_token: Option<Secret<String>>,
    /// What a browser forgets with the answer.
    forgets: &'static [Cookie],
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Problem {
    /// A problem that is told in the code's own words.
    pub fn of(code: Code) -> Self {
        Self(Box::new(Inner {
            code,
            status: status_of(code),
            detail: Cow::Borrowed(code.meaning()),
            faults: Vec::new(),
            retry_after_secs: None,
            rate_limits: None,
            allow: None,
            closes: false,
            mfa_token: None,
            forgets: &[],
            cause: None,
        }))
    }

    /// A problem that is told in a sentence of its own. The sentence reaches the client.
    pub fn with_detail(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        let mut problem = Self::of(code);
        problem.0.detail = detail.into();
        problem
    }

    /// A failure of ours. The client learns only that there was one; the log is told the cause.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let mut problem = Self::of(Code::Internal);
        problem.0.cause = Some(cause.into());
        problem
    }

    /// The path is served, but not by this method (RFC 9110 section 15.5.6).
    pub fn method_not_allowed(allow: HeaderValue) -> Self {
        let mut problem = Self::of(Code::MethodNotAllowed);
        problem.0.allow = Some(allow);
        problem
    }

    /// More than can be done now.
    pub fn overloaded(retry_after_secs: u32) -> Self {
        let mut problem = Self::of(Code::Overloaded);
        problem.0.retry_after_secs = Some(retry_after_secs);
        problem
    }

    /// Nothing that wants the store can be done now. The client learns only that; the log is told the cause.
    pub fn unready(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let mut problem = Self::overloaded(1);
        problem.0.cause = Some(cause.into());
        problem
    }

    /// The password is right and the second factor is still to come.
    pub(crate) fn mfa_required(mfa_token: Secret<String>) -> Self {
        let mut problem = Self::of(Code::MfaRequired);
        problem.0.mfa_token = Some(mfa_token);
        problem
    }

    /// The same problem as one of the credentials that a log-in shows.
    pub(crate) fn unauthorized(mut self) -> Self {
        self.0.status = StatusCode::UNAUTHORIZED;
        self
    }

    /// Others kept changing the same things; a second later they are likely done.
    pub fn contended() -> Self {
        Self::overloaded(1)
    }

    /// A problem as the documentation shows it, with all that one of this code comes with.
    pub(crate) fn sample(code: Code) -> Self {
        let mut problem = Self::of(code);
        let fault = |field, code: Code| Fault::new(field, code, code.meaning());
        problem.0.faults = match code {
            Code::ValidationFailed => {
                vec![fault("email", Code::InvalidFormat), fault("password", Code::TooShort)]
            }
            Code::UsernameTaken => vec![fault("username", code)],
            Code::EmailTaken => vec![fault("email", code)],
            Code::UnknownField => vec![fault("role", code)],
            _ => Vec::new(),
        };
        if code == Code::MfaRequired {
            problem.0.mfa_token = Some(Secret::new("6ZqH…".to_owned()));
        }
        problem
    }

    /// The same problem, after which the connection is not used again.
    pub(crate) fn closing(mut self) -> Self {
        self.0.closes = true;
        self
    }

    /// The same problem, with which a browser forgets these.
    pub(crate) fn forgetting(mut self, cookies: &'static [Cookie]) -> Self {
        self.0.forgets = cookies;
        self
    }

    /// The stable word.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The status that it is answered with.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The same problem, with the guesses that are left where its status tells of them.
    pub(crate) fn with_rate_limits(mut self, limits: RateLimits) -> Self {
        self.0.rate_limits = Some(limits).filter(|_| Self::tells_rate_limits(self.status()));
        self
    }

    /// Whether a log-in that is answered with this status is told how many guesses are left.
    pub(crate) fn tells_rate_limits(status: StatusCode) -> bool {
        matches!(status, StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS)
    }

    /// What the log is told besides; `None` where the code says all.
    pub(crate) fn cause(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.0.cause.as_deref()
    }

    /// The answer.
    pub fn into_reply(self, request_id: &RequestId) -> Reply {
        let (status, inner) = (self.status(), self.0);
        let mut reply =
            Reply::problem(status, &ProblemBody::new(&inner, status, request_id)).forgetting(inner.forgets);
        let headers = &mut reply.headers;
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, challenge(inner.code, &inner.detail));
        }
        if let Some(secs) = inner.retry_after_secs {
            headers.insert(RETRY_AFTER, HeaderValue::from(secs));
        }
        if let Some(limits) = inner.rate_limits {
            reply = limits.told_with(reply);
        }
        let headers = &mut reply.headers;
        if let Some(allow) = inner.allow {
            headers.insert(ALLOW, allow);
        }
        if inner.closes {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        reply
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.detail)
    }
}

/// The status that a code is answered with.
pub fn status_of(code: Code) -> StatusCode {
    match code {
        Code::NotFound | Code::UserNotFound | Code::SessionNotFound => StatusCode::NOT_FOUND,
        Code::ApplicationNotFound | Code::RoleNotFound | Code::DataNotFound => StatusCode::NOT_FOUND,
        Code::ApplicationExists | Code::ApplicationProtected => StatusCode::CONFLICT,
        Code::RoleBuiltIn | Code::DataLimit => StatusCode::CONFLICT,
        Code::LastAdmin => StatusCode::CONFLICT,
        Code::CrossSiteRequest => StatusCode::FORBIDDEN,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::MfaAlreadyEnabled | Code::MfaNotEnabled => StatusCode::CONFLICT,
        Code::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        // The server never says these; an edge verifier does, in problems of the same kind.
        Code::KeysStale | Code::RevocationsInvalid | Code::RevocationsStale => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        other => match other.culprit() {
            Culprit::Input => StatusCode::BAD_REQUEST,
            Culprit::Credential => StatusCode::UNAUTHORIZED,
            Culprit::State => StatusCode::FORBIDDEN,
            Culprit::Limit => StatusCode::TOO_MANY_REQUESTS,
            Culprit::Host => StatusCode::INTERNAL_SERVER_ERROR,
        },
    }
}

/// The challenge that comes with every 401 (RFC 9110 section 15.5.2). It names an error only where a token
/// was sent (RFC 6750 section 3.1).
fn challenge(code: Code, detail: &str) -> HeaderValue {
    let plain = HeaderValue::from_static("Bearer realm=\"countersign\"");
    match code {
        Code::TokenRequired | Code::InvalidCredentials | Code::MfaRequired | Code::InvalidCode => plain,
        _ => {
            let described = format!("Bearer error=\"invalid_token\", error_description=\"{detail}\"");
            HeaderValue::from_str(&described)
                .or_else(|_| HeaderValue::from_str(&TokenError::of(code).www_authenticate()))
                .unwrap_or(plain)
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::rejection::Rejection;

    use super::*;

    fn told(problem: Problem) -> (Reply, serde_json::Value) {
        let reply = problem.into_reply(&RequestId::next());
        let body = serde_json::from_slice(&reply.body).unwrap();
        (reply, body)
    }

    #[test]
    fn a_problem_is_told_whole_and_in_this_order() {
        let id = RequestId::next();
        let fault = Fault::new("email", Code::InvalidFormat, "The address needs a domain.");
        let reply = Problem::from(Rejection::validation(vec![fault])).into_reply(&id);
        assert_eq!(reply.status, 400);
        assert_eq!(reply.headers["content-type"], "application/problem+json");
        assert_eq!(
            std::str::from_utf8(&reply.body).unwrap(),
            format!(
                r#"{{"type":"/docs/errors#validation_failed","title":"Validation failed","status":400,{}{id}",{}"#,
                r#""detail":"Some field was refused; `errors` names each.","code":"validation_failed","request_id":""#,
                r#""errors":[{"field":"email","code":"invalid_format","message":"The address needs a domain."}]}"#
            )
        );
    }

    #[test]
    fn the_cause_of_a_failure_is_not_told() {
        let (reply, body) = told(Problem::internal("no such column: users.secret"));
        assert_eq!(reply.status, 500);
        assert_eq!(body["code"], "internal");
        assert!(!String::from_utf8_lossy(&reply.body).contains("secret"));
        assert_eq!(body.get("errors"), None);
    }

    #[test]
    fn a_401_challenges_and_names_an_error_only_where_a_token_was_sent() {
        let challenge = |problem: Problem| told(problem).0.headers["www-authenticate"].clone();
        assert_eq!(challenge(Problem::of(Code::TokenRequired)), "Bearer realm=\"countersign\"");
        assert_eq!(challenge(Problem::of(Code::InvalidCredentials)), "Bearer realm=\"countersign\"");
        assert_eq!(
            challenge(Problem::of(Code::SessionEnded)),
            "Bearer error=\"invalid_token\", error_description=\"The token's session has ended.\""
        );
        let expired = TokenError::claim(Code::TokenExpired, "exp");
        assert_eq!(challenge(Problem::from(expired)), expired.www_authenticate().as_str());
    }

    #[test]
    fn limits_say_when_to_try_again() {
        let locked = Problem::from(Rejection::retry_after(Code::TooManyAttempts, 90));
        let (reply, _) = told(locked);
        assert_eq!((reply.status.as_u16(), &reply.headers["retry-after"]), (429, &"90".parse().unwrap()));
        let (reply, _) = told(Problem::overloaded(2));
        assert_eq!((reply.status.as_u16(), &reply.headers["retry-after"]), (503, &"2".parse().unwrap()));
    }

    #[test]
    fn every_code_has_an_error_status_and_a_sentence() {
        for &code in Code::ALL {
            let (reply, body) = told(Problem::of(code));
            assert!(reply.status.is_client_error() || reply.status.is_server_error(), "{code}");
            assert!(body["detail"].as_str().unwrap().ends_with('.'), "{code}");
            assert_eq!(body["type"], format!("/docs/errors#{code}"));
        }
    }
}
