//! What clients of the five older systems send to register, log in and see their profile, as their documents
//! show it, and the members that those documents promise.

use serde_json::{Value, json};

use crate::actors::{Anonymous, Answer, fresh_name};
use crate::server;

/// Fails unless the answer has this status and at least these members, each of the type shown.
fn holds(answer: &Answer, status: u16, promised: &Value) {
    assert_eq!(answer.status, status, "{answer:?}");
    let body = answer.json();
    for (member, example) in promised.as_object().unwrap() {
        let value = &body[member];
        let alike = match example {
            Value::String(_) => value.is_string(),
            Value::Number(_) => value.is_i64(),
            Value::Object(_) => value.is_object(),
            _ => value == example,
        };
        assert!(alike, "{member}: {body}");
    }
    assert!(!answer.text.contains("$argon2"), "no hash leaves the server: {body}");
}

fn token_of(answer: &Answer, member: &str) -> String {
    format!("Bearer {}", answer.json()[member].as_str().unwrap())
}

#[test]
fn hagamesai() {
    let anyone = Anonymous::at(server::shared());
    let name = fresh_name();
    let body =
        json!({ "username": name, "password": "a secure password", "email": format!("{name}@example.com") });
    holds(&anyone.post("/api/auth/register", &body), 201, &json!({}));
    let taken = json!({ "username": name, "password": "a secure password", "email": "other@example.com" });
    assert_eq!(anyone.post("/api/auth/register", &taken).status, 400);
    let credentials = json!({ "username": name, "password": "a secure password" });
    let login = anyone.post("/api/auth/login", &credentials);
    holds(&login, 200, &json!({ "token": "" }));
    let wrong = json!({ "username": name, "password": "another password" });
    assert_eq!(anyone.post("/api/auth/login", &wrong).status, 401);
    let profile = anyone.get_with_authorization("/api/users/me", &token_of(&login, "token"));
    holds(&profile, 200, &json!({ "username": "", "email": "" }));
}

#[test]
fn mba_7() {
    let anyone = Anonymous::at(server::shared());
    let email = format!("{}@example.com", fresh_name());
    let body = json!({ "email": email, "password": "a secure password", "name": "Ada Lovelace" });
    let registered = anyone.post("/api/users/register", &body);
    holds(&registered, 201, &json!({ "id": 1, "email": "", "name": "", "username": null }));
    assert_eq!(registered.json()["name"], "Ada Lovelace");
    let bare =
        anyone.post("/users/register", &json!({ "email": "x@example.com", "password": "a secure password" }));
    assert_eq!(
        bare.faults(),
        [("username".to_owned(), "required".to_owned())],
        "only the mount /api knows this client"
    );
    let login = anyone.post("/api/auth/login", &json!({ "email": email, "password": "a secure password" }));
    holds(&login, 200, &json!({ "access_token": "", "token": "" }));
    let profile = anyone.get_with_authorization("/api/users/profile", &token_of(&login, "access_token"));
    holds(&profile, 200, &json!({ "id": 1, "email": "", "name": "" }));
    assert_eq!(anyone.get("/api/users/profile").status, 401);
    let short = json!({ "email": email, "password": "1234567", "name": "Ada" });
    assert_eq!(anyone.post("/api/users/register", &short).status, 400);
}

#[test]
fn user_auth_system() {
    let anyone = Anonymous::at(server::shared());
    let name = fresh_name();
    let body =
        json!({ "username": name, "email": format!("{name}@example.com"), "password": "a secure password" });
    let promised = json!({ "id": 1, "username": "", "email": "", "created_at": "" });
    holds(&anyone.post("/users/register", &body), 201, &promised);
    let login = anyone.post("/users/login", &json!({ "username": name, "password": "a secure password" }));
    holds(&login, 200, &json!({ "access_token": "", "token_type": "" }));
    assert_eq!(login.json()["token_type"], "bearer");
    let profile = anyone.get_with_authorization("/users/me", &token_of(&login, "access_token"));
    holds(&profile, 200, &promised);
}

#[test]
fn open_canoe() {
    let anyone = Anonymous::at(server::shared());
    let name = fresh_name();
    let email = format!("{name}@example.com");
    let body = json!({
        "username": name, "email": email.to_uppercase(), "password": "a secure password",
        "first_name": "Ada", "last_name": "", "phone": "555 123-4567"
    });
    let registered = anyone.post("/api/auth/register", &body);
    holds(&registered, 201, &json!({ "message": "", "user_id": 123 }));
    assert_eq!(registered.json()["message"], "Registration successful");
    let login = anyone.post("/api/auth/login", &json!({ "email": email, "password": "a secure password" }));
    holds(&login, 200, &json!({ "access_token": "", "user": {} }));
    let user = &login.json()["user"];
    assert_eq!((&user["role"], &user["status"]), (&json!("user"), &json!("active")));
    let me = anyone.get_with_authorization("/api/auth/me", &token_of(&login, "access_token"));
    let promised = json!({ "id": 1, "username": "", "email": "", "first_name": "", "last_name": null, "role": "", "status": "" });
    holds(&me, 200, &promised);
    assert_eq!(me.json()["phone"], "5551234567");
    assert_eq!(me.json()["email"], email, "lower-cased");
}

#[test]
fn cosmic_sync_core() {
    let anyone = Anonymous::at(server::shared());
    let name = fresh_name();
    let email = format!("{name}@example.com");
    let body = json!({
        "email": email, "password": "securepassword123", "username": name, "application_id": "default"
    });
    let registered = anyone.post("/auth/register", &body);
    holds(&registered, 201, &json!({ "message": "", "user_id": "" }));
    let answer = registered.json();
    assert_eq!(answer["message"], "User registered successfully");
    assert_eq!(answer["user_id"], format!("user_{}", answer["id"]));
    let credentials = json!({ "email": email, "password": "securepassword123", "application_id": "default" });
    let login = anyone.post("/auth/login", &credentials);
    holds(&login, 200, &json!({ "token": "", "expires_in": 3600 }));
    assert_eq!(login.json()["expires_in"], 3600);
    let profile = anyone.get_with_authorization("/users/me", &token_of(&login, "token"));
    holds(&profile, 200, &json!({ "id": 1, "email": "" }));
}
