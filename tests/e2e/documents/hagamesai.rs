//! The guide of hagamesai.

use serde_json::{Value, json};

use super::{Client, at_fault, holds, never_asking, refused, short_of_patience, ten_minutes};
use crate::actors::{Admin, Answer, fresh_name};
use crate::server::{self, Server};

const PASSWORD: &str = "a secure password";

fn registration(name: &str) -> Value {
    json!({ "username": name, "password": PASSWORD, "email": format!("{name}@example.com") })
}

fn log_in(client: &Client<'_>, name: &str, password: &str) -> Answer {
    client.post("/api/auth/login", &json!({ "username": name, "password": password }))
}

/// Somebody who registered and logged in under a name.
fn somebody(server: &Server) -> (Client<'_>, String) {
    let (mut client, name) = (Client::at(server), fresh_name());
    assert_eq!(client.post("/api/auth/register", &registration(&name)).status, 201);
    let login = log_in(&client, &name, PASSWORD);
    client.keep(&login, "token");
    (client, name)
}

#[test]
fn a_registration_is_created_and_refused_where_it_is_invalid_or_the_name_is_taken() {
    let (client, name) = (Client::of_all(), fresh_name());
    let answer = client.post("/api/auth/register", &registration(&name));
    holds(&answer, 201, &json!({ "username": "", "email": "" }));

    let mut other = registration(&fresh_name());
    other["username"] = json!(name.to_uppercase());
    refused(&client.post("/api/auth/register", &other), 400, "username_taken");
    for (field, value, code) in [
        ("username", json!("a b c"), "invalid_characters"),
        ("username", Value::Null, "required"),
        ("password", json!("1234567"), "too_short"),
        ("password", Value::Null, "required"),
        ("email", json!("not-an-address"), "invalid_format"),
        ("email", Value::Null, "required"),
    ] {
        let mut body = registration(&fresh_name());
        body[field] = value;
        at_fault(&client.post("/api/auth/register", &body), field, code);
    }
}

#[test]
fn a_log_in_gives_a_token_and_the_profile_is_read_with_it() {
    let (client, name) = somebody(server::shared());
    let wrong = log_in(&client, &name, "another password");
    refused(&wrong, 401, "invalid_credentials");
    assert_eq!(log_in(&client, &fresh_name(), PASSWORD).json()["detail"], wrong.json()["detail"]);
    let profile = client.get("/api/users/me");
    holds(&profile, 200, &json!({ "username": "", "email": "" }));
    assert_eq!(profile.json()["username"], name);
}

#[test]
fn the_address_is_changed_and_perhaps_the_password() {
    let (client, name) = somebody(server::shared());
    let email = format!("{name}@example.org");
    for password in [None, Some(""), Some("another password")] {
        let mut body = json!({ "email": email });
        if let Some(password) = password {
            body["password"] = json!(password);
        }
        let answer = client.put("/api/users/me", &body);
        holds(&answer, 200, &json!({ "username": "", "email": "" }));
        assert_eq!(answer.json()["email"], email);
        let now = if password == Some("another password") { "another password" } else { PASSWORD };
        assert_eq!(log_in(&client, &name, now).status, 200, "{body}");
    }
    refused(&log_in(&client, &name, PASSWORD), 401, "invalid_credentials");
    assert_eq!(client.get("/api/users/me").json()["email"], email);
    at_fault(&client.put("/api/users/me", &json!({ "email": "ada@" })), "email", "invalid_format");
}

#[test]
fn a_user_who_was_removed_does_not_exist() {
    let admin = Admin::at(server::shared());
    let (client, _) = somebody(server::shared());
    let id = client.get("/api/users/me").json()["id"].to_string();
    assert_eq!(admin.ask("DELETE", &format!("/users/{id}")).status, 200);
    refused(&client.get("/api/users/me"), 404, "user_not_found");
    refused(&client.put("/api/users/me", &json!({ "email": "other@example.org" })), 404, "user_not_found");
}

#[test]
fn after_ten_minutes_the_password_goes_along_or_the_server_is_set_never_to_ask() {
    let server = short_of_patience();
    let (client, name) = somebody(&server);
    ten_minutes();
    let email = format!("{name}@example.org");
    let another = json!({ "email": email, "password": "another password" });
    for body in [json!({ "email": email }), another.clone()] {
        refused(&client.put("/api/users/me", &body), 403, "reauthentication_required");
    }
    assert_eq!(client.get("/api/users/me").json()["email"], format!("{name}@example.com"), "all or nothing");
    let same = json!({ "email": email, "password": PASSWORD });
    assert_eq!(client.put("/api/users/me", &same).status, 200, "the password that it is proves the owner");

    let server = never_asking();
    let (client, name) = somebody(&server);
    ten_minutes();
    let answer = client.put("/api/users/me", &another);
    assert_eq!((answer.status, &answer.json()["email"]), (200, &json!(email)));
    assert_eq!(log_in(&client, &name, "another password").status, 200);
}

#[test]
fn after_a_lost_response_what_was_sent_is_sent_again() {
    let (mut client, name) = (Client::of_all(), fresh_name());
    let body = registration(&name);
    assert_eq!(client.post("/api/auth/register", &body).status, 201);
    let again = client.post("/api/auth/register", &body);
    refused(&again, 400, "validation_failed");
    let taken = [("username", "username_taken"), ("email", "email_taken")];
    assert_eq!(again.faults(), taken.map(|(field, code)| (field.to_owned(), code.to_owned())));
    let login = log_in(&client, &name, PASSWORD);
    client.keep(&login, "token");
    let update = json!({ "email": format!("{name}@example.org"), "password": "another password" });
    let first = client.put("/api/users/me", &update);
    let again = client.put("/api/users/me", &update);
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(first.json(), again.json());
}
