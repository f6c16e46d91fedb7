//! Forms, field by field and as a whole.

use countersign_core::email::Email;
use countersign_core::field::Field;
use countersign_core::name::PersonName;
use countersign_core::password::{Password, PasswordContext};
use countersign_core::phone::Phone;
use countersign_core::register::{Registration, RegistrationForm, RegistrationRules};
use countersign_core::rejection::Fault;
use countersign_core::username::Username;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer;
use crate::fields::unpack;

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

/// The password as it is hashed, or its fault: `packed` (see `fields`) holds it, the username and the e-mail address, of
/// which the last two may be absent.
#[wasm_bindgen(js_name = validatePassword)]
pub fn validate_password(packed: &str, min_length: u16) -> String {
    let mut fields = unpack(packed);
    let [typed, username, email] = std::array::from_fn(|_| fields.next().unwrap_or_default());
    let context = PasswordContext {
        min_length,
        username: username.optional("username").ok().flatten(),
        email: email.optional("email").ok().flatten(),
    };
    let password = typed.required("password").and_then(|typed| Password::parse(typed, context));
    single(password, |password| password.expose())
}

/// A whole registration: `packed` (see `fields`) holds the members of the form in the order of [`RegistrationForm`].
#[wasm_bindgen(js_name = validateRegistration)]
pub fn validate_registration(packed: &str, username_required: bool, password_min_length: u16) -> String {
    let mut fields = unpack(packed);
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

fn single<T>(parsed: Result<T, Fault>, stored: impl Fn(&T) -> &str) -> String {
    match parsed {
        Ok(value) => answer::text(stored(&value)),
        Err(fault) => answer::issues(&[fault]),
    }
}

/// The members that are there, as a request to register spells them.
fn members(registration: &Registration) -> String {
    object([
        ("username", text(registration.username.as_ref().map(Username::as_str))),
        ("email", text(Some(registration.email.as_str()))),
        ("password", text(Some(registration.password.expose()))),
        ("name", text(registration.name.as_ref().map(PersonName::as_str))),
        ("first_name", text(registration.first_name.as_ref().map(PersonName::as_str))),
        ("last_name", text(registration.last_name.as_ref().map(PersonName::as_str))),
        ("phone", text(registration.phone.as_ref().map(Phone::as_str))),
        ("application_id", text(registration.application.as_ref().map(|id| id.as_str()))),
    ])
}

/// What a member becomes: nothing, `Some(None)` for null, or a text.
pub(crate) type Member<'a> = Option<Option<&'a str>>;

pub(crate) fn text(value: Option<&str>) -> Member<'_> {
    value.map(Some)
}

pub(crate) fn object(members: [(&str, Member<'_>); 8]) -> String {
    let mut json = String::from("{");
    for (name, member) in members {
        let Some(value) = member else { continue };
        if json.len() > 1 {
            json.push(',');
        }
        answer::push_text(&mut json, name);
        json.push(':');
        match value {
            Some(text) => answer::push_text(&mut json, text),
            None => json.push_str("null"),
        }
    }
    json.push('}');
    json
}
