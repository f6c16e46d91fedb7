//! One line of the log for each request. It holds nothing that the client chose but the method: no path, no
//! query, no header, no body, for any of them may hold a token.

use std::error::Error;
use std::fmt::{self, Write};
use std::time::Instant;

use countersign_core::id::UserId;
use countersign_core::rejection::Code;
use warp::http::{Method, StatusCode};

use crate::problem::Problem;
use crate::reply::Reply;
use crate::request_id::RequestId;

/// What is known of a request as it goes.
pub(super) struct Trail {
    pub(super) started: Instant,
    pub(super) request_id: RequestId,
    pub(super) method: &'static str,
    /// The path as the table has it, in two pieces; `None` where it is not served.
    pub(super) pattern: Option<(&'static str, &'static str)>,
    /// Whose token it carries; `None` where none was looked at.
    pub(super) user: Option<UserId>,
    /// Why it was refused; `None` where it was granted.
    code: Option<Code>,
    /// What the client is not told; `None` where nothing failed.
    cause: Option<String>,
}

impl Trail {
    pub(super) fn begin(started: Instant, request_id: RequestId, method: &Method) -> Self {
        let method = word(method);
        Self { started, request_id, method, pattern: None, user: None, code: None, cause: None }
    }

    /// The answer to a problem, whose cause stays here.
    pub(super) fn problem(&mut self, problem: Problem) -> Reply {
        self.code = Some(problem.code());
        self.cause = problem.cause().map(chain);
        problem.into_reply(&self.request_id)
    }
}

/// Writes the line: an error where the server failed, information else.
pub(super) fn write(trail: &Trail, status: StatusCode) {
    macro_rules! line {
        ($level:ident $(, $cause:tt = $value:expr)?) => {
            tracing::$level!(
                target: "countersign::access",
                method = %trail.method,
                route = %Pattern(trail.pattern),
                status = status.as_u16(),
                micros = u64::try_from(trail.started.elapsed().as_micros()).unwrap_or(u64::MAX),
                request_id = %trail.request_id,
                user = trail.user.map(UserId::value),
                code = trail.code.map(tracing::field::display),
                $($cause = $value)?
            )
        };
    }
    match &trail.cause {
        Some(cause) => line!(error, error = cause.as_str()),
        None => line!(info),
    }
}

struct Pattern(Option<(&'static str, &'static str)>);

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((prefix, path)) => write!(f, "{prefix}{path}"),
            None => f.write_str("none"),
        }
    }
}

/// The method where it is one that is known, since any token may be one (RFC 9110 section 9.1).
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => "other",
    }
}

/// An error and all that it comes from, in one line.
fn chain(error: &(dyn Error + Send + Sync + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        // Writing to a String cannot fail.
        let _ = write!(text, ": {error}");
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the page could not be read")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn the_whole_chain_is_told() {
        let error = Outer(std::io::Error::other("the disk is gone"));
        assert_eq!(chain(&error), "the page could not be read: the disk is gone");
    }

    #[test]
    fn a_method_of_the_clients_own_making_is_not_written() {
        assert_eq!(word(&Method::from_bytes(b"SECRET-TOKEN").unwrap()), "other");
        assert_eq!(word(&Method::PATCH), "PATCH");
    }
}
