//! What goes over the wire, byte by byte but for what differs each time.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::actors::{Anonymous, Answer, fresh_name};
use crate::authenticator::Guarded;
use crate::server;

/// The status, the headers that tell something and the body.
fn exchange(answer: &Answer) -> Value {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "date" | "content-length"))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .map(|line| match line.split_once(": ") {
            Some((name @ ("x-request-id" | "etag" | "retry-after"), _)) => format!("{name}: …"),
            _ => line,
        })
        .collect();
    headers.sort();
    json!({ "status": answer.status, "headers": headers, "body": differing(answer.json()) })
}

/// Replaces what is another thing each time by its name.
fn differing(mut body: Value) -> Value {
    const NAMES: [&str; 16] = [
        "id",
        "user_id",
        "username",
        "email",
        "created_at",
        "updated_at",
        "request_id",
        "access_token",
        "token",
        "refresh_token",
        "device_token",
        "mfa_token",
        "secret",
        "qr_code",
        "otpauth_url",
        "user",
    ];
    for code in body.get_mut("recovery_codes").and_then(Value::as_array_mut).into_iter().flatten() {
        *code = json!("… recovery_code");
    }
    for name in NAMES {
        if let Some(value) = body.get_mut(name) {
            *value = if name == "user" { differing(value.take()) } else { json!(format!("… {name}")) };
        }
    }
    body
}

fn somebody() -> Value {
    let name = fresh_name();
    json!({ "username": name, "email": format!("{name}@example.com"), "password": "correct horse battery" })
}

#[test]
fn registration() {
    let anyone = Anonymous::at(server::shared());
    let taken = somebody();
    assert_json_snapshot!("register-201-bare", exchange(&anyone.post("/auth/register", &taken)));
    assert_json_snapshot!("register-201-api", exchange(&anyone.post("/api/auth/register", &somebody())));
    assert_json_snapshot!("register-400-taken", exchange(&anyone.post("/auth/register", &taken)));
    assert_json_snapshot!("register-400-empty", exchange(&anyone.post("/auth/register", &json!({}))));
    let malformed = anyone.post_text("/auth/register", "application/json", r#"{"a":1,"a":2}"#);
    assert_json_snapshot!("register-400-malformed", exchange(&malformed));
    let unknown = anyone.post_text("/auth/register", "text/plain", "{}");
    assert_json_snapshot!("register-415", exchange(&unknown));
    let large = format!(r#""{}""#, "a".repeat(128 * 1024));
    assert_json_snapshot!(
        "register-413",
        exchange(&anyone.post_text("/auth/register", "application/json", &large))
    );
    assert_json_snapshot!("register-405", exchange(&anyone.get("/auth/register")));
}

#[test]
fn log_in() {
    let anyone = Anonymous::at(server::shared());
    let body = somebody();
    assert_eq!(anyone.post("/auth/register", &body).status, 201);
    let name = body["username"].as_str().unwrap();
    assert_json_snapshot!("login-200", exchange(&anyone.log_in(name, "correct horse battery")));
    assert_json_snapshot!("login-401", exchange(&anyone.log_in(name, "not the password")));
    for _ in 0..19 {
        anyone.log_in(name, "not the password");
    }
    assert_json_snapshot!("login-429", exchange(&anyone.log_in(name, "correct horse battery")));
}

#[test]
fn profile() {
    let anyone = Anonymous::at(server::shared());
    assert_json_snapshot!("profile-200", exchange(&anyone.become_somebody().get("/users/me")));
    assert_json_snapshot!("profile-401-missing", exchange(&anyone.get("/users/me")));
    let malformed = anyone.get_with_authorization("/users/me", "Bearer a.b.c");
    assert_json_snapshot!("profile-401-malformed", exchange(&malformed));
    assert_json_snapshot!("not-found-404", exchange(&anyone.get("/nowhere")));
    assert_json_snapshot!("health-200", exchange(&anyone.get("/healthz")));
    assert_json_snapshot!("ready-200", exchange(&anyone.get("/readyz")));
}

#[test]
fn second_factor() {
    let who = Anonymous::at(server::shared()).become_somebody();
    assert_json_snapshot!("mfa-enable-200", exchange(&who.post("/auth/mfa/enable", &json!({}))));
    let verify = |body: &Value| who.post("/auth/mfa/verify", body);
    assert_json_snapshot!("mfa-verify-400-empty", exchange(&verify(&json!({}))));
    assert_json_snapshot!("mfa-verify-400-wrong", exchange(&verify(&json!({ "code": "12345" }))));

    let mut who = Guarded::of(who);
    assert_json_snapshot!("mfa-enable-409", exchange(&who.who.post("/auth/mfa/enable", &json!({}))));
    assert_json_snapshot!("mfa-login-401-required", exchange(&who.log_in(json!({}))));
    assert_json_snapshot!("mfa-login-401-wrong", exchange(&who.log_in(json!({ "mfa_code": "12345" }))));
    let (token, code) = (who.mfa_token(), who.recovery_code());
    assert_json_snapshot!("mfa-finish-200", exchange(&who.finish(&token, &json!({ "recovery_code": code }))));
    assert_json_snapshot!("mfa-finish-401", exchange(&who.finish(&token, &json!({ "recovery_code": code }))));
    let code = json!({ "recovery_code": who.recovery_code() });
    assert_json_snapshot!("mfa-verify-200-shown", exchange(&who.who.post("/auth/mfa/verify", &code)));
    let code = json!({ "recovery_code": who.recovery_code() });
    assert_json_snapshot!(
        "mfa-recovery-codes-200",
        exchange(&who.who.post("/auth/mfa/recovery-codes", &code))
    );
    for _ in 0..5 {
        who.log_in(json!({ "mfa_code": "12345" }));
    }
    assert_json_snapshot!("mfa-login-429", exchange(&who.log_in(json!({ "mfa_code": "12345" }))));
}
