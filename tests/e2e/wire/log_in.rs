//! Logging in.

use serde_json::{Value, json};

use super::{registration, shot, shot_as};
use crate::actors::{Admin, Anonymous};
use crate::authenticator::Guarded;
use crate::server::{self, Server};

const ROUTE: &str = "POST /auth/login";

#[test]
fn by_name_and_password() {
    let anyone = Anonymous::at(server::shared());
    let who = anyone.become_somebody();
    shot(ROUTE, &anyone.log_in(&who.name, &who.password));
    for _ in 0..20 {
        shot(ROUTE, &anyone.log_in(&who.name, "not the password"));
    }
    shot(ROUTE, &anyone.log_in(&who.name, &who.password));
    shot(ROUTE, &anyone.post("/auth/login", &json!({})));
    let twice = json!({ "username": "ada", "email": "ada@example.com", "password": "x" });
    shot_as(ROUTE, "two-names", &anyone.post("/auth/login", &twice));
}

#[test]
fn with_a_second_factor() {
    let who = Guarded::of(Anonymous::at(server::shared()).become_somebody());
    shot(ROUTE, &who.log_in(json!({})));
    for _ in 0..5 {
        shot(ROUTE, &who.log_in(json!({ "mfa_code": "12345" })));
    }
    shot_as(ROUTE, "codes", &who.log_in(json!({ "mfa_code": "12345" })));
}

#[test]
fn to_an_application() {
    let admin = Admin::at(server::shared());
    let who = Anonymous::at(server::shared()).become_somebody();
    let application = admin.make_application();
    shot(ROUTE, &who.log_in_to(&application));
    shot_as(ROUTE, "unknown-application", &who.log_in_to("nowhere"));
    let disabled = json!({ "status": "disabled" });
    admin.send("PATCH", &format!("/applications/{application}"), &disabled);
    shot(ROUTE, &who.log_in_to(&application));
    admin.send("PATCH", &who.path(""), &json!({ "status": "suspended" }));
    shot(ROUTE, &Anonymous::at(server::shared()).log_in(&who.name, &who.password));
}

#[test]
fn before_the_address_is_verified() {
    let server = Server::start_with(&[("REQUIRE_VERIFIED_EMAIL", "true")]);
    let anyone = Anonymous::at(&server);
    let body = registration();
    assert_eq!(anyone.post("/auth/register", &body).status, 201);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    shot(ROUTE, &anyone.log_in(&text(&body["username"]), &text(&body["password"])));
}
