//! The chapter of CosmicSyncCore.

use std::thread::sleep;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Client, at_fault, holds, never_asking, refused, short_of_patience, ten_minutes};
use crate::actors::{Admin, Answer};
use crate::authenticator::Authenticator;
use crate::server::Server;

/// Its example, word for word, so each test has a server of its own.
fn registration() -> Value {
    json!({
        "email": "user@example.com", "password": "securepassword123", "username": "johndoe",
        "application_id": "app_12345"
    })
}

fn log_in(client: &Client<'_>) -> Answer {
    let body = json!({
        "email": "user@example.com", "password": "securepassword123", "application_id": "app_12345"
    });
    client.post("/auth/login", &body)
}

/// John, logged in to the application that the admin made.
fn john(server: &Server) -> (Client<'_>, Admin<'_>) {
    let admin = Admin::at(server);
    let made = admin.post("/applications", &json!({ "id": "app_12345", "name": "Cosmic" }));
    assert_eq!(made.status, 201, "{made:?}");
    let mut client = Client::at(server);
    let registered = client.post("/auth/register", &registration());
    assert_eq!(registered.status, 201, "{registered:?}");
    let login = log_in(&client);
    client.keep(&login, "token");
    (client, admin)
}

#[test]
fn a_user_registers_with_an_application_and_logs_in_to_it() {
    let server = Server::start();
    let client = Client::at(&server);
    at_fault(&client.post("/auth/register", &registration()), "application_id", "unknown_application");
    let admin = Admin::at(&server);
    assert_eq!(admin.post("/applications", &json!({ "id": "app_12345", "name": "Cosmic" })).status, 201);

    let answer = client.post("/auth/register", &registration());
    holds(&answer, 201, &json!({ "message": "", "user_id": "" }));
    assert_eq!(answer.json()["message"], "User registered successfully");
    assert_eq!(answer.json()["user_id"], format!("user_{}", answer.json()["id"]));
    let again = client.post("/auth/register", &registration());
    refused(&again, 400, "validation_failed");

    let login = log_in(&client);
    holds(&login, 200, &json!({ "token": "", "expires_in": 3600 }));
    assert_eq!(login.json()["expires_in"], 3600);
    let wrong = json!({
        "email": "user@example.com", "password": "wrong", "application_id": "app_12345"
    });
    refused(&client.post("/auth/login", &wrong), 401, "invalid_credentials");
    let mut elsewhere = registration();
    elsewhere.as_object_mut().unwrap().remove("username");
    elsewhere["application_id"] = json!("default");
    refused(&client.post("/auth/login", &elsewhere), 403, "not_a_member");
}

#[test]
fn an_expired_token_is_refreshed_and_after_a_lost_response_once_more() {
    // A second is soon over on a busy machine, and the admin's token has to last until all is made.
    let server = Server::start_with(&[("ACCESS_TOKEN_TTL_SECS", "4")]);
    let (mut client, _admin) = john(&server);
    sleep(Duration::from_millis(4_100));
    refused(&client.get("/users/me"), 401, "token_expired");
    let lost = client.ask("POST", "/auth/refresh");
    holds(&lost, 200, &json!({ "token": "", "expires_in": 3600 }));
    let again = client.ask("POST", "/auth/refresh");
    assert_eq!(again.json()["token"], lost.json()["token"], "the pair that was lost");
    // As its document shows it, the next one is refreshed in the same way.
    client.keep(&again, "token");
    sleep(Duration::from_millis(4_100));
    let next = client.ask("POST", "/auth/refresh");
    client.keep(&next, "token");
    assert_eq!(client.get("/users/me").status, 200);
    client.token = None;
    refused(&client.ask("POST", "/auth/refresh"), 401, "token_required");
}

#[test]
fn the_profile_is_shown_and_any_field_of_it_changed() {
    let server = Server::start();
    let (client, _admin) = john(&server);
    let user = json!({ "id": 1, "username": "", "email": "", "role": "", "status": "" });
    holds(&client.get("/users/me"), 200, &user);
    let update = json!({
        "username": "john.doe", "email": "john@example.com", "first_name": "John", "last_name": "Doe",
        "phone": "+1 555 123 4567", "name": "John Doe"
    });
    let first = client.put("/users/me", &update);
    holds(&first, 200, &user);
    let mut expected = update.clone();
    expected["phone"] = json!("+15551234567");
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(first.json()[field], *value, "{field}");
    }
    let again = client.put("/users/me", &update);
    assert_eq!((again.status, again.json()), (200, first.json()), "after a lost response");
}

#[test]
fn after_ten_minutes_what_a_thief_would_change_wants_the_password() {
    let server = short_of_patience();
    let (client, _admin) = john(&server);
    ten_minutes();
    let email = json!({ "email": "john@example.com" });
    refused(&client.put("/users/me", &email), 403, "reauthentication_required");
    refused(&client.ask("POST", "/auth/mfa/enable"), 403, "reauthentication_required");
    assert_eq!(client.put("/users/me", &json!({ "first_name": "John" })).status, 200);

    let server = never_asking();
    let (client, _admin) = john(&server);
    ten_minutes();
    assert_eq!(client.put("/users/me", &email).status, 200);
    assert_eq!(client.ask("POST", "/auth/mfa/enable").status, 200);
}

#[test]
fn custom_data_is_stored_and_given_back() {
    let server = Server::start();
    let (client, _admin) = john(&server);
    let preferences = json!({ "theme": "dark", "notifications": true });
    let body = json!({ "key": "preferences", "value": preferences });
    for _ in ["sent", "and sent again after a lost response"] {
        let stored = client.post("/users/me/data", &body);
        assert_eq!(
            (stored.status, stored.json()),
            (200, json!({ "message": "Custom data stored successfully" }))
        );
    }
    let shown = client.get("/users/me/data/preferences");
    assert_eq!((shown.status, shown.json()), (200, preferences));
    refused(&client.get("/users/me/data/nothing"), 404, "data_not_found");
}

#[test]
fn a_role_is_assigned_by_an_admin_and_felt_in_the_permissions() {
    let server = Server::start();
    let (client, admin) = john(&server);
    let permitted = |action: &str, resource: &str| {
        client.get(&format!("/users/me/permissions?action={action}&resource={resource}"))
    };
    assert_eq!(permitted("write", "Task").json(), json!({ "permitted": false }));
    let user_id = format!("user_{}", client.get("/users/me").json()["id"]);
    let path = format!("/users/{user_id}/roles");
    let body = json!({ "role": "editor", "application_id": "app_12345" });
    refused(&client.post(&path, &body), 403, "admin_required");
    for _ in ["sent", "and sent again after a lost response"] {
        let assigned = admin.post(&path, &body);
        assert_eq!(
            (assigned.status, assigned.json()),
            (200, json!({ "message": "Role assigned successfully" }))
        );
    }
    assert_eq!(permitted("read", "Project").json(), json!({ "permitted": true }));
    assert_eq!(permitted("write", "Task").json(), json!({ "permitted": true }));
    assert_eq!(permitted("delete", "Project").json(), json!({ "permitted": false }));
    assert_eq!(permitted("", "Task").faults(), [("action".to_owned(), "required".to_owned())]);
}

#[test]
fn a_second_factor_is_enabled_and_verified() {
    let server = Server::start();
    let (client, _admin) = john(&server);
    for mount in ["", "/api"] {
        // No body and no media type, as the document has it.
        let enabled = client.ask("POST", &format!("{mount}/auth/mfa/enable"));
        holds(&enabled, 200, &json!({ "secret": "", "qr_code": "" }));
        let proposed = enabled.json();
        let secret = proposed["secret"].as_str().unwrap();
        assert!(
            secret.len() == 32 && secret.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7')),
            "{secret}"
        );
        let picture = proposed["qr_code"].as_str().unwrap().strip_prefix("data:image/png;base64,").unwrap();
        assert!(STANDARD.decode(picture).unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));
        let url = format!(
            "otpauth://totp/countersign:johndoe?secret={secret}&issuer=countersign&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(proposed["otpauth_url"], url);

        // Nothing is on yet.
        assert_eq!(client.get("/users/me").json()["mfa_enabled"], false);
        let mut authenticator = Authenticator::of(secret);
        let wrong = json!({ "code": authenticator.wrong_code() });
        refused(&client.post(&format!("{mount}/auth/mfa/verify"), &wrong), 400, "invalid_code");
        let verified =
            client.post(&format!("{mount}/auth/mfa/verify"), &json!({ "code": authenticator.code() }));
        holds(&verified, 200, &json!({ "message": "" }));
        assert_eq!(verified.json()["message"], "MFA verified successfully");
        assert_eq!(client.get("/users/me").json()["mfa_enabled"], true);
        refused(&client.ask("POST", &format!("{mount}/auth/mfa/enable")), 409, "mfa_already_enabled");
        let off = json!({ "recovery_code": verified.json()["recovery_codes"][0] });
        assert_eq!(client.post("/auth/mfa/disable", &off).status, 204);
    }
}

#[test]
fn blank_optional_fields_are_absent_ones() {
    let server = Server::start();
    let client = Client::at(&server);
    let mut body = registration();
    for field in ["application_id", "name", "first_name", "last_name", "phone"] {
        body[field] = json!("");
    }
    assert_eq!(client.post("/auth/register", &body).status, 201);
    let mut login = Client::at(&server);
    let answer = login.post(
        "/auth/login",
        &json!({ "email": "user@example.com", "password": "securepassword123", "application_id": "" }),
    );
    login.keep(&answer, "token");
    let before = login.get("/users/me").json();
    for field in ["username", "email", "password", "name", "first_name", "last_name", "phone"] {
        let answer = login.put("/users/me", &json!({ field: "" }));
        assert_eq!((answer.status, answer.json()), (200, before.clone()), "{field}");
    }
}
