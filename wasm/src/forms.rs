//! Forms, field by field and as a whole.

use std::borrow::Cow;

use countersign_core::email::Email;
use countersign_core::field::Field;
use countersign_core::password::{Password, PasswordContext};
use countersign_core::register::{Registration, RegistrationForm, RegistrationRules};
use countersign_core::rejection::Fault;
use countersign_core::username::Username;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer;

/// The e-mail address as it is stored, or its fault.
#[wasm_bindgen(js_name = validateEmail)]
pub fn validate_email(typed: &str) -> String {
    let email = Field::from(typed).required("email").and_then(Email::parse);
    single(email, |email| email.as_str())
}

/// The username as it is stored, or its fault.
#[wasm_bindgen(js_name = validateUsername)]
pub fn validate_username(typed: &str) -> String {
    let username = Field::from(typed).required("username").and_then(Username::parse);
    single(username, |username| username.as_str())
}

/// The password as it is hashed, or its fault. `None` for names that are not known.
#[wasm_bindgen(js_name = validatePassword)]
pub fn validate_password(
    typed: &str,
    min_length: u16,
    username: Option<String>,
    email: Option<String>,
) -> String {
    let context = PasswordContext { min_length, username: username.as_deref(), email: email.as_deref() };
    let password = Field::from(typed).required("password").and_then(|typed| Password::parse(typed, context));
    single(password, |password| password.expose())
}

/// A whole registration: `fields` are the members of the form in the order of [`RegistrationForm`].
#[wasm_bindgen(js_name = validateRegistration)]
pub fn validate_registration(
    fields: Vec<JsValue>,
    username_required: bool,
    password_min_length: u16,
) -> String {
    let mut fields = fields.iter().map(field);
    let mut next = || fields.next().unwrap_or_default();
    let form = RegistrationForm {
        username: next(),
        email: next(),
        password: next(),
        name: next(),
        first_name: next(),
        last_name: next(),
        phone: next(),
        application_id: next(),
    };
    match Registration::parse(&form, RegistrationRules { username_required, password_min_length }) {
        Ok(registration) => answer::value(&members(&registration)),
        Err(faults) => answer::issues(&faults),
    }
}

fn field(value: &JsValue) -> Field<'static> {
    match value.as_string() {
        Some(text) => Field::Text(Cow::Owned(text)),
        None if value.is_undefined() => Field::Absent,
        None if value.is_null() => Field::Null,
        None => Field::Other,
    }
}

fn single<T>(parsed: Result<T, Fault>, stored: impl Fn(&T) -> &str) -> String {
    match parsed {
        Ok(value) => answer::text(stored(&value)),
        Err(fault) => answer::issues(&[fault]),
    }
}

/// The members that are there, as a request to register spells them.
fn members(registration: &Registration) -> String {
    let given = [
        ("username", registration.username.as_ref().map(Username::as_str)),
        ("email", Some(registration.email.as_str())),
        ("password", Some(registration.password.expose())),
        ("name", registration.name.as_ref().map(|name| name.as_str())),
        ("first_name", registration.first_name.as_ref().map(|name| name.as_str())),
        ("last_name", registration.last_name.as_ref().map(|name| name.as_str())),
        ("phone", registration.phone.as_ref().map(|phone| phone.as_str())),
        ("application_id", registration.application.as_ref().map(|id| id.as_str())),
    ];
    let mut json = String::from("{");
    for (name, text) in given {
        if let Some(text) = text {
            if json.len() > 1 {
                json.push(',');
            }
            answer::push_text(&mut json, name);
            json.push(':');
            answer::push_text(&mut json, text);
        }
    }
    json.push('}');
    json
}
