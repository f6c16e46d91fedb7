//! The things of which all examples speak, so that one leads to the next.

use serde_json::{Value, json};

/// Ada, as a User.
pub(super) fn user() -> Value {
    json!({
        "id": 123, "username": "ada", "email": "ada@example.com", "name": null, "first_name": "Ada",
        "last_name": "Lovelace", "phone": null, "role": "user", "status": "active",
        "email_verified": false, "mfa_enabled": false, "created_at": "2026-01-31T12:00:00Z",
        "updated_at": "2026-01-31T12:00:00Z", "deleted_at": null,
    })
}

/// Ada, after she deleted her account.
pub(super) fn deleted_user() -> Value {
    let at = "2026-02-28T12:00:00Z";
    merged(user(), json!({ "status": "deleted", "updated_at": at, "deleted_at": at }))
}

/// What a log-in answers Ada.
pub(super) fn logged_in() -> Value {
    merged(refreshed(), json!({ "device_token": "3kTf…" }))
}

/// What a refresh answers her.
pub(super) fn refreshed() -> Value {
    let token = "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLiJ9.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJl";
    json!({
        "access_token": token, "token": token, "token_type": "bearer", "expires_in": 3600,
        "refresh_token": "q1Zb…", "user": user(),
    })
}

/// Where the next operation finds the refresh token that this one answers.
pub(super) fn refresh_token_of_the_answer() -> Value {
    json!({ "body": { "refresh_token": "$response.body#/refresh_token" } })
}

/// An object with the members of both.
pub(super) fn merged(mut first: Value, second: Value) -> Value {
    if let (Some(members), Value::Object(more)) = (first.as_object_mut(), second) {
        members.extend(more);
    }
    first
}
