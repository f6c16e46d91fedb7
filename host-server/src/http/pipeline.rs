//! The order in which a request is looked at: path, method, token, media type, size, and only then the
//! operation. Each step can end it with a problem.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes};
use countersign_core::authorize;
use countersign_core::network::Network;
use countersign_core::rejection::Code;
use futures_core::Stream;
use warp::http::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, HeaderName};
use warp::http::{HeaderMap, HeaderValue, Method, StatusCode};
use warp::reply::Response;

use super::Asked;
use super::access_log::{self, Trail};
use super::dispatch;
use super::security_headers::SecurityHeaders;
use crate::app::App;
use crate::body::Incoming;
use crate::call::{Call, Credentials, client_of};
use crate::cookies;
use crate::cors::Cors;
use crate::ops;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::request_id::RequestId;
use crate::routes::{Auth, RouteMap};

/// What stands behind the filter.
pub(super) struct Door {
    pub(super) app: Arc<App>,
    pub(super) routes: RouteMap,
    pub(super) cors: Cors,
    pub(super) security: SecurityHeaders,
    /// How long a body may take to arrive.
    pub(super) body_limit: Duration,
}

impl Door {
    /// Answers a request, whatever it is.
    pub(super) async fn answer<S, B, E>(&self, asked: Asked, body: S) -> Response
    where
        S: Stream<Item = Result<B, E>> + Send + 'static,
        B: Buf,
    {
        let mut trail = Trail::begin(Instant::now(), RequestId::next(), &asked.method);
        let origin = self.cors.allowed(&asked.headers);
        let heads_only = asked.method == Method::HEAD;
        let mut incoming = Incoming::new(&asked.headers, body);

        let outcome = caught(pin!(self.run(asked, &mut incoming, &mut trail))).await;
        incoming.discard(self.body_limit);

        let mut reply = match outcome.unwrap_or_else(|panic| Err(panicked(&*panic))) {
            Ok(reply) if is_bare_failure(&reply) => trail.problem(Problem::of(Code::Internal)),
            Ok(reply) => reply,
            Err(problem) => trail.problem(problem),
        };
        self.cors.decorate(origin, &mut reply.headers);
        access_log::write(&trail, reply.status);
        finish(reply, &trail.request_id, self.security, heads_only)
    }

    async fn run<S, B, E>(
        &self,
        asked: Asked,
        incoming: &mut Incoming<S>,
        trail: &mut Trail,
    ) -> Result<Reply, Problem>
    where
        S: Stream<Item = Result<B, E>> + Send + 'static,
        B: Buf,
    {
        let Asked { method, path, query, headers, arrival } = asked;
        if let Some(fault) = arrival.and_then(|arrival| arrival.fault) {
            return Err(Problem::with_detail(Code::BadRequest, fault).closing());
        }
        if path.as_str() == "*" && method == Method::OPTIONS {
            return Ok(self.options(&headers, self.routes.all_methods()));
        }
        let found = self.routes.find(path.as_str()).ok_or_else(|| Problem::of(Code::NotFound))?;
        trail.pattern = Some(found.endpoint.pattern());
        let allow = found.endpoint.allow();
        if method == Method::OPTIONS {
            return Ok(self.options(&headers, allow));
        }
        let row = found.endpoint.row(&method).ok_or_else(|| Problem::method_not_allowed(allow.clone()))?;
        let route = row.route;

        let cookies = match &self.app.cookies {
            Some(origins) if route.uses_cookies() => cookies::read(&headers, origins)?,
            _ => None,
        };
        let credentials = Credentials { headers: &headers, cookies: cookies.as_deref() };
        let mfa_login = match route.auth {
            Auth::BearerOrMfaToken => ops::authenticate::mfa_token(credentials)?,
            Auth::None | Auth::Bearer | Auth::Admin => None,
        };
        if let Some(digest) = mfa_login {
            trail.user = Some(ops::second_factor::admit(&self.app, digest, &trail.request_id)?);
        }
        let principal = match route.auth {
            Auth::None => None,
            Auth::BearerOrMfaToken if mfa_login.is_some() => None,
            Auth::Bearer | Auth::Admin | Auth::BearerOrMfaToken => {
                let (now, id) = (self.app.now(), &trail.request_id);
                Some(ops::authenticate::principal(&self.app, credentials, route.asks(), now, id)?)
            }
        };
        if let Some(principal) = &principal {
            trail.user = Some(principal.account().id);
        }
        if let (Auth::Admin, Some(principal)) = (route.auth, &principal) {
            authorize::admin(principal)?;
        }
        let body = incoming.read(&headers, self.body_limit).await?;
        let address = arrival.map(|arrival| self.app.trusted_proxies.client(arrival.peer.ip(), &headers));
        let mut call = Call {
            route,
            mount: row.mount,
            path: found.parameters(row),
            client: client_of(address, &headers),
            network: address.filter(|_| self.app.limits_addresses).map(Network::of_client),
            query,
            headers,
            request_id: trail.request_id,
            principal,
            mfa_login,
            cookies,
            body,
        };
        if call.body.is_some() {
            // It took its time to arrive, and the token may have been revoked meanwhile.
            call.principal = ops::authenticate::again(&self.app, &call)?;
        }
        dispatch::answer(&self.app, call).await
    }

    fn options(&self, asked: &HeaderMap, allow: &HeaderValue) -> Reply {
        let mut reply = Reply::no_content().with_header(ALLOW, allow.clone());
        self.cors.preflight(asked, allow, &mut reply.headers);
        reply
    }
}

/// Answers where no request could be looked at.
pub(super) fn failed(problem: Problem) -> Response {
    let mut trail = Trail::begin(Instant::now(), RequestId::next(), &Method::GET);
    let reply = trail.problem(problem);
    access_log::write(&trail, reply.status);
    finish(reply, &trail.request_id, SecurityHeaders::of(None), false)
}

/// Whether an answer is the mark that [`Reply`] leaves where its body could not be written.
fn is_bare_failure(reply: &Reply) -> bool {
    reply.status == StatusCode::INTERNAL_SERVER_ERROR && reply.body.is_empty()
}

/// Adds what every answer carries.
fn finish(reply: Reply, request_id: &RequestId, security: SecurityHeaders, heads_only: bool) -> Response {
    static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
    let Reply { status, mut headers, body } = reply;
    if let Ok(id) = HeaderValue::from_str(request_id.as_str()) {
        headers.insert(&X_REQUEST_ID, id);
    }
    security.decorate(status, &mut headers);
    // Nearly all that is answered is about one person, and a refusal is about one moment. What may be kept
    // says so itself.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let body = if heads_only {
        // As long as the answer to GET would be (RFC 9110 section 9.3.2).
        if !body.is_empty() {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        }
        Bytes::new()
    } else {
        body
    };
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Runs a future to its end, or to its panic: one request that meets a fault of ours does not take the
/// connection with it.
async fn caught<T>(future: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Ok(Poll::Pending) => Poll::Pending,
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

fn panicked(panic: &(dyn Any + Send)) -> Problem {
    let words = panic.downcast_ref::<&str>().copied();
    let words = words.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Problem::internal(format!("panicked: {}", words.unwrap_or("without words")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_a_problem_that_keeps_its_words_to_itself() {
        let panic = caught::<()>(pin!(async { panic!("at line {}", 7) })).await.unwrap_err();
        let problem = panicked(&*panic);
        assert_eq!(problem.code(), Code::Internal);
        assert_eq!(problem.cause().map(ToString::to_string).as_deref(), Some("panicked: at line 7"));
        assert!(!problem.to_string().contains('7'));
    }

    #[test]
    fn every_answer_carries_these() {
        let id = RequestId::next();
        let response = finish(Reply::json(StatusCode::OK, &[1, 2, 3]), &id, SecurityHeaders::of(None), false);
        let headers = response.headers();
        assert_eq!(headers["x-request-id"], id.as_str());
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["content-type"], "application/json");
        assert!(!headers.contains_key("server"));
    }

    #[test]
    fn an_answer_to_head_tells_the_length_and_sends_nothing() {
        let response = finish(
            Reply::json(StatusCode::OK, &[1, 2, 3]),
            &RequestId::next(),
            SecurityHeaders::of(None),
            true,
        );
        assert_eq!(response.headers()["content-length"], "7");
        assert!(hyper::body::Body::is_end_stream(response.body()));
    }
}
