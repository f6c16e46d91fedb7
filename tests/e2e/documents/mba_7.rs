//! The ticket MBA-7, by its acceptance criteria.

use serde_json::{Value, json};

use super::{Client, at_fault, holds, never_asking, refused, short_of_patience, ten_minutes};
use crate::actors::{Answer, fresh_name};
use crate::server::{self, Server};

const PASSWORD: &str = "a secure password";

fn registration() -> Value {
    json!({ "email": format!("{}@example.com", fresh_name()), "password": PASSWORD, "name": "Ada Lovelace" })
}

fn log_in(client: &Client<'_>, email: &Value, password: &str) -> Answer {
    client.post("/api/auth/login", &json!({ "email": email, "password": password }))
}

/// Somebody who registered and logged in, and what the registration answered.
fn somebody(server: &Server) -> (Client<'_>, Value) {
    let mut client = Client::at(server);
    let registered = client.post("/api/users/register", &registration());
    assert_eq!(registered.status, 201, "{registered:?}");
    let login = log_in(&client, &registered.json()["email"], PASSWORD);
    client.keep(&login, "token");
    (client, registered.json())
}

#[test]
fn ac_1_a_registration_answers_201_with_the_user_and_without_the_password() {
    let (client, body) = (Client::of_all(), registration());
    let answer = client.post("/api/users/register", &body);
    holds(&answer, 201, &json!({ "id": 1, "email": "", "name": "", "username": null, "created_at": "" }));
    assert_eq!((&answer.json()["email"], &answer.json()["name"]), (&body["email"], &json!("Ada Lovelace")));
    // It knows the mount `/api` alone; elsewhere a username is asked for.
    at_fault(&client.post("/users/register", &registration()), "username", "required");
}

#[test]
fn ac_2_a_log_in_answers_200_with_a_token_and_401_with_a_message() {
    let (client, user) = somebody(server::shared());
    let login = log_in(&client, &user["email"], PASSWORD);
    holds(&login, 200, &json!({ "access_token": "", "token": "", "token_type": "" }));
    let wrong = log_in(&client, &user["email"], "another password");
    refused(&wrong, 401, "invalid_credentials");
    assert_eq!(wrong.json()["detail"], "The name and password do not belong together.");
    refused(&log_in(&client, &json!("nobody@example.com"), PASSWORD), 401, "invalid_credentials");
}

#[test]
fn ac_3_the_profile_wants_a_valid_token() {
    let (mut client, user) = somebody(server::shared());
    let profile = client.get("/api/users/profile");
    holds(&profile, 200, &json!({ "id": 1, "email": "", "name": "" }));
    assert_eq!((&profile.json()["id"], &profile.json()["email"]), (&user["id"], &user["email"]));
    client.token = Some("not.a.token".to_owned());
    refused(&client.get("/api/users/profile"), 401, "token_malformed");
    client.token = None;
    refused(&client.get("/api/users/profile"), 401, "token_required");
}

#[test]
fn ac_4_address_and_name_are_changed_and_nothing_else() {
    let (mut client, user) = somebody(server::shared());
    let email = format!("{}@example.org", fresh_name());
    for path in ["/api/users/profile", "/users/profile"] {
        let answer = client.put(path, &json!({ "email": email, "name": "Augusta" }));
        holds(&answer, 200, &json!({ "id": 1, "email": "", "name": "" }));
        assert_eq!((&answer.json()["email"], &answer.json()["name"]), (&json!(email), &json!("Augusta")));
        for (field, value) in [
            ("password", json!("another password")),
            ("username", json!("another")),
            ("first_name", json!(5)),
            ("role", json!("admin")),
            ("id", json!(1)),
        ] {
            let answer = client.put(path, &json!({ "name": "X", field: value }));
            refused(&answer, 400, "unknown_field");
            at_fault(&answer, field, "unknown_field");
        }
    }
    let profile = client.get("/api/users/profile").json();
    assert_eq!((&profile["id"], &profile["name"]), (&user["id"], &json!("Augusta")), "all of it or nothing");
    client.token = None;
    refused(&client.put("/api/users/profile", &json!({ "name": "X" })), 401, "token_required");
}

#[test]
fn ac_5_every_endpoint_validates_what_it_is_sent() {
    let (client, _) = somebody(server::shared());
    let with = |field: &str, value: Value| {
        let mut body = registration();
        body[field] = value;
        client.post("/api/users/register", &body)
    };
    for (field, value, code) in [
        ("email", json!("ada.example.com"), "invalid_format"),
        ("email", Value::Null, "required"),
        ("password", json!("1234567"), "too_short"),
        ("password", Value::Null, "required"),
        ("name", json!("a".repeat(101)), "too_long"),
    ] {
        at_fault(&with(field, value), field, code);
    }
    assert_eq!(with("password", json!("12 45 78")).status, 201, "eight characters are enough");
    at_fault(&client.post("/api/auth/login", &json!({ "email": "a@example.com" })), "password", "required");
    at_fault(&client.put("/api/users/profile", &json!({ "email": "ada@" })), "email", "invalid_format");
    at_fault(&client.put("/api/users/profile", &json!({ "name": 5 })), "name", "invalid_type");
}

#[test]
fn ac_6_what_fails_is_described_and_so_is_the_whole_interface() {
    let client = Client::of_all();
    refused(&client.get("/api/users/nothing/here"), 404, "not_found");
    refused(&client.get("/api/users/register"), 405, "method_not_allowed");
    assert!(client.get("/docs/").text.contains("swagger-ui"), "the documentation by Swagger UI");
    let described = client.get("/api/openapi.json").json();
    for path in ["/api/users/register", "/api/auth/login", "/api/users/profile"] {
        assert!(described["paths"][path].is_object(), "{path}");
    }
}

#[test]
fn after_ten_minutes_the_name_is_changed_and_the_address_where_nobody_asks() {
    let server = short_of_patience();
    let (client, _) = somebody(&server);
    ten_minutes();
    let email = json!({ "email": "other@example.org" });
    refused(&client.put("/api/users/profile", &email), 403, "reauthentication_required");
    assert_eq!(client.put("/api/users/profile", &json!({ "name": "Augusta" })).status, 200);

    let server = never_asking();
    let (client, _) = somebody(&server);
    ten_minutes();
    let answer = client.put("/api/users/profile", &email);
    assert_eq!((answer.status, &answer.json()["email"]), (200, &email["email"]));
}

#[test]
fn after_a_lost_response_what_was_sent_is_sent_again() {
    let (mut client, body) = (Client::of_all(), registration());
    assert_eq!(client.post("/api/users/register", &body).status, 201);
    refused(&client.post("/api/users/register", &body), 400, "email_taken");
    let login = log_in(&client, &body["email"], PASSWORD);
    client.keep(&login, "access_token");
    let update = json!({ "email": format!("{}@example.org", fresh_name()), "name": "Augusta" });
    let first = client.put("/api/users/profile", &update);
    let again = client.put("/api/users/profile", &update);
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(first.json(), again.json());
}

#[test]
fn a_blank_name_is_none_and_changes_none() {
    let mut client = Client::of_all();
    let mut body = registration();
    body["name"] = json!("");
    let registered = client.post("/api/users/register", &body);
    holds(&registered, 201, &json!({ "name": null }));
    let login = log_in(&client, &body["email"], PASSWORD);
    client.keep(&login, "token");
    assert_eq!(client.put("/api/users/profile", &json!({ "name": "Ada" })).status, 200);
    let answer = client.put("/api/users/profile", &json!({ "email": "", "name": "" }));
    assert_eq!((answer.status, &answer.json()["name"]), (200, &json!("Ada")));
    assert_eq!(answer.json()["email"], body["email"]);
}
