//! The door: one warp filter takes every request apart, and one answer leaves.
//!
//! warp's own refusals never leave here: the filter takes whatever comes, and the pipeline behind it
//! decides.

mod access_log;
mod dispatch;
mod pipeline;
mod security_headers;

use std::convert::Infallible;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::service::TowerToHyperService;
use warp::Filter;
use warp::http::header::HOST;
use warp::http::{HeaderMap, Method, Request, Uri, Version};
use warp::path::FullPath;
use warp::reply::Response;

use crate::app::App;
use crate::cors::Cors;
use crate::docs;
use crate::listener::{Arrival, Limits};
use crate::problem::Problem;
use crate::routes::{Operation, ROUTES, RouteError, RouteMap};
use pipeline::Door;
use security_headers::SecurityHeaders;

/// Everything that the server answers, as [`listener::serve`](crate::listener::serve) takes it.
///
/// # Errors
/// A table in which two rows answer the same.
pub fn service(
    app: Arc<App>,
    limits: &Limits,
) -> Result<
    impl Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send>
    + Clone
    + Send
    + Sync
    + 'static,
    RouteError,
> {
    let routes = RouteMap::new(ROUTES, |operation| match operation {
        Operation::Docs => docs::file_names(),
        Operation::Demo => app.demo.file_names(),
        _ => Vec::new(),
    })?;
    let cors = Cors::new(&app.allowed_origins, app.cookies.is_some());
    let security = SecurityHeaders::of(app.pages.public_url.as_deref());
    let door = Arc::new(Door { app, routes, cors, security, body_limit: limits.body });
    let filtered = TowerToHyperService::new(warp::service(filter(door)));
    Ok(service_fn(move |mut request: Request<Incoming>| {
        prepare(&mut request);
        filtered.call(request)
    }))
}

/// A request taken apart.
pub(crate) struct Asked {
    method: Method,
    path: FullPath,
    query: String,
    headers: HeaderMap,
    /// `None` where another loop than ours accepted the connection.
    arrival: Option<Arrival>,
}

fn filter(
    door: Arc<Door>,
) -> impl Filter<Extract = (impl warp::Reply,), Error = Infallible> + Clone + Send + Sync + 'static {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::any()
        .map(move || Arc::clone(&door))
        .and(warp::method())
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional::<Arrival>())
        .and(warp::body::stream())
        .then(async |door: Arc<Door>, method, path, query, headers, arrival, body| {
            door.answer(Asked { method, path, query, headers, arrival }, body).await
        })
        .recover(async |_| Ok::<_, Infallible>(pipeline::failed(Problem::internal("the filter rejected"))))
}

/// What must be settled while the request is still whole.
fn prepare<B>(request: &mut Request<B>) {
    // A request for a tunnel (`CONNECT a:1`) has no path, which warp takes for granted.
    if request.uri().path_and_query().is_none() {
        *request.uri_mut() = Uri::from_static("/");
    }
    let fault = host_fault(request.version(), request.headers());
    if let Some(arrival) = request.extensions_mut().get_mut::<Arrival>() {
        arrival.fault = arrival.fault.or(fault);
    }
}

/// What is wrong with the header `Host` (RFC 9112 section 3.2): HTTP/1.1 has exactly one. It is checked and
/// never believed.
fn host_fault(version: Version, headers: &HeaderMap) -> Option<&'static str> {
    let mut hosts = headers.get_all(HOST).iter();
    let first = hosts.next();
    if first.is_none() && version >= Version::HTTP_11 {
        return Some("The header Host is missing.");
    }
    if hosts.next().is_some() {
        return Some("The header Host stands twice.");
    }
    // The bytes that a name, an address and a port are written with (RFC 3986 section 3.2.2 and 3.2.3).
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(byte);
    let readable = first.is_none_or(|host| host.as_bytes().iter().all(belongs));
    (!readable).then_some("The header Host is no host.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(version: Version, hosts: &[&str]) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, host.parse().unwrap());
        }
        host_fault(version, &headers)
    }

    #[test]
    fn http_1_1_has_exactly_one_host() {
        for good in ["example.com", "127.0.0.1:8000", "[::1]:8000", ""] {
            assert_eq!(fault(Version::HTTP_11, &[good]), None, "{good}");
        }
        assert_eq!(fault(Version::HTTP_10, &[]), None);
        assert!(fault(Version::HTTP_11, &[]).is_some());
        assert!(fault(Version::HTTP_10, &["a", "a"]).is_some());
        for bad in ["a b", "a/b", "user@a", "a\"b"] {
            assert!(fault(Version::HTTP_11, &[bad]).is_some(), "{bad}");
        }
    }

    #[test]
    fn a_tunnel_asked_for_is_asked_at_the_root() {
        let mut request = Request::builder().method("CONNECT").uri("a:1").body(()).unwrap();
        prepare(&mut request);
        assert_eq!(request.uri().path(), "/");
    }
}
