//! What goes over the wire where a page has its session in cookies.

use serde_json::{Value, json};
use ureq::http::Request;

use super::{PASSWORD, registration, shot_as};
use crate::actors::{Anonymous, Answer, agent, answer};
use crate::authenticator::Guarded;
use crate::server::Server;

const FORM: &str = "cookies";

fn server() -> Server {
    let origins = "https://app.example.com";
    Server::start_with(&[("COOKIES", "on"), ("PUBLIC_URL", "http://localhost"), ("ALLOWED_ORIGINS", origins)])
}

/// Posts what the page of an allowed origin sends, with these headers besides.
fn post(server: &Server, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let mut request = Request::post(format!("{}{path}", server.origin))
        .header("content-type", "application/json")
        .header("countersign-session", "cookie")
        .header("sec-fetch-site", "same-site")
        .header("origin", "https://app.example.com");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    answer(agent().run(request.body(body.to_string()).unwrap()).unwrap())
}

/// The cookies of an answer, as the next request sends them.
fn cookies(answer: &Answer) -> String {
    let pair =
        |value: &ureq::http::HeaderValue| value.to_str().unwrap().split(';').next().unwrap().to_owned();
    answer.headers.get_all("set-cookie").iter().map(pair).collect::<Vec<_>>().join("; ")
}

#[test]
fn from_the_log_in_to_the_log_out() {
    let server = server();
    let account = registration();
    assert_eq!(Anonymous::at(&server).post("/auth/register", &account).status, 201);
    let log_in = json!({ "username": account["username"], "password": PASSWORD });
    let logged_in = post(&server, "/auth/login", &[], &log_in);
    shot_as("POST /auth/login", FORM, &logged_in);
    let refreshed = post(&server, "/auth/refresh", &[("cookie", &cookies(&logged_in))], &json!({}));
    shot_as("POST /auth/refresh", FORM, &refreshed);
    let cookies = cookies(&refreshed);
    for _ in 0..2 {
        let answer = post(&server, "/auth/logout", &[("cookie", &cookies)], &json!({}));
        shot_as("POST /auth/logout", FORM, &answer);
    }
}

#[test]
fn a_second_factor() {
    let server = server();
    let mut who = Guarded::of(Anonymous::at(&server).become_somebody());
    let bearer = format!("Bearer {}", who.mfa_token());
    let code = json!({ "recovery_code": who.recovery_code() });
    let finished = post(&server, "/auth/mfa/verify", &[("authorization", &bearer)], &code);
    shot_as("POST /auth/mfa/verify", FORM, &finished);
}

#[test]
fn a_reset() {
    let server = server();
    let who = Anonymous::at(&server).become_somebody();
    assert_eq!(post(&server, "/auth/password/forgot", &[], &json!({ "email": who.email() })).status, 202);
    let token = server.mailed_token(&who.email(), "Reset your password");
    let body = json!({ "token": token, "password": "the difference engine" });
    shot_as("POST /auth/password/reset", FORM, &post(&server, "/auth/password/reset", &[], &body));
}
