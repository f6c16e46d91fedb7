//! What clients of the five older systems send, as their documents show it, and what those documents promise them: one
//! module for each. Such a client knows its document and nothing else of ours.

mod cosmic_sync_core;
mod hagamesai;
mod mba_7;
mod open_canoe;
mod user_auth_system;

use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::actors::{Answer, ask};
use crate::server::{self, Server};

/// A client that keeps the token which its log-in gave it.
struct Client<'a> {
    origin: &'a str,
    token: Option<String>,
}

impl<'a> Client<'a> {
    fn at(server: &'a Server) -> Self {
        Self { origin: &server.origin, token: None }
    }

    /// Of the server that most tests share.
    fn of_all() -> Client<'static> {
        Client::at(server::shared())
    }

    /// Keeps the token that stands under this name.
    fn keep(&mut self, answer: &Answer, member: &str) {
        assert_eq!(answer.status, 200, "{answer:?}");
        let token = answer.json()[member].as_str().unwrap().to_owned();
        assert_eq!(token.split('.').count(), 3, "a JSON Web Token: {token}");
        self.token = Some(token);
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path)
    }

    fn ask(&self, method: &str, path: &str) -> Answer {
        ask(self.origin, method, path, self.token.as_deref(), None)
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        ask(self.origin, "POST", path, self.token.as_deref(), Some(body))
    }

    fn put(&self, path: &str, body: &Value) -> Answer {
        ask(self.origin, "PUT", path, self.token.as_deref(), Some(body))
    }
}

/// Fails unless the answer has this status and at least these members, each of the type that the example shows.
fn holds(answer: &Answer, status: u16, example: &Value) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/json");
    let body = answer.json();
    assert!(is_like(&body, example), "{body} is not {example}");
    for secret in ["$argon2", "\"password"] {
        assert!(!answer.text.contains(secret), "no hash and no password leaves the server: {body}");
    }
}

fn is_like(value: &Value, example: &Value) -> bool {
    match example {
        Value::String(_) => value.is_string(),
        Value::Number(_) => value.is_i64(),
        Value::Object(members) => {
            members.iter().all(|(name, example)| value.get(name).is_some_and(|value| is_like(value, example)))
        }
        _ => value == example,
    }
}

/// Fails unless the answer is a problem of this status and code.
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{answer:?}");
}

/// Fails unless the answer refuses this one field with this word.
fn at_fault(answer: &Answer, field: &str, code: &str) {
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.faults(), [(field.to_owned(), code.to_owned())]);
}

/// Ten minutes, as a server of [`short_of_patience`] counts them.
fn ten_minutes() {
    sleep(Duration::from_millis(2_100));
}

/// A server that takes a log-in for recent for a second, where others take it for ten minutes.
fn short_of_patience() -> Server {
    Server::start_with(&[("REAUTH_WINDOW_SECS", "1")])
}

/// A server for clients that know only their document: it never asks for the password again.
fn never_asking() -> Server {
    Server::start_with(&[("REAUTH_WINDOW_SECS", "0")])
}
