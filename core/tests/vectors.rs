//! Runs the vector files of `tests/vectors` that values and hashes answer to, natively and on wasm32.
#![expect(clippy::unwrap_used, reason = "a test that meets a malformed file must fail")]

use std::borrow::Cow;

use countersign_core::email::Email;
use countersign_core::name::PersonName;
use countersign_core::password::{
    Argon2Cost, Argon2Workspace, Argon2idInput, Password, PasswordContext, PasswordHash,
};
use countersign_core::phone::Phone;
use countersign_core::rejection::{Code, Fault};
use countersign_core::username::Username;
use serde_json::Value;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Holds what `run` makes of each case against what the file says of it, and shows all that differ. Either
/// side is `value …` or `code …`, so that a text can never pass for a refusal.
fn hold(file: &str, run: impl Fn(&Value) -> Result<Value, Code>) {
    let file: Value = serde_json::from_str(file).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    let differing: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let expected = match case["valid"].as_bool().unwrap() {
                true => format!("value {}", expectation(case)),
                false => format!("code {}", text(case, "code").unwrap()),
            };
            let seen = match run(case) {
                Ok(value) => format!("value {value}"),
                Err(code) => format!("code {code}"),
            };
            (expected != seen).then(|| format!("{case}\n  expected {expected}\n  seen     {seen}"))
        })
        .collect();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}

/// What a valid case promises: its value, or for a hash everything but its input.
fn expectation(case: &Value) -> Value {
    let mut members = case.as_object().unwrap().clone();
    match members.remove("value") {
        Some(value) => value,
        None => {
            members.retain(|name, _| !matches!(name.as_str(), "input" | "valid" | "password" | "source"));
            Value::Object(members)
        }
    }
}

fn text<'a>(case: &'a Value, member: &str) -> Option<&'a str> {
    case.get(member).map(|value| value.as_str().unwrap())
}

/// Runs a parser of one text. Its fault must name its field; all but one message are constants, so that
/// they cannot repeat what was typed.
fn parsed<T>(
    field: &'static str,
    parse: impl Fn(&str) -> Result<T, Fault>,
    value: impl Fn(&T) -> &str,
) -> impl Fn(&Value) -> Result<Value, Code> {
    move |case| match parse(text(case, "input").unwrap()) {
        Ok(parsed) => Ok(Value::from(value(&parsed))),
        Err(fault) => {
            assert_eq!(fault.field, field);
            let constant = matches!(fault.message, Cow::Borrowed(_));
            assert!(constant || case.get("min_length").is_some(), "{case}: {}", fault.message);
            Err(fault.code)
        }
    }
}

#[test]
fn email() {
    let run = parsed("email", Email::parse, Email::as_str);
    hold(include_str!("../../tests/vectors/email.json"), run);
}

#[test]
fn username() {
    let run = parsed("username", Username::parse, Username::as_str);
    hold(include_str!("../../tests/vectors/username.json"), run);
}

#[test]
fn phone() {
    hold(include_str!("../../tests/vectors/phone.json"), parsed("phone", Phone::parse, Phone::as_str));
}

#[test]
fn name() {
    hold(include_str!("../../tests/vectors/name.json"), |case| {
        let field = match text(case, "field") {
            Some("first_name") => "first_name",
            Some("last_name") => "last_name",
            other => {
                assert_eq!(other, None);
                "name"
            }
        };
        parsed(field, |text| PersonName::parse(field, text), PersonName::as_str)(case)
    });
}

#[test]
fn password() {
    hold(include_str!("../../tests/vectors/password.json"), |case| {
        let min_length = case.get("min_length").map_or(8, |length| length.as_u64().unwrap());
        let context = PasswordContext {
            min_length: min_length.try_into().unwrap(),
            username: text(case, "username"),
            email: text(case, "email"),
        };
        let run = parsed("password", |text| Password::parse(text, context), |password| password.expose());
        let seen = run(case);
        if let Ok(value) = &seen {
            // What was set is what a log-in with the same keystrokes is held against.
            assert_eq!(Password::prepare(text(case, "input").unwrap()).expose(), value.as_str().unwrap());
        }
        seen
    });
}

#[test]
fn phc() {
    hold(include_str!("../../tests/vectors/phc.json"), |case| {
        let hash = PasswordHash::parse(text(case, "input").unwrap())?;
        assert_eq!(hash.as_str(), text(case, "input").unwrap());
        let mut seen = serde_json::json!({
            "memory_kib": hash.cost().memory_kib(),
            "iterations": hash.cost().iterations(),
            "parallelism": hash.cost().parallelism(),
            "needs_rehash": hash.needs_rehash(&Argon2Cost::default()),
        });
        if let Some(password) = text(case, "password") {
            let matches = Argon2Workspace::new().verify(&Password::prepare(password), &hash);
            seen["matches"] = matches.into();
        }
        Ok(seen)
    });
}

/// RFC 9106 section 5.3.
#[test]
fn argon2id_of_rfc_9106() {
    let expected = [
        0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53, 0xc9, 0xd0,
        0x1e, 0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01, 0xe6, 0x59,
    ];
    let input = Argon2idInput {
        password: &[1; 32],
        salt: &[2; 16],
        secret: &[3; 8],
        associated_data: &[4; 12],
        cost: Argon2Cost::new(32, 3, 4).unwrap(),
        output_len: 32,
    };
    let mut workspace = Argon2Workspace::new();
    assert_eq!(workspace.argon2id(input).as_deref(), Some(expected.as_slice()));
    // Memory that has been used before changes nothing, and every input counts.
    let bigger = Argon2Cost::new(64, 1, 1).unwrap();
    workspace.argon2id(Argon2idInput { cost: bigger, ..input });
    assert_eq!(workspace.argon2id(input).as_deref(), Some(expected.as_slice()));
    assert_ne!(
        workspace.argon2id(Argon2idInput { secret: &[], ..input }).as_deref(),
        Some(expected.as_slice())
    );
    assert_ne!(
        workspace.argon2id(Argon2idInput { associated_data: &[], ..input }).as_deref(),
        Some(expected.as_slice())
    );
}

#[test]
fn argon2id_takes_only_the_lengths_it_is_made_for() {
    let input = Argon2idInput {
        password: &[],
        salt: &[0; 8],
        secret: &[],
        associated_data: &[0; 32],
        cost: Argon2Cost::new(8, 1, 1).unwrap(),
        output_len: 4,
    };
    let mut workspace = Argon2Workspace::new();
    assert_eq!(workspace.argon2id(input).map(|tag| tag.len()), Some(4));
    assert_eq!(workspace.argon2id(Argon2idInput { salt: &[0; 7], ..input }), None);
    assert_eq!(workspace.argon2id(Argon2idInput { output_len: 3, ..input }), None);
    assert_eq!(workspace.argon2id(Argon2idInput { associated_data: &[0; 33], ..input }), None);
}
