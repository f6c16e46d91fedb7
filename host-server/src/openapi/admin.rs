//! What admins do to users.

use countersign_core::rejection::Code;
use serde_json::{Value, json};
use warp::http::StatusCode;

use super::body::RequestBody;
use super::description::{Description, Place, Theme};
use super::parameters::{self, Parameter};
use super::samples;
use crate::ops::USER_FIELDS;
use crate::ops::views::User;
use crate::routes::Operation;

pub(super) static THEME: Theme = Theme {
    tag: "Users",
    text: "What admins do to users. Wants a token of the application `default`.",
    operations: &[
        (Operation::ListUsers, list),
        (Operation::ShowUser, show),
        (Operation::ChangeUser, change),
        (Operation::DeleteUser, delete),
    ],
};

fn list(_: Place) -> Description {
    let text = json!({
        "type": "string", "maxLength": 254, "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$", "examples": ["ada"],
    });
    Description::new("List users", "The users, newest first, those who were deleted too.")
        .with(filter("status", "Users of this status.", &["active", "suspended", "deleted"]))
        .with(filter("role", "Users of this role.", &["user", "admin"]))
        .with(Parameter::query("q", PART_OF_NAME, text).optional())
        .answers_pages_of::<User>("UserPage", samples::user())
}

const PART_OF_NAME: &str = "Users whose username or e-mail address has this in it, in any letter case. No character has a meaning of its own.";

fn filter(name: &'static str, description: &'static str, words: &[&str]) -> Parameter {
    let schema = json!({ "type": "string", "enum": words });
    Parameter::query(name, description, schema).optional()
}

fn show(_: Place) -> Description {
    Description::new("Show a user", "Shows a user, one who was deleted too.")
        .with(parameters::user_id())
        .answers::<User>(StatusCode::OK, samples::user())
        .refused_with(&[Code::UserNotFound])
}

fn change(_: Place) -> Description {
    let body = RequestBody::new("UserChange", USER_FIELDS, json!({ "status": "suspended" }))
        .optional("status", word("`active` also restores a user who was deleted.", &["active", "suspended"]))
        .optional("role", word("Who may use the admin routes; felt at the next request.", &["user", "admin"]))
        .that_may_be_left_out();
    let example = samples::merged(samples::user(), json!({ "status": "suspended" }));
    Description::new(
        "Change a user",
        "Changes the status, the role or both. A user who is suspended or restored has no session afterwards. The last \
         active admin can be neither suspended nor demoted.",
    )
    .with(parameters::user_id())
    .takes(body)
    .answers::<User>(StatusCode::OK, example)
    .refused_with(&[Code::UnknownField, Code::UserNotFound, Code::LastAdmin])
}

fn word(description: &str, words: &[&str]) -> Value {
    json!({ "type": "string", "description": description, "enum": words })
}

fn delete(_: Place) -> Description {
    Description::new(
        "Delete a user",
        "Deletes a user's account. Its sessions end, and its names stay reserved. Again changes nothing.",
    )
    .with(parameters::user_id())
    .answers::<User>(StatusCode::OK, samples::deleted_user())
    .refused_with(&[Code::UserNotFound, Code::LastAdmin])
}
