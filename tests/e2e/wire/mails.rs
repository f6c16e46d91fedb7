//! Mails that are asked for, and what their tokens do.

use serde_json::json;

use super::shot;
use crate::actors::Anonymous;
use crate::server::Server;

/// A server on which so much was guessed from here that it looks at nothing more.
fn through() -> Server {
    let server = Server::start_with(&[("RATE_LIMIT", "on")]);
    for _ in 0..100 {
        let answer = Anonymous::at(&server).post("/auth/email/verify", &json!({ "token": "x" }));
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    server
}

#[test]
fn from_an_address_that_is_through() {
    let server = through();
    let anyone = Anonymous::at(&server);
    shot("POST /auth/email/verify", &anyone.post("/auth/email/verify", &json!({ "token": "x" })));
    let body = json!({ "token": "x", "password": "the difference engine" });
    shot("POST /auth/password/reset", &anyone.post("/auth/password/reset", &body));
}

#[test]
fn to_verify_an_address() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    let who = anyone.become_somebody();
    const RESEND: &str = "POST /auth/email/resend";
    shot(RESEND, &anyone.post("/auth/email/resend", &json!({ "email": who.email() })));
    shot(RESEND, &anyone.post("/auth/email/resend", &json!({ "email": "nobody@example.com" })));
    shot(RESEND, &anyone.post("/auth/email/resend", &json!({})));
    const VERIFY: &str = "POST /auth/email/verify";
    let token = json!({ "token": server.mailed_token(&who.email(), "Confirm your e-mail address") });
    for _ in 0..2 {
        shot(VERIFY, &anyone.post("/auth/email/verify", &token));
    }
    shot(VERIFY, &anyone.post("/auth/email/verify", &json!({})));
}

#[test]
fn to_reset_a_password() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    let who = anyone.become_somebody();
    const FORGOT: &str = "POST /auth/password/forgot";
    shot(FORGOT, &anyone.post("/auth/password/forgot", &json!({ "email": who.email() })));
    shot(FORGOT, &anyone.post("/auth/password/forgot", &json!({ "email": "nobody@example.com" })));
    shot(FORGOT, &anyone.post("/auth/password/forgot", &json!({})));
    const RESET: &str = "POST /auth/password/reset";
    let token = server.mailed_token(&who.email(), "Reset your password");
    let body = json!({ "token": token, "password": "the difference engine" });
    for _ in 0..2 {
        shot(RESET, &anyone.post("/auth/password/reset", &body));
    }
    shot(RESET, &anyone.post("/auth/password/reset", &json!({})));
}
