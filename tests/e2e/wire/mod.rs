//! What goes over the wire, byte by byte but for what differs each time: one snapshot for each route and each of its
//! outcomes. An alias of a route is answered by the same operation and has no snapshot of its own.

mod accounts;
mod applications;
mod cookies;
mod data;
mod everywhere;
mod log_in;
mod mails;
mod mfa;
mod pages;
mod roles;
mod sessions;
mod users;
mod whole;

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::actors::{Answer, SignedIn, fresh_name};

const PASSWORD: &str = "correct horse battery";

/// Holds an answer to the snapshot of its route, written as `GET /users/{user_id}`, and of its outcome.
fn shot(route: &str, answer: &Answer) {
    shot_as(route, "", answer);
}

/// The same for an outcome that has more than one form.
fn shot_as(route: &str, form: &str, answer: &Answer) {
    let mut name = outcome(route, answer);
    if !form.is_empty() {
        name = format!("{name}+{form}");
    }
    assert_json_snapshot!(name, exchange(answer));
}

/// The route, the status and the code of a refusal, as a name of a file.
fn outcome(route: &str, answer: &Answer) -> String {
    let code = if answer.status >= 400 { format!("-{}", answer.code()) } else { String::new() };
    format!("{}-{}{code}", in_a_file_name(route), answer.status)
}

fn in_a_file_name(route: &str) -> String {
    route.replace(['{', '}'], "").replace(" /", "-").replace('/', "-").to_lowercase()
}

/// The status, the headers that tell something and the body.
fn exchange(answer: &Answer) -> Value {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "date" | "content-length"))
        .map(|(name, value)| match name.as_str() {
            "ratelimit" => format!("{name}: {}", without_numbers(value.to_str().unwrap())),
            "set-cookie" => format!("{name}: {}", without_token(value.to_str().unwrap())),
            "x-request-id" | "etag" | "retry-after" | "link" => format!("{name}: …"),
            _ => format!("{name}: {}", value.to_str().unwrap()),
        })
        .collect();
    headers.sort();
    json!({ "status": answer.status, "headers": headers, "body": body(answer) })
}

/// What is left and until when differs; which quotas are told does not.
fn without_numbers(text: &str) -> String {
    text.split(';').next().map(|name| format!("{name};…")).unwrap_or_default()
}

/// Where the cookie holds a token, that differs, and for how many seconds it is still good.
fn without_token(text: &str) -> String {
    let (pair, attributes) = text.split_once("; ").unwrap();
    let (max_age, others) = attributes.split_once("; ").unwrap();
    assert!(max_age.starts_with("Max-Age="), "{text}");
    match pair.split_once('=').unwrap() {
        (_, "") => text.to_owned(),
        (name, _) => format!("{name}=…; Max-Age=…; {others}"),
    }
}

/// What a page says is for its own tests, and so is what the OpenAPI document says.
fn body(answer: &Answer) -> Value {
    match answer.header("content-type") {
        "" => {
            assert_eq!(answer.text, "");
            Value::Null
        }
        "application/json" | "application/problem+json" => match answer.json() {
            document if document.get("openapi").is_some() => json!("…"),
            body => differing(body),
        },
        _ => json!("…"),
    }
}

/// Replaces what is another thing each time by its name, and tells numbers from texts.
fn differing(mut body: Value) -> Value {
    const NAMES: [&str; 22] = [
        "at",
        "actor",
        "id",
        "user_id",
        "username",
        "email",
        "created_at",
        "updated_at",
        "deleted_at",
        "last_used_at",
        "expires_at",
        "user_agent",
        "request_id",
        "access_token",
        "token",
        "refresh_token",
        "device_token",
        "mfa_token",
        "next_cursor",
        "secret",
        "qr_code",
        "otpauth_url",
    ];
    match &mut body {
        Value::Object(members) => {
            for (name, value) in members {
                *value = match value.take() {
                    Value::Array(codes) if name == "recovery_codes" => {
                        json!(vec!["… recovery_code"; codes.len()])
                    }
                    value if value.is_null() || !NAMES.contains(&name.as_str()) => differing(value),
                    Value::Number(_) => json!(format!("… {name}, a number")),
                    _ => json!(format!("… {name}")),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = differing(item.take())),
        _ => {}
    }
    body
}

fn registration() -> Value {
    let name = fresh_name();
    json!({ "username": name, "email": format!("{name}@example.com"), "password": PASSWORD })
}

/// A page of two, of which the next is told.
fn shot_of_pages(who: &SignedIn<'_>, route: &str, path: &str) {
    let first = who.get(&format!("{path}?limit=1"));
    assert_ne!(first.header("link"), "", "{first:?}");
    shot_as(route, "with-a-next-page", &first);
    shot(route, &who.get(&format!("{path}?limit=0")));
}
