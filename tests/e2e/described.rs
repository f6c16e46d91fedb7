//! Holds every answer that any of these tests sees to the OpenAPI document, and the document to what is
//! served.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use ureq::http::{HeaderMap, Request, Response};
use ureq::middleware::MiddlewareNext;

use crate::server;

/// Stands between every agent and the server: fails the test that saw an answer of which the document knows
/// nothing.
pub(crate) fn check(
    request: Request<ureq::SendBody<'_>>,
    next: MiddlewareNext<'_>,
) -> Result<Response<ureq::Body>, ureq::Error> {
    let (method, path) = (request.method().as_str().to_owned(), request.uri().path().to_owned());
    let (head, mut body) = next.handle(request)?.into_parts();
    // Larger than anything that is answered here.
    let bytes = body.with_config().limit(64 * 1024 * 1024).read_to_vec()?;
    if let Err(fault) = Document::shared().judge(&method, &path, head.status.as_u16(), &head.headers, &bytes)
    {
        let text = String::from_utf8_lossy(&bytes);
        panic!("{method} {path} answers {}, and {fault}: {text:.2000}", head.status);
    }
    Ok(Response::from_parts(head, ureq::Body::builder().data(bytes)))
}

/// The document and a validator for every schema of its answers.
struct Document {
    value: Value,
    validators: BTreeMap<String, Validator>,
}

impl Document {
    /// As the shared server serves it. Every server of these tests is the same program.
    fn shared() -> &'static Self {
        static DOCUMENT: OnceLock<Document> = OnceLock::new();
        DOCUMENT.get_or_init(|| {
            let url = format!("{}/openapi.json", server::shared().origin);
            let text = ureq::get(url).call().unwrap().body_mut().read_to_string().unwrap();
            Document::new(serde_json::from_str(&text).unwrap())
        })
    }

    fn new(value: Value) -> Self {
        let mut validators = BTreeMap::new();
        for (_, _, operation) in operations(&value) {
            for answer in members(&operation["responses"]).map(|(_, answer)| answer) {
                for (media, content) in members(&answer["content"]).filter(|(media, _)| is_json(media)) {
                    assert!(content["schema"].is_object(), "{media} without a schema: {operation}");
                    let schema = &content["schema"];
                    // Where a type of ours is sent, or one of several, no member of it may be missing from the document.
                    let closed = schema.get("$ref").is_some() || schema.get("anyOf").is_some();
                    let besides = if closed { json!({ "unevaluatedProperties": false }) } else { json!({}) };
                    validators
                        .entry(schema.to_string())
                        .or_insert_with(|| validator(&value, schema, besides));
                }
            }
        }
        Self { value, validators }
    }

    /// What is wrong with an answer.
    fn judge(
        &self,
        method: &str,
        path: &str,
        status: u16,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(), String> {
        let media = headers.get("content-type").map_or("", |value| value.to_str().unwrap());
        let essence = media.split(';').next().unwrap_or_default().trim();
        let Some(item) = self.item(path) else {
            return self.judge_problem(&[400, 404, 501], status, essence, body);
        };
        let read = if method == "HEAD" { "get" } else { &method.to_ascii_lowercase() };
        let Some(operation) = item.get(read) else {
            return match method {
                "OPTIONS" if status == 204 && body.is_empty() => Ok(()),
                _ => self.judge_problem(&[400, 404, 405], status, essence, body),
            };
        };
        let answer = operation["responses"]
            .get(status.to_string())
            .ok_or_else(|| format!("the document lists {:?}", keys(&operation["responses"])))?;
        let Some(content) = answer.get("content") else {
            return if body.is_empty() { Ok(()) } else { Err("the document has no body here".to_owned()) };
        };
        let listed = content.get(essence).or_else(|| content.get("*/*"));
        let listed = listed.ok_or_else(|| format!("{essence} is none of {:?}", keys(content)))?;
        if !is_json(essence) || method == "HEAD" {
            return Ok(());
        }
        self.judge_json(&listed["schema"], body)
    }

    /// Judges an answer that only refuses.
    fn judge_problem(&self, statuses: &[u16], status: u16, essence: &str, body: &[u8]) -> Result<(), String> {
        if !statuses.contains(&status) {
            return Err("the document knows nothing of it".to_owned());
        }
        if essence != "application/problem+json" {
            return Err(format!("{essence} is no problem"));
        }
        if body.is_empty() { Ok(()) } else { self.judge_json(&reference("Problem"), body) }
    }

    fn judge_json(&self, schema: &Value, body: &[u8]) -> Result<(), String> {
        let value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let faults = faults(&self.validators[&schema.to_string()], &value);
        if faults.is_empty() { Ok(()) } else { Err(format!("{schema} does not hold: {faults}")) }
    }

    /// What stands at the path's pattern. A literal segment beats `{…}`; `{file}` takes all that follows.
    fn item(&self, path: &str) -> Option<&Map<String, Value>> {
        let fits = |pattern: &str| {
            if let Some(folder) = pattern.strip_suffix("{file}") {
                return path.starts_with(folder);
            }
            let (pattern, path) = (pattern.split('/'), path.split('/'));
            pattern.clone().count() == path.clone().count()
                && pattern
                    .zip(path)
                    .all(|(pattern, part)| pattern == part || (pattern.starts_with('{') && !part.is_empty()))
        };
        let fitting = members(&self.value["paths"]).filter(|(pattern, _)| fits(pattern));
        // `{` is greater than any letter, so the least of the patterns is the most literal one.
        fitting.min_by_key(|(pattern, _)| *pattern).and_then(|(_, item)| item.as_object())
    }
}

/// Every route that is documented: its method, its path and what is said of it.
pub(crate) fn routes() -> impl Iterator<Item = (String, &'static str, &'static Value)> {
    operations(&Document::shared().value).map(|(path, method, said)| (method.to_uppercase(), path, said))
}

/// What a part of the document refers to, or the part itself.
pub(crate) fn resolved(part: &'static Value) -> &'static Value {
    match part["$ref"].as_str() {
        Some(place) => Document::shared().value.pointer(place.trim_start_matches('#')).unwrap(),
        None => part,
    }
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    members(&document["paths"])
        .flat_map(|(path, item)| members(item).map(move |(method, operation)| (path, method, operation)))
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, member)| (name.as_str(), member))
}

fn keys(value: &Value) -> Vec<&str> {
    members(value).map(|(name, _)| name).collect()
}

fn is_json(media: &str) -> bool {
    media == "application/json" || media.ends_with("+json")
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A validator for a schema of the document. `besides` is asked as well.
fn validator(document: &Value, schema: &Value, besides: Value) -> Validator {
    let mut root = besides;
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["allOf"] = json!([schema]);
    root["components"] = document["components"].clone();
    jsonschema::options().should_validate_formats(true).build(&root).unwrap()
}

fn faults(validator: &Validator, value: &Value) -> String {
    let told = validator.iter_errors(value).map(|error| format!("{error} at {}", error.instance_path()));
    told.collect::<Vec<_>>().join("; ")
}

/// A path that fits a pattern; `None` for the files of a page.
fn filled_in(pattern: &str) -> Option<String> {
    let fill = |part: &str| match part {
        "{file}" => None,
        "{user_id}" => Some("1".to_owned()),
        part => Some(part.trim_matches(['{', '}']).to_owned()),
    };
    pattern.split('/').map(fill).collect::<Option<Vec<_>>>().map(|parts| parts.join("/"))
}

fn ask(method: &str, path: &str) -> Response<ureq::Body> {
    let url = format!("{}{path}", server::shared().origin);
    let request = Request::builder().method(method).uri(url).body(()).unwrap();
    crate::actors::agent().run(request).unwrap()
}

#[test]
fn every_documented_route_is_served() {
    let document = Document::shared();
    for (pattern, method, _) in operations(&document.value) {
        let Some(path) = filled_in(pattern) else { continue };
        let mut answer = ask(&method.to_ascii_uppercase(), &path);
        let text = answer.body_mut().read_to_string().unwrap();
        // Served, but nothing there by this name, is another code.
        let unserved = match answer.status().as_u16() {
            404 => text.contains(r#""code":"not_found""#),
            status => status == 405,
        };
        assert!(!unserved, "{method} {pattern}: {text}");
    }
}

#[test]
fn every_served_route_is_documented() {
    let document = Document::shared();
    for (pattern, item) in members(&document.value["paths"]) {
        let Some(path) = filled_in(pattern) else { continue };
        let answer = ask("OPTIONS", &path);
        let allow = answer.headers()["allow"].to_str().unwrap();
        let served: BTreeSet<_> = allow.split(", ").filter(|it| !matches!(*it, "HEAD" | "OPTIONS")).collect();
        let said: Vec<_> = keys(item).into_iter().map(str::to_ascii_uppercase).collect();
        assert_eq!(served, said.iter().map(String::as_str).collect(), "{pattern}");

        let (other, other_path) = match pattern.strip_prefix("/api") {
            Some(bare) => (bare.to_owned(), path["/api".len()..].to_owned()),
            None => (format!("/api{pattern}"), format!("/api{path}")),
        };
        let served = ask("OPTIONS", &other_path).status() == 204;
        assert_eq!(served, document.value["paths"].get(&other).is_some(), "{other}");
    }
}

#[test]
fn every_example_is_of_its_schema() {
    let document = &Document::shared().value;
    let mut examples = 0;
    for (path, method, operation) in operations(document) {
        let answers = members(&operation["responses"]).map(|(_, answer)| answer);
        let contents =
            answers.chain([&operation["requestBody"]]).flat_map(|holder| members(&holder["content"]));
        for (_, content) in contents {
            let validator = validator(document, &content["schema"], json!({}));
            let several = members(&content["examples"]).map(|(_, example)| &example["value"]);
            for example in content.get("example").into_iter().chain(several) {
                assert_eq!(faults(&validator, example), "", "{method} {path}: {example}");
                examples += 1;
            }
        }
    }
    assert!(examples > 100, "{examples}");
}

#[test]
fn fields_are_described_as_exactly_as_they_are_read() {
    let document = &Document::shared().value;
    for (field, file) in [
        ("username", include_str!("../vectors/username.json")),
        ("email", include_str!("../vectors/email.json")),
        ("name", include_str!("../vectors/name.json")),
        ("phone", include_str!("../vectors/phone.json")),
    ] {
        let schema = &document["components"]["schemas"]["Registration"]["properties"][field];
        // Of a field that may be left out, the first of its forms is the one that says something.
        let validator = validator(document, schema.pointer("/anyOf/0").unwrap_or(schema), json!({}));
        let vectors: Value = serde_json::from_str(file).unwrap();
        for case in vectors["cases"].as_array().unwrap() {
            assert_eq!(validator.is_valid(&case["input"]), case["valid"] == true, "{field}: {case}");
        }
    }
}

#[test]
fn a_log_in_is_described_as_it_is_read() {
    let document = Document::shared();
    let described = validator(&document.value, &reference("Login"), json!({}));
    let anyone = crate::actors::Anonymous::at(server::shared());
    let name = crate::actors::fresh_name();
    for (username, email, identifier) in [
        (json!(name), Value::Null, json!("")),
        (Value::Null, json!(name), Value::Null),
        (json!(""), json!(""), json!(name)),
        (json!(""), Value::Null, Value::Null),
        (Value::Null, Value::Null, Value::Null),
        (json!(name), json!(name), Value::Null),
        (json!(name), json!(5), Value::Null),
    ] {
        let body = json!({ "username": username, "email": email, "identifier": identifier, "password": "x" });
        let taken = anyone.post("/auth/login", &body).status == 401;
        assert_eq!(described.is_valid(&body), taken, "{body}");
    }
}
