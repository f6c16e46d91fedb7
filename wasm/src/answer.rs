//! How a call answers: a JSON array whose first item says what kind of answer it is.
//!
//! `["value", …]` what was asked for, `["issues", [[field, code, message], …]]` the faults of a form,
//! `["argument", code, message]` what JavaScript throws as a `TypeError`,
//! `["token", code, claim, wwwAuthenticate, message]` what it throws as a `TokenError`, and
//! `["unavailable", code, message]` what it throws as an `UnavailableError`. The claims of a token that is good are the
//! answer as they are, since an object is no array. Text and not objects built through
//! imports: one string crosses the boundary and the glue stays small.

pub(crate) use countersign_core::json::push_text;
#[cfg(any(feature = "passwords", feature = "tokens", feature = "totp"))]
use countersign_core::rejection::Code;
#[cfg(feature = "forms")]
use countersign_core::rejection::Fault;
#[cfg(feature = "tokens")]
use countersign_core::token::TokenError;

/// The answer with a value that is JSON text already.
pub(crate) fn value(json: &str) -> String {
    ["[\"value\",", json, "]"].concat()
}

/// The answer with a text as its value.
#[cfg(any(feature = "forms", feature = "passwords", feature = "sign", feature = "totp"))]
pub(crate) fn text(value: &str) -> String {
    let mut json = String::new();
    push_text(&mut json, value);
    self::value(&json)
}

/// The answer with the faults of a form.
#[cfg(feature = "forms")]
pub(crate) fn issues(faults: &[Fault]) -> String {
    let mut out = String::from("[\"issues\",[");
    for (index, fault) in faults.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_array(&mut out, &[Some(&fault.field), Some(fault.code.as_str()), Some(&fault.message)]);
    }
    out.push_str("]]");
    out
}

/// The answer to an argument that is wrong.
#[cfg(any(feature = "passwords", feature = "tokens", feature = "totp"))]
pub(crate) fn argument(code: Code, message: &str) -> String {
    let mut out = String::new();
    push_array(&mut out, &[Some("argument"), Some(code.as_str()), Some(message)]);
    out
}

/// The answer to a token that is refused.
#[cfg(feature = "tokens")]
pub(crate) fn token(error: &TokenError) -> String {
    let (header, message) = (error.www_authenticate(), error.to_string());
    let mut out = String::new();
    let places = [Some("token"), Some(error.code.as_str()), error.claim, Some(&header), Some(&message)];
    push_array(&mut out, &places);
    out
}

/// The answer of a verifier that cannot tell.
#[cfg(feature = "tokens")]
pub(crate) fn unavailable(code: Code) -> String {
    let mut out = String::new();
    push_array(&mut out, &[Some("unavailable"), Some(code.as_str()), Some(code.meaning())]);
    out
}

/// Appends an array of strings and nulls.
pub(crate) fn push_array(out: &mut String, items: &[Option<&str>]) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        match item {
            Some(text) => push_text(out, text),
            None => out.push_str("null"),
        }
    }
    out.push(']');
}
