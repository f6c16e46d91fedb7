//! The OpenAPI 3.1 document, made from the table of routes and the types that are sent, so that it can say
//! nothing else than what is served.

mod operations;
mod requests;

use countersign_core::rejection::Code;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Ref, Schema};

use crate::call::Mount;
use crate::ops::views::{LoggedInBody, Registered, Status, User};
use crate::problem::ProblemBody;
use crate::routes::{Auth, ROUTES, Route};

/// The document.
pub fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Countersign",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Registers users, logs them in and knows them again. Every route of the API stands \
                at its path and under `/api`. What is refused is told as a problem (RFC 9457) whose `code` is \
                listed under [error codes](/docs/errors).",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "This server." }],
        "tags": operations::tags(),
        "paths": paths(),
        "components": {
            "schemas": schemas(),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The `access_token` of a log-in.",
                },
            },
        },
    })
}

/// The schema of a code, for fields that hold one.
pub(crate) fn code_schema() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name("Code"))
}

/// A path of the document: the mount's prefix and the path of the row.
fn spelled(route: &Route, mount: Mount) -> String {
    format!("{}{}", mount.prefix(), route.path)
}

fn paths() -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        for &mount in route.mounts.all() {
            let method = route.method.as_str().to_ascii_lowercase();
            let item = paths.entry(spelled(route, mount)).or_insert_with(|| json!({}));
            item[method] = operation(route, mount);
        }
    }
    Value::Object(paths)
}

fn operation(route: &Route, mount: Mount) -> Value {
    let text = operations::text(route.operation);
    let path = spelled(route, mount);
    let mut value = json!({
        "operationId": operation_id(route.method.as_str(), &path),
        "tags": [text.tag],
        "summary": text.summary,
        "description": describe(route, mount, text.description),
        "responses": operations::responses(route, mount),
    });
    if route.auth == Auth::Bearer {
        value["security"] = json!([{ "bearer": [] }]);
    }
    if let Some(body) = requests::body(route, mount) {
        value["requestBody"] = body;
    }
    let parameters: Vec<_> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    if !parameters.is_empty() {
        value["parameters"] = Value::Array(parameters);
    }
    value
}

/// The text of the operation, and for an alias what it is an alias of.
fn describe(route: &Route, mount: Mount, text: &str) -> String {
    let first = ROUTES
        .iter()
        .find(|other| other.operation == route.operation && other.method == route.method)
        .filter(|first| first.path != route.path || mount != Mount::Bare);
    match first {
        Some(first) => format!("{text}\n\nAlso at `{} {}`.", first.method, first.path),
        None => text.to_owned(),
    }
}

/// `get_api_users_me` for `GET /api/users/me`.
fn operation_id(method: &str, path: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut id = method.to_ascii_lowercase();
    for word in words {
        id.push('_');
        id.push_str(word);
    }
    id
}

fn schemas() -> Value {
    #[derive(OpenApi)]
    #[openapi(components(schemas(User, Registered, LoggedInBody, Status, ProblemBody)))]
    struct Sent;

    let mut schemas = match serde_json::to_value(Sent::openapi().components) {
        Ok(Value::Object(mut components)) => components.remove("schemas").unwrap_or_default(),
        _ => Value::default(),
    };
    let words: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    schemas["Code"] = json!({
        "type": "string",
        "description": "A stable word for a refusal; `/docs/errors` explains each.",
        "enum": words,
    });
    for (name, schema) in requests::schemas() {
        schemas[name] = schema;
    }
    schemas
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_and_the_table_hold_the_same_routes() {
        let document = document();
        let said: BTreeSet<_> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, item)| {
                item.as_object()
                    .unwrap()
                    .keys()
                    .map(move |method| format!("{} {path}", method.to_uppercase()))
            })
            .collect();
        let served: BTreeSet<_> = ROUTES
            .iter()
            .flat_map(|route| route.mounts.all().iter().map(move |mount| (route, *mount)))
            .map(|(route, mount)| format!("{} {}", route.method, spelled(route, mount)))
            .collect();
        assert_eq!(said, served);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(members) => {
                    found.extend(members.get("$ref").and_then(Value::as_str));
                    members.values().for_each(|value| references(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 20);
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn operation_ids_are_unique() {
        let document = document();
        let items = document["paths"].as_object().unwrap().values();
        let ids: Vec<_> = items
            .flat_map(|item| item.as_object().unwrap().values())
            .map(|operation| operation["operationId"].as_str().unwrap())
            .collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    }

    #[test]
    fn the_codes_are_those_of_core() {
        let document = document();
        let words = document["components"]["schemas"]["Code"]["enum"].as_array().unwrap();
        assert_eq!(words.len(), Code::ALL.len());
        assert_eq!(words[0], Code::ALL[0].as_str());
    }

    #[test]
    fn only_what_asks_for_a_token_says_so() {
        let document = document();
        let security = |path: &str, method: &str| document["paths"][path][method].get("security").is_some();
        assert!(security("/api/users/me", "get"));
        assert!(!security("/auth/login", "post"));
    }
}
