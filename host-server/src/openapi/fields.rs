//! Schemas of the fields that several bodies take, as exact as core reads them.

use serde_json::{Value, json};

/// Unicode's category Cc is all that some fields refuse.
const NO_CONTROL_CHARACTERS: &str = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$";

pub(super) fn username() -> Value {
    json!({
        "type": "string",
        "description": "3 to 32 of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit. Unique without \
            regard to case.",
        "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{2,31}$",
        "examples": ["ada"],
    })
}

pub(super) fn email() -> Value {
    const ATOM: &str = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
    const LABEL: &str = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    json!({
        "type": "string",
        "description": "An address with a dotted domain, in ASCII. Stored in lower case.",
        "format": "email",
        // At most 64 characters before the `@`; the last label of the domain is no number.
        "pattern": format!("^(?=[^@]{{1,64}}@){ATOM}(\\.{ATOM})*@({LABEL}\\.)+(?![0-9]+$){LABEL}$"),
        "maxLength": 254,
        "examples": ["ada@example.com"],
    })
}

/// A password that is to be set.
pub(super) fn new_password() -> Value {
    json!({
        "type": "string",
        "description": "8 to 128 characters after NFC (the operator may ask for more than 8), no control \
            characters. Not among the commonest, not one's own name or address.",
        "format": "password",
        "minLength": 8,
        "maxLength": 128,
        "pattern": NO_CONTROL_CHARACTERS,
        "examples": ["the analytical engine"],
    })
}

/// A password that was set once. Nothing is asked of it but that it is there.
pub(super) fn password() -> Value {
    json!({ "type": "string", "format": "password", "examples": ["the analytical engine"] })
}

/// A part of a person's name.
pub(super) fn person_name(description: &str, example: &str) -> Value {
    json!({
        "type": "string",
        "description": description,
        "minLength": 1,
        "maxLength": 100,
        "pattern": NO_CONTROL_CHARACTERS,
        "examples": [example],
    })
}

pub(super) fn phone() -> Value {
    // Of spaces and dashes the typographic ones too.
    const SEPARATOR: &str =
        "[ \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000\\u2010-\\u2015\\u2212.()\\[\\]-]";
    json!({
        "type": "string",
        "description": "`+` and 7 to 15 digits (E.164), or 5 to 15 digits. Spaces, dashes, dots and brackets \
            are left out.",
        "pattern": format!("^{SEPARATOR}*(\\+{SEPARATOR}*([0-9]{SEPARATOR}*){{7,15}}|([0-9]{SEPARATOR}*){{5,15}})$"),
        "examples": ["+44 20 7123 4567"],
    })
}

/// Any text.
pub(super) fn text(description: &str, example: &str) -> Value {
    json!({ "type": "string", "description": description, "examples": [example] })
}
