//! Who may do what in an application.

use countersign_core::rejection::Code;
use serde_json::json;
use warp::http::StatusCode;

use super::body::RequestBody;
use super::description::{Description, Place, Theme};
use super::parameters::{self, Parameter};
use super::{applications, fields};
use crate::ops::ASSIGNMENT_FIELDS;
use crate::ops::views::{AssignedRole, Message, Permitted};
use crate::routes::Operation;

pub(super) static THEME: Theme = Theme {
    tag: "Roles",
    text: "Who may do what in an application. Every application has the roles `admin` (may do everything), `editor` \
           (may read and write everything), `viewer` (may read everything) and `user` (may do nothing), and those that \
           admins define. They say nothing of the admin routes, which the `role` of the User is for.",
    operations: &[
        (Operation::CheckPermission, check),
        (Operation::AssignRole, assign),
        (Operation::ListAssignedRoles, list),
        (Operation::RevokeRole, revoke),
    ],
};

fn check(_: Place) -> Description {
    let word = |example| json!({ "type": "string", "minLength": 1, "examples": [example] });
    Description::new(
        "Check a permission",
        "Whether the caller's roles in the application of their token permit something. A role that was given or taken \
         counts from the next request on. `*` is asked literally: only who may do everything may do it.",
    )
    .with(Parameter::query("action", "What is to be done.", word("read")))
    .with(Parameter::query("resource", "To what.", word("Task")))
    .answers::<Permitted>(StatusCode::OK, json!({ "permitted": true }))
    .refused_with(&[Code::ValidationFailed, Code::UnknownField])
}

fn assign(place: Place) -> Description {
    let example = json!({ "role": "editor", "application_id": "app_12345" });
    let application = "Where it counts; `default` where none is named.";
    let body = RequestBody::new("Assignment", ASSIGNMENT_FIELDS, example)
        .required("role", applications::role_name())
        .optional("application_id", fields::text(application, "app_12345"));
    Description::new(
        "Assign a role",
        "Gives a user a role in an application, by which they belong to it and may log in to it. One who holds it \
         already goes on doing so.",
    )
    .with(parameters::user_id())
    .takes(body)
    .answers::<Message>(StatusCode::OK, json!({ "message": "Role assigned successfully" }))
    .refused_with(&[Code::UserNotFound, Code::UnknownField, Code::Overloaded])
    .leads_to(
        place,
        Operation::RevokeRole,
        json!({ "user_id": "$request.path.user_id", "role": "$request.body#/role" }),
    )
}

fn list(_: Place) -> Description {
    let item =
        json!({ "role": "editor", "application_id": "app_12345", "created_at": "2026-01-31T12:00:00Z" });
    Description::new("List a user's roles", "The roles of a user in every application.")
        .with(parameters::user_id())
        .answers_pages_of::<AssignedRole>("AssignedRolePage", item)
        .refused_with(&[Code::UserNotFound])
}

fn revoke(_: Place) -> Description {
    let application = json!({ "type": "string", "default": "default", "examples": ["app_12345"] });
    Description::new(
        "Revoke a role",
        "Takes a role from a user. Who thereby no longer belongs to the application, being neither registered with it \
         nor holding another role in it, is logged out of it.",
    )
    .with(parameters::user_id())
    .with(Parameter::query("role", "Which.", applications::role_name()))
    .with(Parameter::query("application_id", "Of which application.", application).optional())
    .refused_with(&[
        Code::ValidationFailed,
        Code::UnknownField,
        Code::UserNotFound,
        Code::RoleNotFound,
        Code::Overloaded,
    ])
}
