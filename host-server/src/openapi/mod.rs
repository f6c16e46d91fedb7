//! The OpenAPI 3.1 document, made from the table of routes and the types that are sent, so that it can say
//! nothing else than what is served.
//!
//! What it says of an operation stands in one function, in the file of its theme. A new operation is one such
//! function and its line in the theme's list; the tests below find what is missing.

mod accounts;
mod admin;
mod answers;
mod applications;
mod audit;
mod body;
mod data;
mod description;
mod fields;
mod mails;
mod mfa;
mod pages;
mod parameters;
mod roles;
mod samples;
mod sessions;

use countersign_core::cookies::Cookie;
use countersign_core::rejection::Code;
use serde_json::{Map, Value, json};

use crate::problem::ProblemBody;
use crate::routes::{Auth, ROUTES};
use description::{Description, Place, Schemas, Theme};

/// Every theme, in the order in which the documentation shows them.
static THEMES: &[&Theme] = &[
    &accounts::THEME,
    &sessions::THEME,
    &mfa::THEME,
    &mails::THEME,
    &data::THEME,
    &roles::THEME,
    &admin::THEME,
    &applications::THEME,
    &audit::THEME,
    &pages::OPERATIONS,
    &pages::PAGES,
];

/// The document.
pub fn document() -> Value {
    let mut schemas = Schemas::default();
    schemas.add_type::<ProblemBody<'static>>();
    let words: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    schemas.add(
        "Code",
        json!({
            "type": "string",
            "description": "A stable word for a refusal; `/docs/errors` explains each.",
            "enum": words,
        }),
    );
    let paths = paths(&mut schemas);
    let tags: Vec<_> =
        THEMES.iter().map(|theme| json!({ "name": theme.tag, "description": theme.text })).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Countersign",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Registers users, logs them in and knows them again. Every route of the API stands \
                at its path and under `/api`. What is refused is told as a problem (RFC 9457) whose `code` is \
                listed under [error codes](/docs/errors).\n\nWhere the setting `COOKIES` is on, a page in a browser can \
                have its tokens in cookies that no script sees, by sending `Countersign-Session: cookie` with every \
                request. Without that header cookies are neither read nor set; beside an `Authorization` none counts. \
                Only pages of the server's own origin and of ALLOWED_ORIGINS on the same site may send it.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "This server." }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas.into_value(),
            "securitySchemes": security_schemes(),
        },
    })
}

/// How a request shows who sent it.
fn security_schemes() -> Value {
    let cookie = |cookie: Cookie, description: &str| json!({ "type": "apiKey", "in": "cookie", "name": cookie.name(), "description": description });
    json!({
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The `access_token` of a log-in.",
        },
        "cookie": cookie(Cookie::Access, "The access token of a log-in that asked for cookies. Browsers send it by themselves."),
        "cookieMode": {
            "type": "apiKey",
            "in": "header",
            "name": "Countersign-Session",
            "description": "`cookie`: have cookies count and set, where the setting `COOKIES` is on. No form and no image can \
                send it, and a page of another origin only where ALLOWED_ORIGINS lists it.",
        },
        "refreshCookie": cookie(Cookie::Refresh, "The refresh token of the same log-in."),
    })
}

/// Every row of the table where it is mounted.
fn places() -> impl Iterator<Item = Place> {
    ROUTES.iter().flat_map(|route| route.mounts.all().iter().map(move |&mount| Place { route, mount }))
}

fn paths(schemas: &mut Schemas) -> Value {
    let mut paths = Map::new();
    for place in places() {
        // A row that no theme describes is left out, which the tests notice.
        let Some((tag, description)) = described(place) else { continue };
        let method = place.route.method.as_str().to_ascii_lowercase();
        let item = paths.entry(place.path()).or_insert_with(|| json!({}));
        item[method] = operation(place, tag, description, schemas);
    }
    Value::Object(paths)
}

/// What is said of the operation, and under which tag.
fn described(place: Place) -> Option<(&'static str, Description)> {
    THEMES.iter().find_map(|theme| {
        let (_, describe) =
            theme.operations.iter().find(|(operation, _)| *operation == place.route.operation)?;
        Some((theme.tag, describe(place)))
    })
}

fn operation(place: Place, tag: &str, description: Description, schemas: &mut Schemas) -> Value {
    let mut value = json!({
        "operationId": place.operation_id(),
        "tags": [tag],
        "summary": description.summary,
        "description": told(place, description.text),
        "responses": answers::responses(place, &description),
    });
    if place.route.auth != Auth::None {
        value["security"] = json!([{ "bearer": [] }, { "cookie": [], "cookieMode": [] }]);
    } else if description.perhaps_by_bearer {
        value["security"] = json!([{ "bearer": [] }, { "cookieMode": [], "refreshCookie": [] }, {}]);
    } else if place.route.uses_cookies() {
        value["security"] = json!([{ "cookieMode": [] }, {}]);
    }
    if !description.parameters.is_empty() {
        value["parameters"] = description.parameters.iter().map(parameters::Parameter::to_value).collect();
    }
    schemas.append(description.schemas);
    if let Some(body) = description.body {
        value["requestBody"] = body.to_value();
        schemas.add(body.name, body.schema());
    }
    value
}

/// The text of the operation, and for an alias what it is an alias of.
fn told(place: Place, text: &str) -> String {
    match place.first_of(place.route.operation) {
        Some(first) if first.path() != place.path() => {
            format!("{text}\n\nAlso at `{} {}`.", first.route.method, first.path())
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::routes::Body;

    fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
        let paths = document["paths"].as_object().unwrap().iter();
        paths.flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
        })
    }

    #[test]
    fn the_document_and_the_table_hold_the_same_routes() {
        let document = document();
        let said: BTreeSet<_> = operations(&document).map(|(operation, _)| operation).collect();
        let served: BTreeSet<_> =
            places().map(|place| format!("{} {}", place.route.method, place.path())).collect();
        assert_eq!(said, served);
    }

    #[test]
    fn an_operation_is_described_once() {
        let operations = || THEMES.iter().flat_map(|theme| theme.operations);
        for (operation, _) in operations() {
            assert_eq!(operations().filter(|(other, _)| other == operation).count(), 1, "{operation:?}");
            assert!(ROUTES.iter().any(|route| route.operation == *operation), "{operation:?}");
        }
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
        let ids: Vec<_> =
            operations(&document).map(|(_, operation)| operation["operationId"].as_str().unwrap()).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    }

    #[test]
    fn links_lead_to_operations_and_name_their_parameters() {
        let document = document();
        for (name, operation) in operations(&document) {
            for answer in operation["responses"].as_object().unwrap().values() {
                for link in answer.get("links").and_then(Value::as_object).into_iter().flat_map(Map::values) {
                    let target = operations(&document)
                        .find(|(_, operation)| operation["operationId"] == link["operationId"]);
                    let (_, target) = target.unwrap_or_else(|| panic!("{name}: {link}"));
                    let taken = target.get("parameters").and_then(Value::as_array);
                    for parameter in link["parameters"].as_object().into_iter().flat_map(Map::keys) {
                        let known = |other: &Value| other["name"] == *parameter.rsplit('.').next().unwrap();
                        assert!(taken.is_some_and(|taken| taken.iter().any(known)), "{name}: {parameter}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_segment_in_braces_is_a_parameter_and_no_other() {
        let document = document();
        for place in places() {
            let path = place.path();
            let spelled: BTreeSet<_> =
                path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
            let method = place.route.method.as_str().to_ascii_lowercase();
            let said = document["paths"][&path][method]["parameters"].as_array();
            let said: BTreeSet<_> = said
                .into_iter()
                .flatten()
                .filter(|parameter| parameter["in"] == "path")
                .map(|parameter| parameter["name"].as_str().unwrap())
                .collect();
            assert_eq!(said, spelled, "{path}");
        }
    }

    #[test]
    fn every_field_that_is_read_is_described_and_no_other() {
        for place in places() {
            let Some(body) = described(place).and_then(|(_, description)| description.body) else { continue };
            let said: BTreeSet<_> = body.names().collect();
            let read: BTreeSet<_> = body.read.iter().copied().collect();
            assert_eq!(said, read, "{}", place.path());
        }
    }

    #[test]
    fn what_takes_a_body_says_which() {
        for place in places() {
            let said = described(place).is_some_and(|(_, description)| description.body.is_some());
            assert_eq!(said, place.route.body == Body::Json, "{}", place.path());
        }
    }

    #[test]
    fn one_name_stands_for_one_schema() {
        let mut seen = BTreeMap::new();
        for place in places() {
            let Some(body) = described(place).and_then(|(_, description)| description.body) else { continue };
            let schema = body.schema();
            assert_eq!(*seen.entry(body.name).or_insert_with(|| schema.clone()), schema, "{}", body.name);
        }
    }

    #[test]
    fn the_codes_are_those_of_core() {
        let document = document();
        let words = &document["components"]["schemas"]["Code"]["enum"];
        let expected: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(*words, json!(expected));
    }

    #[test]
    fn only_what_asks_for_a_token_says_so() {
        let document = document();
        let asks = |path: &str, method: &str| {
            let security = document["paths"][path][method].get("security").and_then(Value::as_array);
            // One of them asks for nothing where a token is shown at will.
            security.is_some_and(|ways| !ways.contains(&json!({})))
        };
        assert!(asks("/api/users/me", "get"));
        assert!(!asks("/auth/login", "post"));
        assert!(!asks("/auth/refresh", "post"));
        assert!(!asks("/auth/register", "post"));
    }
}
