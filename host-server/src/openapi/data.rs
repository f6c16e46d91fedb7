//! What applications keep about a user.

use countersign_core::data::DataKey;
use countersign_core::rejection::Code;
use serde_json::{Value, json};
use warp::http::StatusCode;

use super::body::RequestBody;
use super::description::{Content, Description, Place, Theme};
use super::parameters::Parameter;
use crate::ops::DATA_FIELDS;
use crate::ops::views::{Datum, Message};
use crate::routes::Operation;

pub(super) static THEME: Theme = Theme {
    tag: "Custom data",
    text: "What an application keeps about its user, as JSON under keys. The application is the one that the token is \
           for; none sees what another keeps.",
    operations: &[
        (Operation::StoreDatum, store),
        (Operation::ListData, list),
        (Operation::ShowDatum, show),
        (Operation::DeleteDatum, delete),
    ],
};

fn store(place: Place) -> Description {
    let value = json!({
        "description": "Any JSON, up to 64 KiB as it is sent and 31 levels deep. No name may stand twice in an object. \
            It is given back byte for byte.",
        "examples": [preferences()],
    });
    let example = json!({ "key": "preferences", "value": preferences() });
    Description::new(
        "Store custom data",
        "Keeps a value under a key, in place of any other of that key. A user has room for 100 keys in an application, \
         and for 1 MiB in all applications together.",
    )
    .takes(RequestBody::new("NewDatum", DATA_FIELDS, example).required("key", key()).required("value", value))
    .answers::<Message>(StatusCode::OK, json!({ "message": "Custom data stored successfully" }))
    .refused_with(&[Code::UnknownField, Code::DataLimit, Code::Overloaded])
    .leads_to(place, Operation::ShowDatum, json!({ "key": "$request.body#/key" }))
}

fn list(_: Place) -> Description {
    let item = json!({ "key": "preferences", "size": 38, "updated_at": "2026-01-31T12:00:00Z" });
    Description::new("List the keys of custom data", "The keys in their order, without the values.")
        .answers_pages_of::<Datum>("DatumPage", item)
}

fn show(_: Place) -> Description {
    let content = Content::AnyJson { schema: json!({}), example: preferences() };
    Description::new("Show custom data", "The value as it was stored, byte for byte.")
        .with(key_in_path())
        .answers_with(StatusCode::OK, content)
        .refused_with(&[Code::DataNotFound])
}

fn delete(_: Place) -> Description {
    Description::new("Delete custom data", "Removes a key and what is kept under it.")
        .with(key_in_path())
        .refused_with(&[Code::DataNotFound, Code::Overloaded])
}

fn key() -> Value {
    json!({
        "type": "string",
        "description": "1 to 128 of `A-Z a-z 0-9 . _ -`, but not `.` or `..`.",
        "pattern": "^[A-Za-z0-9._-]+$",
        "not": { "enum": [".", ".."] },
        "minLength": 1,
        "maxLength": DataKey::LENGTH_MAX,
        "examples": ["preferences"],
    })
}

fn key_in_path() -> Parameter {
    Parameter::path("key", "What it is kept under.", key())
}

fn preferences() -> Value {
    json!({ "theme": "dark", "notifications": true })
}
