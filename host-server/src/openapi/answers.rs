//! What the document says of answers: the one that grants, and the problems.

use countersign_core::rejection::Code;
use serde_json::{Map, Value, json};
use warp::http::StatusCode;

use super::description::{Content, Description, Granted, Place};
use crate::problem::Problem;
use crate::request_id::RequestId;
use crate::routes::{Auth, Body};

/// Every answer of an operation by its status.
pub(super) fn responses(place: Place, description: &Description) -> Value {
    let mut responses = Map::new();
    let granted = &description.granted;
    responses.insert(granted.status.as_str().to_owned(), grant(granted));
    if granted.may_be_unchanged {
        let unchanged = json!({ "description": "It is still what the caller has.", "headers": request_id() });
        responses.insert(StatusCode::NOT_MODIFIED.as_str().to_owned(), unchanged);
    }
    let unauthorized = description.unauthorized.iter().map(|code| Problem::sample(*code).unauthorized());
    for problem in codes(place, description).into_iter().map(Problem::sample).chain(unauthorized) {
        let (code, status) = (problem.code(), problem.status());
        let response = responses.entry(status.as_str()).or_insert_with(|| problem_response(status));
        if description.tells_rate_limits && Problem::tells_rate_limits(status) {
            for (name, header) in rate_limits() {
                response["headers"][name] = header;
            }
        }
        response["content"]["application/problem+json"]["examples"][code.as_str()] =
            json!({ "summary": code.meaning(), "value": example(problem) });
    }
    Value::Object(responses)
}

/// The codes of the operation itself and those that its row brings along.
fn codes(place: Place, description: &Description) -> Vec<Code> {
    let route = place.route;
    let bearer: &[_] = match route.auth {
        Auth::None => &[],
        Auth::Bearer => &[Code::TokenRequired, Code::TokenExpired, Code::SessionEnded, Code::Overloaded],
        Auth::BearerOrMfaToken => &[
            Code::TokenRequired,
            Code::TokenExpired,
            Code::SessionEnded,
            Code::MfaTokenInvalid,
            Code::TooManyAttempts,
            Code::Overloaded,
        ],
        Auth::Admin => &[
            Code::TokenRequired,
            Code::TokenExpired,
            Code::SessionEnded,
            Code::AdminRequired,
            Code::Overloaded,
        ],
    };
    let body: &[_] = match route.body {
        Body::None => &[],
        Body::Json => &[Code::MalformedJson, Code::ValidationFailed],
    };
    // A body is looked at wherever one is sent.
    let any_body = &[Code::UnsupportedMediaType, Code::PayloadTooLarge];
    let cookies: &[_] = if route.uses_cookies() { &[Code::CrossSiteRequest] } else { &[] };
    // What stands for `{…}` can be text that no parameter is.
    let path: &[_] = if route.path.contains('{') { &[Code::NotFound] } else { &[] };
    let mut codes = description.codes.clone();
    for list in [bearer, cookies, body, any_body, path, &[Code::BadRequest, Code::Internal]] {
        codes.extend_from_slice(list);
    }
    codes
}

fn grant(granted: &Granted) -> Value {
    let mut headers = request_id();
    for (name, header) in granted.headers.as_object().into_iter().flatten() {
        headers[name] = header.clone();
    }
    let text = json!({ "schema": { "type": "string" } });
    let (description, content) = match &granted.content {
        Content::None => ("Done.", None),
        Content::Json { schema, example } => {
            let schema = json!({ "$ref": format!("#/components/schemas/{schema}") });
            ("Granted.", Some(json!({ "application/json": { "schema": schema, "example": example } })))
        }
        Content::AnyJson { schema, example } => {
            ("Granted.", Some(json!({ "application/json": { "schema": schema, "example": example } })))
        }
        Content::Jwt => ("Granted.", Some(json!({ "application/jwt": { "schema": text["schema"] } }))),
        Content::Page => ("The page.", Some(json!({ "text/html": text }))),
        Content::Text => ("The text.", Some(json!({ "text/plain": text }))),
        Content::File => ("The file.", Some(json!({ "*/*": text }))),
        Content::Redirect(target) => {
            headers["Location"] = json!({ "schema": { "type": "string" }, "example": target });
            ("It is over there.", None)
        }
    };
    let mut value = json!({ "description": description, "headers": headers });
    if let Some(content) = content {
        value["content"] = content;
    }
    if granted.links != json!({}) {
        value["links"] = granted.links.clone();
    }
    value
}

fn problem_response(status: StatusCode) -> Value {
    let mut headers = request_id();
    match status {
        StatusCode::UNAUTHORIZED => {
            headers["WWW-Authenticate"] = json!({
                "description": "How to authenticate (RFC 6750).",
                "schema": { "type": "string" },
            });
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

/// The headers that tell how many guesses are left.
pub(super) fn rate_limits() -> [(&'static str, Value); 2] {
    let header = |description: &str, example: &str| json!({ "description": description, "schema": { "type": "string" }, "example": example });
    [
        (
            "RateLimit",
            header(
                "The guesses that are left (draft-ietf-httpapi-ratelimit-headers-10).",
                "\"account\";r=8;t=1800, \"address\";r=98;t=1800",
            ),
        ),
        (
            "RateLimit-Policy",
            header(
                "The guesses that there are in an hour: at an account, and from an address at all accounts.",
                "\"account\";q=10;w=3600, \"address\";q=100;w=3600",
            ),
        ),
    ]
}

fn request_id() -> Value {
    json!({
        "X-Request-Id": { "description": "Names the request in the log.", "schema": { "type": "string" } },
    })
}

/// The very body that a problem is answered with.
fn example(problem: Problem) -> Value {
    let reply = problem.into_reply(&RequestId::SAMPLE);
    serde_json::from_slice(&reply.body).unwrap_or_default()
}
