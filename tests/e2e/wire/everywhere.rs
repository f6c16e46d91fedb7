//! What is refused alike on every route: held to one snapshot for each kind, by a table of all routes under both mounts.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use ureq::http::request::Builder;
use ureq::http::{HeaderMap, Request};

use super::{exchange, shot};
use crate::actors::{Admin, Anonymous, Answer, agent, answer};
use crate::server::{self, Server};

/// A route as the OpenAPI document has it.
pub(super) struct Route {
    pub(super) method: String,
    pub(super) path: String,
    /// Each status, and for a refusal its code.
    pub(super) outcomes: Vec<(String, Option<String>)>,
}

impl Route {
    /// All of them.
    pub(super) fn all() -> &'static [Self] {
        static ROUTES: OnceLock<Vec<Route>> = OnceLock::new();
        ROUTES.get_or_init(|| {
            let document = Anonymous::at(server::shared()).get("/openapi.json").json();
            let mut routes = Vec::new();
            for (path, item) in document["paths"].as_object().unwrap() {
                for (method, operation) in item.as_object().unwrap() {
                    let outcomes = outcomes(&operation["responses"]);
                    routes.push(Self { method: method.to_uppercase(), path: path.clone(), outcomes });
                }
            }
            routes
        })
    }

    fn refuses(&self, code: &str) -> bool {
        self.outcomes.iter().any(|(_, told)| told.as_deref() == Some(code))
    }

    /// Of files, those that are not there are no paths.
    fn serves_files(&self) -> bool {
        self.path.ends_with("{file}")
    }

    fn at(&self, server: &Server, value: &str) -> Builder {
        let path: Vec<_> =
            self.path.split('/').map(|part| if part.starts_with('{') { value } else { part }).collect();
        Request::builder().method(self.method.as_str()).uri(format!("{}{}", server.origin, path.join("/")))
    }
}

fn outcomes(responses: &Value) -> Vec<(String, Option<String>)> {
    let mut outcomes = Vec::new();
    for (status, response) in responses.as_object().unwrap() {
        match response["content"]["application/problem+json"]["examples"].as_object() {
            Some(examples) => {
                outcomes.extend(examples.keys().map(|code| (status.clone(), Some(code.clone()))));
            }
            None => outcomes.push((status.clone(), None)),
        }
    }
    outcomes
}

/// The codes that mean the same wherever they are met. `unknown_field` is among them but for the name of the field.
pub(super) const ALIKE: [&str; 11] = [
    "admin_required",
    "bad_request",
    "cross_site_request",
    "malformed_json",
    "not_found",
    "payload_too_large",
    "session_ended",
    "token_expired",
    "token_required",
    "unknown_field",
    "unsupported_media_type",
];

fn bare(request: Builder) -> Answer {
    answer(agent().run(request.body(()).unwrap()).unwrap())
}

fn with_body(request: Builder, content_type: &str, body: &str) -> Answer {
    let request = request.header("content-type", content_type).body(body.to_owned());
    answer(agent().run(request.unwrap()).unwrap())
}

fn bearer(request: Builder, token: &str) -> Builder {
    request.header("authorization", format!("Bearer {token}"))
}

/// Breaks a rule of HTTP itself (RFC 9112 section 3.2), as no client of a library can.
fn with_two_hosts(server: &Server, method: &str, path: &str) -> Answer {
    let mut stream = TcpStream::connect(server.origin.trim_start_matches("http://")).unwrap();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: one\r\nHost: two\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let header = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.parse().unwrap(), value.parse().unwrap())
    };
    Answer { status, headers: HeaderMap::from_iter(lines.map(header)), text: body.to_owned() }
}

/// Provokes a code on every route that the document says has it, and holds all answers to one snapshot.
fn alike(code: &str, provoke: impl Fn(&Route) -> Answer) {
    alike_on(Route::all().iter(), code, provoke);
}

/// The same on some of the routes.
fn alike_on<'a>(routes: impl Iterator<Item = &'a Route>, code: &str, provoke: impl Fn(&Route) -> Answer) {
    let answers = routes.filter(|route| route.refuses(code)).map(|route| (route, provoke(route)));
    let mut first: Option<Value> = None;
    for (route, answer) in answers {
        assert_eq!(answer.code(), code, "{} {}: {answer:?}", route.method, route.path);
        let told = exchange(&answer);
        if first.is_none() {
            shot("EVERYWHERE", &answer);
        }
        assert_eq!(*first.get_or_insert_with(|| told.clone()), told, "{} {}", route.method, route.path);
    }
    assert!(first.is_some(), "no route refuses by {code}");
}

#[test]
fn tokens() {
    let server = server::shared();
    alike("token_required", |route| bare(route.at(server, "1")));

    let ended = Anonymous::at(server).become_somebody();
    assert_eq!(ended.ask("POST", "/auth/logout").status, 200);
    alike("session_ended", |route| bare(bearer(route.at(server, "1"), &ended.token)));

    let nobody = Anonymous::at(server).become_somebody();
    alike("admin_required", |route| bare(bearer(route.at(server, "1"), &nobody.token)));

    let hasty = Server::start_with(&[("ACCESS_TOKEN_TTL_SECS", "1"), ("REFRESH_WINDOW_SECS", "0")]);
    let late = Anonymous::at(&hasty).become_somebody();
    sleep(Duration::from_millis(2_100));
    alike("token_expired", |route| bare(bearer(route.at(&hasty, "1"), &late.token)));
}

#[test]
fn requests_of_foreign_pages() {
    let server = Server::start_with(&[("COOKIES", "on"), ("PUBLIC_URL", "http://localhost")]);
    alike("cross_site_request", |route| {
        let request = route.at(&server, "1").header("countersign-session", "cookie");
        bare(request.header("sec-fetch-site", "cross-site"))
    });
}

#[test]
fn bodies() {
    let server = server::shared();
    let admin = Admin::at(server);
    let ask = |route: &Route| bearer(route.at(server, "1"), &admin.token);
    // Also on those that take none.
    let routes = || Route::all().iter().filter(|route| !route.serves_files());
    alike_on(routes(), "unsupported_media_type", |route| with_body(ask(route), "text/plain", "{}"));
    let large = format!(r#"{{"a":"{}"}}"#, "a".repeat(128 * 1024));
    alike_on(routes(), "payload_too_large", |route| with_body(ask(route), "application/json", &large));
    alike("malformed_json", |route| with_body(ask(route), "application/json", r#"{"a":1,"a":2}"#));
}

#[test]
fn paths() {
    let server = server::shared();
    // Two pages are there only where the operator has said what they tell.
    let silent = Server::start();
    alike("not_found", |route| bare(route.at(&silent, "%FF")));
    alike("bad_request", |route| with_two_hosts(server, &route.method, &route.path));
}

#[test]
fn methods() {
    let server = server::shared();
    let mut served: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for route in Route::all().iter().filter(|route| !route.serves_files()) {
        served.entry(&route.path).or_default().push(&route.method);
    }
    let mut first = None;
    for (path, methods) in served {
        let other = ["PATCH", "PUT", "DELETE", "POST"].into_iter().find(|it| !methods.contains(it)).unwrap();
        let route = Route { method: other.to_owned(), path: path.to_owned(), outcomes: Vec::new() };
        let answer = bare(route.at(server, "1"));
        let allowed: Vec<_> = answer.header("allow").split(", ").collect();
        assert!(methods.iter().all(|method| allowed.contains(method)), "{path}: {allowed:?}");
        assert!(!allowed.contains(&other), "{path}: {allowed:?}");
        if first.is_none() {
            shot("EVERYWHERE", &answer);
        }
        let mut told = exchange(&answer);
        told["headers"].as_array_mut().unwrap().retain(|line| !line.as_str().unwrap().starts_with("allow"));
        assert_eq!(*first.get_or_insert_with(|| told.clone()), told, "{other} {path}");
    }
}

#[test]
fn fields_that_nobody_takes() {
    let server = server::shared();
    let admin = Admin::at(server);
    let fault = |message: &str| json!({ "field": "surprise", "code": "unknown_field", "message": message });
    let routes: Vec<_> = Route::all().iter().filter(|route| route.refuses("unknown_field")).collect();
    assert!(!routes.is_empty());
    for route in routes {
        let ask = bearer(route.at(server, "1"), &admin.token);
        let (answer, message) = if route.refuses("malformed_json") {
            let answer = with_body(ask, "application/json", r#"{"surprise":1}"#);
            (answer, "This field is not one that can be set here.")
        } else {
            let uri = format!("{}?surprise=1", ask.uri_ref().unwrap());
            (bare(ask.uri(uri)), "This parameter is not one that is taken here.")
        };
        assert_eq!(answer.status, 400, "{} {}: {answer:?}", route.method, route.path);
        let faults = answer.json()["errors"].clone();
        assert!(
            faults.as_array().unwrap().contains(&fault(message)),
            "{} {}: {faults}",
            route.method,
            route.path
        );
    }
}
