//! Bad input of every kind, and the problem that it gets.

use serde_json::{Value, json};

use crate::actors::{Anonymous, fresh_name};
use crate::server;

fn good() -> Value {
    let name = fresh_name();
    json!({ "username": name, "email": format!("{name}@example.com"), "password": "correct horse battery" })
}

fn with(field: &str, value: Value) -> Value {
    let mut body = good();
    body[field] = value;
    body
}

#[test]
fn a_form_is_told_all_its_faults_at_once() {
    let anyone = Anonymous::at(server::shared());
    let body = json!({
        "username": "-a", "email": "ada@", "password": "short", "name": "\u{7}", "phone": "12", "role": "admin",
        "last_name": 5, "application_id": "nowhere"
    });
    let answer = anyone.post("/auth/register", &body);
    assert_eq!((answer.status, answer.code().as_str()), (400, "validation_failed"));
    let fault = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    assert_eq!(
        answer.faults(),
        [
            fault("username", "invalid_format"),
            fault("email", "invalid_format"),
            fault("password", "too_short"),
            fault("name", "invalid_characters"),
            fault("last_name", "invalid_type"),
            fault("phone", "too_short"),
            fault("role", "unknown_field"),
        ]
    );
}

#[test]
fn every_field_names_what_is_wrong_with_it() {
    let anyone = Anonymous::at(server::shared());
    for (field, value, code) in [
        ("username", json!(null), "required"),
        ("username", json!(""), "required"),
        ("username", json!(5), "invalid_type"),
        ("username", json!("ab"), "too_short"),
        ("username", json!("a".repeat(33)), "too_long"),
        ("username", json!("ada lovelace"), "invalid_characters"),
        ("email", json!(["ada@example.com"]), "invalid_type"),
        ("email", json!("ada@localhost"), "invalid_format"),
        ("email", json!(format!("{}@example.com", "a".repeat(65))), "too_long"),
        ("password", json!(true), "invalid_type"),
        ("password", json!("1234567"), "too_short"),
        ("password", json!("é".repeat(129)), "too_long"),
        ("password", json!("nul\u{0}in the middle"), "invalid_characters"),
        ("password", json!("Password1"), "password_too_common"),
        ("first_name", json!("a".repeat(101)), "too_long"),
        ("phone", json!("++441"), "invalid_format"),
        ("phone", json!("+12 call me"), "invalid_characters"),
        ("application_id", json!("nowhere"), "unknown_application"),
    ] {
        let answer = anyone.post("/auth/register", &with(field, value.clone()));
        assert_eq!(answer.status, 400, "{field}: {answer:?}");
        answer.code();
        assert_eq!(answer.faults(), [(field.to_owned(), code.to_owned())], "{value}");
    }
}

#[test]
fn a_password_may_not_be_the_accounts_own_name() {
    let anyone = Anonymous::at(server::shared());
    let name = format!("{}-long", fresh_name());
    let email = format!("{name}@example.com");
    for password in [name.to_uppercase(), email.clone()] {
        let body = json!({ "username": name, "email": email, "password": password });
        let answer = anyone.post("/auth/register", &body);
        assert_eq!(answer.faults(), [("password".to_owned(), "password_is_identity".to_owned())]);
    }
}

#[test]
fn a_taken_name_and_an_unknown_field_have_words_of_their_own() {
    let anyone = Anonymous::at(server::shared());
    let taken = good();
    assert_eq!(anyone.post("/auth/register", &taken).status, 201);
    let email_only = with("email", json!(taken["email"].as_str().unwrap().to_uppercase()));
    let username_only = with("username", json!(taken["username"].as_str().unwrap().to_uppercase()));
    for (body, code) in [
        (&taken, "validation_failed"),
        (&email_only, "email_taken"),
        (&username_only, "username_taken"),
        (&with("id", json!(1)), "unknown_field"),
        (&with("email_verified", json!(true)), "unknown_field"),
    ] {
        let answer = anyone.post("/auth/register", body);
        assert_eq!((answer.status, answer.code().as_str()), (400, code), "{body}");
    }
    let mut both = username_only.clone();
    both["password"] = json!("short");
    let faults = anyone.post("/auth/register", &both).faults();
    assert_eq!(faults, [("password".to_owned(), "too_short".to_owned())], "taken names are looked at last");
}

#[test]
fn a_body_that_is_not_plain_json_is_refused_before_anything_is_read_from_it() {
    let anyone = Anonymous::at(server::shared());
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    for body in [
        "{",
        r#"{"username":"a","username":"b"}"#,
        r#"{"username":"a","\u0075sername":"b"}"#,
        r#"{"username":"\ud800"}"#,
        r#"{"username":01}"#,
        r#"{"a":1e999}"#,
        r#"{"a":1,}"#,
        "{} {}",
        "\u{feff}{}",
        &format!(r#"{{"a":{deep}}}"#),
    ] {
        for path in ["/auth/register", "/api/auth/login"] {
            let answer = anyone.post_text(path, "application/json", body);
            assert_eq!((answer.status, answer.code().as_str()), (400, "malformed_json"), "{body}");
        }
    }
}

#[test]
fn a_body_is_an_object() {
    let anyone = Anonymous::at(server::shared());
    for body in ["null", "[]", "\"text\"", "5"] {
        let answer = anyone.post_text("/auth/register", "application/json", body);
        assert_eq!((answer.status, answer.code().as_str()), (400, "validation_failed"), "{body}");
        assert_eq!(answer.faults(), [("body".to_owned(), "invalid_type".to_owned())], "{body}");
    }
}

#[test]
fn only_json_is_taken_and_not_too_much_of_it() {
    let anyone = Anonymous::at(server::shared());
    let body = good().to_string();
    for (content_type, status) in [
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/jsonx", 415),
        ("Application/JSON; charset=utf-8", 201),
    ] {
        let answer = anyone.post_text("/auth/register", content_type, &body);
        assert_eq!(answer.status, status, "{content_type}: {answer:?}");
    }
    let large = format!(r#"{{"username":"{}"}}"#, "a".repeat(129 * 1024));
    let answer = anyone.post_text("/auth/login", "application/json", &large);
    assert_eq!((answer.status, answer.code().as_str()), (413, "payload_too_large"));
}

#[test]
fn no_other_spelling_of_a_path_is_a_route() {
    let anyone = Anonymous::at(server::shared());
    for path in [
        "/users/me/",
        "//users/me",
        "/users//me",
        "/Users/me",
        "/api",
        "/api/",
        "/api/api/users/me",
        "/api/docs/swagger-ui.css",
        "/users/%6de/x",
        "/nothing",
        "/demo/nothing.js",
    ] {
        let answer = anyone.get(path);
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{path}");
    }
    let wrong_method = anyone.post("/users/me", &json!({}));
    assert_eq!((wrong_method.status, wrong_method.code().as_str()), (405, "method_not_allowed"));
    assert_eq!(wrong_method.header("allow"), "DELETE, GET, HEAD, OPTIONS, PUT");
    assert_eq!(anyone.get("/auth/login").header("allow"), "OPTIONS, POST");
}

#[test]
fn a_token_that_is_not_ours_is_refused_with_a_challenge() {
    let anyone = Anonymous::at(server::shared());
    let token = anyone.become_somebody().token;
    let (signed, _) = token.rsplit_once('.').unwrap();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiIxIn0.";
    for (authorization, code) in [
        ("Basic YTpi".to_owned(), "token_required"),
        ("Bearer".to_owned(), "token_malformed"),
        ("Bearer a.b".to_owned(), "token_malformed"),
        (format!("Bearer {none}"), "token_algorithm_not_allowed"),
        (format!("Bearer {signed}.{}", "A".repeat(43)), "token_signature_invalid"),
        (format!("Bearer {token} {token}"), "token_malformed"),
    ] {
        let answer = anyone.get_with_authorization("/users/me", &authorization);
        assert_eq!((answer.status, answer.code().as_str()), (401, code), "{authorization}");
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer:?}");
    }
    let missing = anyone.get("/users/me");
    assert_eq!((missing.status, missing.code().as_str()), (401, "token_required"));
}

#[test]
fn a_log_in_wants_a_password_and_exactly_one_name() {
    let anyone = Anonymous::at(server::shared());
    let refused = |body: Value| {
        let answer = anyone.post("/auth/login", &body);
        assert_eq!((answer.status, answer.code().as_str()), (400, "validation_failed"), "{body}");
        answer.faults()
    };
    let fault = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    assert_eq!(refused(json!({})), [fault("identifier", "required"), fault("password", "required")]);
    let two = json!({ "username": "ada", "email": "ada@example.com", "password": "x" });
    assert_eq!(refused(two), [fault("email", "conflicting")]);
    assert_eq!(refused(json!({ "username": "ada", "password": 5 })), [fault("password", "invalid_type")]);
    for hopeless in ["", "short", &"x".repeat(10_000), "nul\u{0}"] {
        let answer = anyone.post("/auth/login", &json!({ "username": fresh_name(), "password": hopeless }));
        assert_eq!((answer.status, answer.code().as_str()), (401, "invalid_credentials"), "{hopeless:?}");
    }
}

#[test]
fn a_login_for_an_unknown_application_is_told_only_to_those_with_the_password() {
    let anyone = Anonymous::at(server::shared());
    let ada = anyone.become_somebody();
    let log_in = |password: &str| {
        let body = json!({ "username": ada.name, "password": password, "application_id": "nowhere" });
        anyone.post("/auth/login", &body)
    };
    assert_eq!(log_in("not the password").code(), "invalid_credentials");
    let answer = log_in(&ada.password);
    assert_eq!(answer.status, 400);
    assert_eq!(answer.faults(), [("application_id".to_owned(), "unknown_application".to_owned())]);
}
