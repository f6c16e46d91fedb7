//! The form that changes one's account.

use countersign_core::email::Email;
use countersign_core::field::Field;
use countersign_core::name::PersonName;
use countersign_core::phone::Phone;
use countersign_core::profile::{AskedPassword, Edit, ProfileForm, ProfileUpdate, StoredProfile};
use countersign_core::username::Username;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer;
use crate::fields::unpack;
use crate::forms::{Member, object, text};

/// An update of a profile: `packed` holds the members of the form in the order of [`ProfileForm`], then what the account
/// has so far in that of [`StoredProfile`].
#[wasm_bindgen(js_name = validateProfile)]
pub fn validate_profile(packed: &str, password_min_length: u16) -> String {
    let mut fields = unpack(packed);
    let mut next = || fields.next().unwrap_or_default();
    let form = ProfileForm {
        username: next(),
        email: next(),
        password: next(),
        current_password: next(),
        name: next(),
        first_name: next(),
        last_name: next(),
        phone: next(),
    };
    let [username, email, name, first_name, last_name, phone] = std::array::from_fn(|_| next());
    let stored = StoredProfile {
        // Of a username that is not known, one cannot say that there is none.
        username: if matches!(username, Field::Null) {
            None
        } else {
            Some(known(&username).unwrap_or_default())
        },
        email: known(&email).unwrap_or_default(),
        name: known(&name),
        first_name: known(&first_name),
        last_name: known(&last_name),
        phone: known(&phone),
    };
    let update = ProfileUpdate::parse(&form, stored, password_min_length);
    let settled = update.and_then(|update| match update.password {
        Some(AskedPassword { new: Err(fault), .. }) => Err(vec![fault]),
        _ => Ok(update),
    });
    match settled {
        Ok(update) => answer::value(&changes(&update)),
        Err(faults) => answer::issues(&faults),
    }
}

fn known<'a>(field: &'a Field<'_>) -> Option<&'a str> {
    field.optional("account").ok().flatten()
}

/// What changes, as a request to update spells it.
fn changes(update: &ProfileUpdate) -> String {
    let password = update.password.as_ref().and_then(|asked| asked.new.as_ref().ok());
    object([
        ("username", text(update.username.as_ref().map(Username::as_str))),
        ("email", text(update.email.as_ref().map(Email::as_str))),
        ("password", text(password.map(|password| password.expose()))),
        ("current_password", text(update.current_password.as_ref().map(|current| current.expose()))),
        ("name", edited(&update.name, PersonName::as_str)),
        ("first_name", edited(&update.first_name, PersonName::as_str)),
        ("last_name", edited(&update.last_name, PersonName::as_str)),
        ("phone", edited(&update.phone, Phone::as_str)),
    ])
}

fn edited<T>(edit: &Edit<T>, text: fn(&T) -> &str) -> Member<'_> {
    match edit {
        Edit::Keep => None,
        Edit::Clear => Some(None),
        Edit::Set(value) => Some(Some(text(value))),
    }
}
