//! What browsers are told where the world reaches the server by https (RFC 6797).

use crate::actors::{Anonymous, Answer};
use crate::server::Server;

/// A page, what the API grants and what it refuses, and what no route is behind.
fn answers_of(server: &Server) -> Vec<(&'static str, u16, Answer)> {
    let anyone = Anonymous::at(server);
    let ada = anyone.become_somebody();
    vec![
        ("a page", 200, anyone.get("/")),
        ("health", 200, anyone.get("/healthz")),
        ("what is granted", 200, ada.get("/users/me")),
        ("a log-in", 200, anyone.log_in(&ada.name, &ada.password)),
        ("what is refused", 401, anyone.get("/users/me")),
        ("a wrong password", 401, anyone.log_in(&ada.name, "not the password")),
        ("a bad body", 400, anyone.post_text("/auth/login", "application/json", "{")),
        ("a wrong media type", 415, anyone.post_text("/auth/login", "text/plain", "{}")),
        ("no such path", 404, anyone.get("/nowhere")),
        ("no such method", 405, anyone.get("/auth/login")),
    ]
}

#[test]
fn whoever_comes_by_https_is_told_to_stay_there_and_nobody_else_is() {
    for (settings, told) in [
        (&[("PUBLIC_URL", "https://auth.example")][..], "max-age=31536000"),
        (&[("PUBLIC_URL", "http://localhost:8000")], ""),
        (&[], ""),
    ] {
        let server = Server::start_with(settings);
        for (what, status, answer) in answers_of(&server) {
            assert_eq!(answer.status, status, "{what}: {answer:?}");
            assert_eq!(answer.header("strict-transport-security"), told, "{settings:?}, {what}");
        }
    }
}
