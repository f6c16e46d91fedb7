//! What the document says of each operation: in words, and which answers it gives.

use countersign_core::rejection::Code;
use serde_json::{Map, Value, json};
use warp::http::StatusCode;

use crate::call::{Mount, RequestId};
use crate::problem::{Problem, status_of};
use crate::routes::{Auth, Body, FILE, Operation, Route};

/// An operation in words.
pub(super) struct Text {
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
}

const ACCOUNTS: &str = "Accounts";
const OPERATIONS: &str = "Operations";
const PAGES: &str = "Pages";

pub(super) fn tags() -> Value {
    json!([
        { "name": ACCOUNTS, "description": "Registration, log-in and the profile." },
        { "name": OPERATIONS, "description": "Whether the server lives and can work." },
        { "name": PAGES, "description": "The documentation and the demo." },
    ])
}

pub(super) fn text(operation: Operation) -> Text {
    let (tag, summary, description) = match operation {
        Operation::Register => (
            ACCOUNTS,
            "Register",
            "Makes an account. All faults of the input are told at once; whether a name is taken is looked at \
             only when nothing else is wrong. Under `/api` the answer's `user_id` is the number, elsewhere \
             `user_` and the number.",
        ),
        Operation::LogIn => (
            ACCOUNTS,
            "Log in",
            "Trades a password and exactly one of `username`, `email` and `identifier` for tokens. A wrong \
             password and an unknown name are answered alike and in the same time. After 20 wrong passwords \
             within an hour every further attempt is refused for a while.",
        ),
        Operation::Profile => (ACCOUNTS, "Show the profile", "Shows the User whose token it is."),
        Operation::Health => {
            (OPERATIONS, "Is it alive?", "Answers as long as the process does. Asks nothing of the database.")
        }
        Operation::Ready => {
            (OPERATIONS, "Can it work?", "Answers once the database can be read and written.")
        }
        Operation::OpenApi => (PAGES, "This document", "The OpenAPI document that this is."),
        Operation::Docs => (PAGES, "Documentation", "Swagger UI over this document, at `/docs/`."),
        Operation::Demo => (PAGES, "Demo", "The web demo, or a page that leads to the documentation."),
    };
    Text { tag, summary, description }
}

/// What an operation grants.
enum Granted {
    /// JSON of this schema.
    Json(StatusCode, &'static str),
    /// JSON without one.
    Document,
    Page,
    /// The files of a page.
    Files,
    Redirect,
}

fn granted(route: &Route) -> Granted {
    match route.operation {
        Operation::Register => Granted::Json(StatusCode::CREATED, "Registered"),
        Operation::LogIn => Granted::Json(StatusCode::OK, "LoggedInBody"),
        Operation::Profile => Granted::Json(StatusCode::OK, "User"),
        Operation::Health | Operation::Ready => Granted::Json(StatusCode::OK, "Status"),
        Operation::OpenApi => Granted::Document,
        Operation::Docs | Operation::Demo if route.path.ends_with(FILE) => Granted::Files,
        Operation::Docs => Granted::Redirect,
        Operation::Demo => Granted::Page,
    }
}

/// The codes that an operation itself can be refused with, besides those of its row.
fn codes(operation: Operation) -> &'static [Code] {
    match operation {
        Operation::Register => &[
            Code::ValidationFailed,
            Code::UsernameTaken,
            Code::EmailTaken,
            Code::UnknownField,
            Code::Overloaded,
        ],
        Operation::LogIn => &[
            Code::ValidationFailed,
            Code::UnknownField,
            Code::InvalidCredentials,
            Code::AccountSuspended,
            Code::EmailNotVerified,
            Code::ApplicationDisabled,
            Code::NotAMember,
            Code::TooManyAttempts,
            Code::Overloaded,
        ],
        Operation::Profile => &[Code::UserNotFound, Code::Overloaded],
        Operation::Ready => &[Code::Overloaded],
        Operation::Health | Operation::OpenApi | Operation::Docs | Operation::Demo => &[],
    }
}

pub(super) fn responses(route: &Route, mount: Mount) -> Value {
    let mut responses = Map::new();
    let (status, response) = success(route, mount);
    responses.insert(status.as_str().to_owned(), response);

    let bearer: &[_] = match route.auth {
        Auth::None => &[],
        Auth::Bearer => &[Code::TokenRequired, Code::TokenExpired, Code::SessionEnded],
    };
    let body: &[_] = match route.body {
        Body::None => &[],
        Body::Json => &[Code::MalformedJson, Code::UnsupportedMediaType, Code::PayloadTooLarge],
    };
    for &code in [codes(route.operation), bearer, body, &[Code::BadRequest, Code::Internal]].concat().iter() {
        let status = status_of(code);
        let response = responses.entry(status.as_str()).or_insert_with(|| problem_response(status));
        response["content"]["application/problem+json"]["examples"][code.as_str()] =
            json!({ "summary": code.meaning(), "value": example(code) });
    }
    Value::Object(responses)
}

fn success(route: &Route, mount: Mount) -> (StatusCode, Value) {
    let (status, description, content) = match granted(route) {
        Granted::Json(status, schema) => {
            let mut media = json!({ "schema": { "$ref": format!("#/components/schemas/{schema}") } });
            if route.operation == Operation::Register {
                media["example"] = registered(mount);
            }
            (status, "Granted.", json!({ "application/json": media }))
        }
        Granted::Document => {
            (StatusCode::OK, "Granted.", json!({ "application/json": { "schema": { "type": "object" } } }))
        }
        Granted::Page => {
            (StatusCode::OK, "Granted.", json!({ "text/html": { "schema": { "type": "string" } } }))
        }
        Granted::Files => (StatusCode::OK, "The file.", json!({ "*/*": { "schema": { "type": "string" } } })),
        Granted::Redirect => {
            let headers = json!({ "Location": { "schema": { "type": "string" }, "example": "/docs/" } });
            let response = json!({ "description": "It is over there.", "headers": headers });
            return (StatusCode::PERMANENT_REDIRECT, response);
        }
    };
    (status, json!({ "description": description, "headers": request_id_header(), "content": content }))
}

/// The mount decides how two members are written, so each has its own example.
fn registered(mount: Mount) -> Value {
    let (message, user_id) = match mount {
        Mount::Api => ("Registration successful", json!(123)),
        Mount::Bare => ("User registered successfully", json!("user_123")),
    };
    json!({
        "message": message, "user_id": user_id, "id": 123, "username": "ada", "email": "ada@example.com",
        "name": null, "first_name": "Ada", "last_name": "Lovelace", "phone": null, "role": "user",
        "status": "active", "email_verified": false, "mfa_enabled": false,
        "created_at": "2026-01-31T12:00:00Z", "updated_at": "2026-01-31T12:00:00Z", "deleted_at": null,
    })
}

fn problem_response(status: StatusCode) -> Value {
    let mut headers = request_id_header();
    let string = |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    match status {
        StatusCode::UNAUTHORIZED => {
            headers["WWW-Authenticate"] = string("How to authenticate (RFC 6750).");
        }
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            headers["Retry-After"] = json!({
                "description": "Seconds after which another try can succeed.",
                "schema": { "type": "integer" },
            });
        }
        _ => {}
    }
    json!({
        "description": status.canonical_reason().unwrap_or_default(),
        "headers": headers,
        "content": {
            "application/problem+json": {
                "schema": { "$ref": "#/components/schemas/Problem" },
                "examples": {},
            },
        },
    })
}

fn request_id_header() -> Value {
    json!({
        "X-Request-Id": { "description": "Names the request in the log.", "schema": { "type": "string" } },
    })
}

/// The very body that a problem of this code is answered with.
fn example(code: Code) -> Value {
    let reply = Problem::sample(code).into_reply(&RequestId::SAMPLE);
    serde_json::from_slice(&reply.body).unwrap_or_default()
}
