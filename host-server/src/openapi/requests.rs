//! What the document says of request bodies. They are read field by field and have no type of their own, so
//! a test holds what is said here to the fields that are read.

use serde_json::{Value, json};

use crate::call::Mount;
use crate::ops::{LOGIN_FIELDS, REGISTRATION_FIELDS};
use crate::routes::{Operation, Route};

const REGISTRATION: &str = "Registration";
const NAMELESS_REGISTRATION: &str = "RegistrationWithOptionalUsername";
const LOGIN: &str = "Login";

/// The body that a row takes; `None` where it takes none.
pub(super) fn body(route: &Route, mount: Mount) -> Option<Value> {
    let (schema, example) = match route.operation {
        Operation::Register if route.requires_username(mount) => (REGISTRATION, registration_example()),
        Operation::Register => (NAMELESS_REGISTRATION, registration_example()),
        Operation::LogIn => (LOGIN, json!({ "username": "ada", "password": "the analytical engine" })),
        _ => return None,
    };
    Some(json!({
        "required": true,
        "content": {
            "application/json": {
                "schema": { "$ref": format!("#/components/schemas/{schema}") },
                "example": example,
            },
        },
    }))
}

/// The schemas of all bodies.
pub(super) fn schemas() -> [(&'static str, Value); 3] {
    let mut login = object(LOGIN_FIELDS, login_field, &["password"]);
    login["oneOf"] = json!([
        { "required": ["username"] },
        { "required": ["email"] },
        { "required": ["identifier"] },
    ]);
    [
        (REGISTRATION, object(REGISTRATION_FIELDS, registration_field, &["username", "email", "password"])),
        (NAMELESS_REGISTRATION, object(REGISTRATION_FIELDS, registration_field, &["email", "password"])),
        (LOGIN, login),
    ]
}

fn registration_example() -> Value {
    json!({
        "username": "ada",
        "email": "ada@example.com",
        "password": "the analytical engine",
        "first_name": "Ada",
        "last_name": "Lovelace",
    })
}

fn object(fields: &[&str], describe: impl Fn(&str) -> Option<Value>, required: &[&str]) -> Value {
    let mut properties = json!({});
    for field in fields {
        let mut property = describe(field).unwrap_or_default();
        // What may be left out may be null too, which means the same.
        property["type"] = if required.contains(field) { json!("string") } else { json!(["string", "null"]) };
        properties[*field] = property;
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn registration_field(name: &str) -> Option<Value> {
    Some(match name {
        "username" => json!({
            "description": "3 to 32 of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit. Unique without \
                regard to case.",
            "minLength": 3, "maxLength": 32, "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$", "examples": ["ada"],
        }),
        "email" => json!({
            "description": "An address with a dotted domain, in ASCII. Stored in lower case.",
            "format": "email", "maxLength": 254, "examples": ["ada@example.com"],
        }),
        "password" => json!({
            "description": "8 to 128 characters after NFC (the operator may ask for more than 8). Not among \
                the commonest, not one's own name or address.",
            "format": "password", "minLength": 8, "examples": ["the analytical engine"],
        }),
        "name" => person_name("The full name.", "Ada Lovelace"),
        "first_name" => person_name("The first name.", "Ada"),
        "last_name" => person_name("The last name.", "Lovelace"),
        "phone" => json!({
            "description": "`+` and 7 to 15 digits (E.164), or 5 to 15 digits. Spaces, dashes, dots and \
                brackets are left out.",
            "examples": ["+44 20 7123 4567"],
        }),
        "application_id" => application("The application to join; `default` where none is named."),
        _ => return None,
    })
}

/// At log-in nothing is asked of a value but that it is there: one that could be nobody's is just wrong.
fn login_field(name: &str) -> Option<Value> {
    Some(match name {
        "username" => json!({ "description": "A username or an e-mail address.", "examples": ["ada"] }),
        "email" => {
            json!({ "description": "A username or an e-mail address.", "examples": ["ada@example.com"] })
        }
        "identifier" => json!({ "description": "A username or an e-mail address.", "examples": ["ada"] }),
        "password" => json!({ "format": "password", "examples": ["the analytical engine"] }),
        "application_id" => {
            application("The application that the token is for; the one registered with where none is named.")
        }
        "mfa_code" => json!({ "description": "The code of the second factor.", "examples": ["123456"] }),
        "recovery_code" => json!({ "description": "One of the recovery codes." }),
        "device_token" => json!({
            "description": "The `device_token` of an earlier log-in from this device. It replaces neither \
                password nor second factor.",
        }),
        _ => return None,
    })
}

fn person_name(description: &str, example: &str) -> Value {
    json!({ "description": description, "maxLength": 100, "examples": [example] })
}

fn application(description: &str) -> Value {
    json!({ "description": description, "examples": ["default"] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_is_read_is_described() {
        for field in REGISTRATION_FIELDS {
            assert!(registration_field(field).is_some(), "{field}");
        }
        for field in LOGIN_FIELDS {
            assert!(login_field(field).is_some(), "{field}");
        }
    }

    #[test]
    fn only_s1s_registration_may_leave_the_username_out() {
        for route in crate::routes::ROUTES {
            for &mount in route.mounts.all() {
                let Some(body) = body(route, mount) else { continue };
                let reference = body["content"]["application/json"]["schema"]["$ref"].to_string();
                let lenient = route.path == "/users/register" && mount == Mount::Api;
                assert_eq!(reference.contains(NAMELESS_REGISTRATION), lenient, "{}", route.path);
            }
        }
    }
}
