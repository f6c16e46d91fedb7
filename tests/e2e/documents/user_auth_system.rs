//! The read-me of user_auth_system.

use serde_json::{Value, json};

use super::{Client, at_fault, holds, never_asking, refused, short_of_patience, ten_minutes};
use crate::actors::{Answer, fresh_name};
use crate::server::{self, Server};

const PASSWORD: &str = "a secure password";

fn body_of(name: &str) -> Value {
    json!({ "username": name, "email": format!("{name}@example.com"), "password": PASSWORD })
}

/// What it is answered wherever its user is.
fn user() -> Value {
    json!({ "id": 1, "username": "", "email": "", "created_at": "" })
}

fn log_in(client: &Client<'_>, name: &str, password: &str) -> Answer {
    client.post("/users/login", &json!({ "username": name, "password": password }))
}

fn somebody(server: &Server) -> (Client<'_>, String) {
    let (mut client, name) = (Client::at(server), fresh_name());
    assert_eq!(client.post("/users/register", &body_of(&name)).status, 201);
    let login = log_in(&client, &name, PASSWORD);
    client.keep(&login, "access_token");
    (client, name)
}

#[test]
fn a_user_registers_logs_in_is_shown_changed_and_deleted() {
    let (mut client, name) = (Client::of_all(), fresh_name());
    let registered = client.post("/users/register", &body_of(&name));
    holds(&registered, 201, &user());
    let login = log_in(&client, &name, PASSWORD);
    holds(&login, 200, &json!({ "access_token": "", "token_type": "" }));
    assert_eq!(login.json()["token_type"], "bearer");
    client.keep(&login, "access_token");
    let shown = client.get("/users/me");
    holds(&shown, 200, &user());

    let renamed = fresh_name();
    let changed = client.put("/users/me", &body_of(&renamed));
    holds(&changed, 200, &user());
    assert_eq!(changed.json()["username"], renamed);
    let deleted = client.ask("DELETE", "/users/me");
    holds(&deleted, 200, &user());
    for member in ["id", "created_at"] {
        for answer in [&shown, &changed, &deleted] {
            assert_eq!(answer.json()[member], registered.json()[member], "{member}");
        }
    }
    refused(&log_in(&client, &renamed, PASSWORD), 401, "invalid_credentials");
}

#[test]
fn without_a_bearer_token_nobody_is_shown_changed_or_deleted() {
    let client = Client::of_all();
    refused(&client.get("/users/me"), 401, "token_required");
    refused(&client.put("/users/me", &body_of(&fresh_name())), 401, "token_required");
    refused(&client.ask("DELETE", "/users/me"), 401, "token_required");
}

#[test]
fn all_three_fields_are_sent_whatever_changes_also_after_ten_minutes() {
    let server = short_of_patience();
    let (client, name) = somebody(&server);
    let mut other = Client::at(&server);
    let login = log_in(&client, &name, PASSWORD);
    other.keep(&login, "access_token");
    ten_minutes();
    let renamed = fresh_name();
    let body = body_of(&renamed);
    // More often than one may guess.
    for _ in 0..25 {
        let answer = client.put("/users/me", &body);
        holds(&answer, 200, &user());
        assert_eq!(
            (&answer.json()["username"], &answer.json()["email"]),
            (&body["username"], &body["email"]),
            "the password that it is proves the owner"
        );
    }
    assert_eq!(other.get("/users/me").status, 200, "no other password, no other session ends");
    assert_eq!(log_in(&client, &renamed, PASSWORD).status, 200);

    let mut another = body;
    another["password"] = json!("another password");
    refused(&client.put("/users/me", &another), 403, "reauthentication_required");
    holds(&client.ask("DELETE", "/users/me"), 200, &user());
}

#[test]
fn where_nobody_asks_the_password_is_changed_after_ten_minutes_too() {
    let server = never_asking();
    let (client, name) = somebody(&server);
    ten_minutes();
    let mut body = body_of(&name);
    body["password"] = json!("another password");
    holds(&client.put("/users/me", &body), 200, &user());
    assert_eq!(log_in(&client, &name, "another password").status, 200);
}

#[test]
fn after_a_lost_response_what_was_sent_is_sent_again() {
    let (client, name) = somebody(server::shared());
    refused(&client.post("/users/register", &body_of(&name)), 400, "validation_failed");
    let mut update = body_of(&fresh_name());
    update["password"] = json!("another password");
    let first = client.put("/users/me", &update);
    let again = client.put("/users/me", &update);
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(first.json(), again.json());
    assert_eq!(client.ask("DELETE", "/users/me").status, 200);
    refused(&client.ask("DELETE", "/users/me"), 404, "user_not_found");
}

#[test]
fn blank_fields_are_missing_at_the_registration_and_left_as_they_are_after_it() {
    let (client, name) = somebody(server::shared());
    for field in ["username", "email", "password"] {
        let mut body = body_of(&fresh_name());
        body[field] = json!("");
        at_fault(&client.post("/users/register", &body), field, "required");
    }
    let before = client.get("/users/me").json();
    let blank = client.put("/users/me", &json!({ "username": "", "email": "", "password": "" }));
    assert_eq!((blank.status, blank.json()), (200, before));
    assert_eq!(log_in(&client, &name, PASSWORD).status, 200);
}
