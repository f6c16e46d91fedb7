//! Requests that were begun by somebody who may not finish them: the body is held back while their session ends.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::actors::{Admin, Anonymous, SignedIn};
use crate::server::{self, Server};

/// A request of which the last byte is still to come.
struct Held {
    stream: TcpStream,
    last: [u8; 1],
}

impl Held {
    fn begin(who: &SignedIn<'_>, method: &str, path: &str, body: &Value) -> Self {
        let body = body.to_string();
        let (most, last) = body.as_bytes().split_at(body.len() - 1);
        let mut stream = TcpStream::connect(who.origin.trim_start_matches("http://")).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            who.token,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(most).unwrap();
        // Long enough for the server to have looked at the token.
        sleep(Duration::from_millis(100));
        Self { stream, last: [last[0]] }
    }

    /// The status and the problem's word.
    fn finish(mut self) -> (String, String) {
        self.stream.write_all(&self.last).unwrap();
        let mut text = String::new();
        self.stream.read_to_string(&mut text).unwrap();
        let status = text.split(' ').nth(1).unwrap_or_default().to_owned();
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let problem: Value = serde_json::from_str(body).unwrap_or_default();
        (status, problem["code"].as_str().unwrap_or_default().to_owned())
    }
}

fn refused(status: &str, code: &str) -> (String, String) {
    (status.to_owned(), code.to_owned())
}

#[test]
fn who_has_logged_out_meanwhile_finishes_nothing() {
    for (method, path, body) in [
        ("POST", "/users/me/data", json!({ "key": "a", "value": 1 })),
        ("POST", "/auth/mfa/enable", json!({})),
        ("POST", "/auth/mfa/verify", json!({ "code": "123456" })),
        ("PUT", "/users/me", json!({ "name": "Somebody Else" })),
    ] {
        let who = Anonymous::at(server::shared()).become_somebody();
        let held = Held::begin(&who, method, path, &body);
        assert_eq!(who.ask("POST", "/auth/logout").status, 200);
        assert_eq!(held.finish(), refused("401", "session_ended"), "{method} {path}");
    }
}

#[test]
fn who_is_no_admin_any_more_appoints_none() {
    let server = Server::start();
    let (root, other) = (Admin::at(&server), Anonymous::at(&server).become_somebody());
    let role = |role: &str| root.send("PATCH", &other.path(""), &json!({ "role": role }));
    assert_eq!(role("admin").status, 200);
    let third = Anonymous::at(&server).become_somebody();
    let held = Held::begin(&other, "PATCH", &third.path(""), &json!({ "role": "admin" }));
    assert_eq!(role("user").status, 200);
    assert_eq!(held.finish(), refused("403", "admin_required"));
    assert_eq!(third.get("/users/me").json()["role"], "user");
}
