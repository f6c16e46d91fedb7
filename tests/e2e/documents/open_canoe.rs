//! The documentation of Open Canoe Fantasy.

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Client, at_fault, holds, refused};
use crate::actors::{Admin, Anonymous, Answer, fresh_name};
use crate::server::{self, Server};

const PASSWORD: &str = "a secure password";

fn registration(name: &str) -> Value {
    json!({
        "username": name, "email": format!("{name}@example.com"), "password": PASSWORD, "first_name": "Ada",
        "last_name": "Lovelace", "phone": "555 123-4567"
    })
}

fn log_in(client: &Client<'_>, email: &str, password: &str) -> Answer {
    client.post("/api/auth/login", &json!({ "email": email, "password": password }))
}

fn somebody(server: &Server) -> (Client<'_>, String) {
    let (mut client, name) = (Client::at(server), fresh_name());
    let registered = client.post("/api/auth/register", &registration(&name));
    assert_eq!(registered.status, 201, "{registered:?}");
    let login = log_in(&client, &format!("{name}@example.com"), PASSWORD);
    client.keep(&login, "access_token");
    (client, name)
}

#[test]
fn a_registration_answers_its_message_and_the_user_id_as_a_number() {
    let (client, name) = (Client::of_all(), fresh_name());
    let answer = client.post("/api/auth/register", &registration(&name));
    holds(&answer, 201, &json!({ "message": "", "user_id": 123 }));
    assert_eq!(answer.json()["message"], "Registration successful");
    assert_eq!(answer.json()["user_id"], answer.json()["id"]);
    let mut bad = registration(&fresh_name());
    bad["phone"] = json!("call me");
    at_fault(&client.post("/api/auth/register", &bad), "phone", "invalid_characters");
}

#[test]
fn a_log_in_by_e_mail_answers_the_token_and_the_user() {
    let (client, name) = somebody(server::shared());
    let email = format!("{name}@example.com");
    let login = log_in(&client, &email, PASSWORD);
    let user = json!({ "id": 123, "username": "", "email": "", "role": "", "status": "" });
    holds(&login, 200, &json!({ "access_token": "", "user": user }));
    let user = &login.json()["user"];
    assert_eq!((&user["username"], &user["email"]), (&json!(name), &json!(email)));
    assert_eq!((&user["role"], &user["status"]), (&json!("user"), &json!("active")));
    refused(&log_in(&client, &email, "another password"), 401, "invalid_credentials");
    refused(&client.post("/api/auth/login", &json!({ "email": email })), 400, "validation_failed");
}

#[test]
fn addresses_are_kept_and_found_in_lower_case() {
    let (client, name) = (Client::of_all(), fresh_name());
    let mut body = registration(&name);
    body["email"] = json!(format!("{name}@Example.COM").to_uppercase());
    let registered = client.post("/api/auth/register", &body).json();
    assert_eq!(registered["email"], format!("{name}@example.com"));
    let login = log_in(&client, &format!("{name}@EXAMPLE.com"), PASSWORD);
    assert_eq!((login.status, &login.json()["user"]["email"]), (200, &registered["email"]));
}

#[test]
fn the_profile_is_shown_to_a_valid_token() {
    let (mut client, name) = somebody(server::shared());
    let me = client.get("/api/auth/me");
    let promised = json!({
        "id": 123, "username": "", "email": "", "first_name": "", "last_name": "", "role": "", "status": ""
    });
    holds(&me, 200, &promised);
    let me = me.json();
    assert_eq!((&me["username"], &me["first_name"]), (&json!(name), &json!("Ada")));
    assert_eq!((&me["last_name"], &me["phone"]), (&json!("Lovelace"), &json!("5551234567")));
    client.token = Some("jwt.token.here".to_owned());
    refused(&client.get("/api/auth/me"), 401, "token_malformed");
    client.token = None;
    refused(&client.get("/api/auth/me"), 401, "token_required");
}

#[test]
fn every_status_of_its_model_is_told() {
    let admin = Admin::at(server::shared());
    let (client, name) = somebody(server::shared());
    let path = format!("/users/{}", client.get("/api/auth/me").json()["id"]);
    let status = |answer: Answer| answer.json()["status"].as_str().unwrap().to_owned();
    assert_eq!(status(admin.send("PATCH", &path, &json!({ "status": "suspended" }))), "suspended");
    refused(&log_in(&client, &format!("{name}@example.com"), PASSWORD), 403, "account_suspended");
    assert_eq!(status(admin.ask("DELETE", &path)), "deleted");
    refused(&log_in(&client, &format!("{name}@example.com"), PASSWORD), 401, "invalid_credentials");
    assert_eq!(status(admin.get(&path)), "deleted", "it stays in the store");
}

#[test]
fn who_was_deleted_is_not_found() {
    let who = Anonymous::at(server::shared()).become_somebody();
    let (other, ended) = (who.again(), who.again());
    assert_eq!(ended.ask("POST", "/auth/logout").status, 200);
    let deleted = who.ask("DELETE", "/api/users/me").json();
    assert_eq!(deleted["status"], "deleted");
    assert!(deleted["deleted_at"].is_string() && deleted["deleted_at"] == deleted["updated_at"], "{deleted}");
    for token in [&who, &other] {
        for path in ["/api/auth/me", "/users/me", "/users/profile"] {
            refused(&token.get(path), 404, "user_not_found");
        }
        refused(&token.put("/users/me", &json!({ "name": "X" })), 404, "user_not_found");
        refused(&token.ask("DELETE", "/users/me"), 404, "user_not_found");
        refused(&token.get("/auth/sessions"), 401, "session_ended");
        let refresh = json!({ "refresh_token": token.refresh_token() });
        assert_eq!(token.post("/auth/refresh", &refresh).status, 401);
    }
    refused(&ended.get("/users/me"), 401, "session_ended");

    let anyone = Anonymous::at(server::shared());
    refused(&anyone.log_in(&who.name, &who.password), 401, "invalid_credentials");
    let body = json!({ "username": who.name, "email": who.email(), "password": "another password" });
    assert_eq!(anyone.post("/auth/register", &body).status, 400, "the names stay reserved");
}

#[test]
fn when_the_token_is_over_it_logs_in_again() {
    let server = Server::start_with(&[("ACCESS_TOKEN_TTL_SECS", "4")]);
    let (mut client, name) = somebody(&server);
    sleep(Duration::from_millis(4_100));
    refused(&client.get("/api/auth/me"), 401, "token_expired");
    let login = log_in(&client, &format!("{name}@example.com"), PASSWORD);
    client.keep(&login, "access_token");
    assert_eq!(client.get("/api/auth/me").status, 200);
}

#[test]
fn a_registration_sent_again_after_a_lost_response_is_taken() {
    let (client, name) = (Client::of_all(), fresh_name());
    assert_eq!(client.post("/api/auth/register", &registration(&name)).status, 201);
    refused(&client.post("/api/auth/register", &registration(&name)), 400, "validation_failed");
    assert_eq!(log_in(&client, &format!("{name}@example.com"), PASSWORD).status, 200);
}

#[test]
fn blank_optional_fields_are_absent_ones() {
    let mut client = Client::of_all();
    for blank in [json!(""), Value::Null] {
        let name = fresh_name();
        let mut body = registration(&name);
        for field in ["first_name", "last_name", "phone"] {
            body[field] = blank.clone();
        }
        let registered = client.post("/api/auth/register", &body);
        holds(&registered, 201, &json!({ "first_name": null, "last_name": null, "phone": null }));
        let login = log_in(&client, &format!("{name}@example.com"), PASSWORD);
        client.keep(&login, "access_token");
        holds(&client.get("/api/auth/me"), 200, &json!({ "first_name": null, "last_name": null }));
    }
}
