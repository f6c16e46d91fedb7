//! What admins do to applications and their roles.

use countersign_core::permission::Permission;
use countersign_core::rejection::Code;
use serde_json::{Value, json};
use warp::http::StatusCode;

use super::body::RequestBody;
use super::description::{Description, Place, Theme};
use super::fields;
use super::parameters::{self, Parameter};
use crate::ops::views::{Application, RoleDefinition};
use crate::ops::{APPLICATION_FIELDS, APPLICATION_PATCH_FIELDS, ROLE_FIELDS};
use crate::routes::Operation;

pub(super) static THEME: Theme = Theme {
    tag: "Applications",
    text: "What admins do to applications and their roles. Wants a token of the application `default`.",
    operations: &[
        (Operation::ListApplications, list),
        (Operation::CreateApplication, create),
        (Operation::ShowApplication, show),
        (Operation::UpdateApplication, update),
        (Operation::DeleteApplication, delete),
        (Operation::ListRoles, list_roles),
        (Operation::DefineRole, define_role),
        (Operation::DeleteRole, delete_role),
    ],
};

fn list(_: Place) -> Description {
    Description::new("List the applications", "Every application, by id.")
        .answers_pages_of::<Application>("ApplicationPage", application())
}

fn create(place: Place) -> Description {
    let id = json!({
        "type": "string",
        "description": "1 to 64 of `A-Z a-z 0-9 _ -`; made up where none is given.",
        "pattern": "^[A-Za-z0-9_-]{1,64}$",
        "examples": ["app_12345"],
    });
    let body =
        RequestBody::new("NewApplication", APPLICATION_FIELDS, json!({ "id": "app_12345", "name": "Notes" }))
            .optional("id", id)
            .required("name", name());
    Description::new("Make an application", "Makes something that users can register with and log in to.")
        .takes(body)
        .answers::<Application>(StatusCode::CREATED, application())
        .refused_with(&[Code::UnknownField, Code::ApplicationExists, Code::Overloaded])
        .leads_to(place, Operation::ShowApplication, json!({ "application_id": "$response.body#/id" }))
}

fn show(_: Place) -> Description {
    Description::new("Show an application", "Shows one application.")
        .with(parameters::application_id())
        .answers::<Application>(StatusCode::OK, application())
        .refused_with(&[Code::ApplicationNotFound])
}

fn update(_: Place) -> Description {
    let status = json!({
        "type": "string",
        "description": "Nobody logs in to, registers with or refreshes a session of a disabled application.",
        "enum": ["active", "disabled"],
    });
    let body = RequestBody::new("ApplicationPatch", APPLICATION_PATCH_FIELDS, json!({ "name": "Notes" }))
        .omissible("name", name())
        .omissible("status", status)
        .that_may_be_left_out();
    Description::new(
        "Change an application",
        "Gives an application another name or status. What is left out stays as it is. `default` can't be disabled.",
    )
    .with(parameters::application_id())
    .takes(body)
    .answers::<Application>(StatusCode::OK, application())
    .refused_with(&[
        Code::UnknownField,
        Code::ApplicationNotFound,
        Code::ApplicationProtected,
        Code::Overloaded,
    ])
}

fn delete(_: Place) -> Description {
    Description::new(
        "Delete an application",
        "Ends its sessions and removes its roles, who holds them, and its custom data. Its users stay, and belong to \
         `default`, which can't be deleted.",
    )
    .with(parameters::application_id())
    .refused_with(&[Code::ApplicationNotFound, Code::ApplicationProtected, Code::Overloaded])
}

fn list_roles(_: Place) -> Description {
    Description::new("List the roles", "Every role of an application by name, the built-in ones among them.")
        .with(parameters::application_id())
        .answers_pages_of::<RoleDefinition>("RolePage", role())
        .refused_with(&[Code::ApplicationNotFound])
}

fn define_role(_: Place) -> Description {
    let part = |description: &str, example: &str| {
        json!({
            "type": "string",
            "description": description,
            "minLength": 1,
            "maxLength": Permission::LENGTH_MAX,
            // A star stands alone.
            "pattern": "^([^*\\u0000-\\u001f\\u007f-\\u009f]+|\\*)$",
            "examples": [example],
        })
    };
    let permission = json!({
        "type": "object",
        "properties": {
            "action": part("What may be done; `*` for everything.", "read"),
            "resource": part("To what; `*` for everything.", "Task"),
        },
        "required": ["action", "resource"],
        "additionalProperties": false,
    });
    let permissions = json!({
        "type": "array",
        "description": "All that the role permits.",
        "items": permission,
        "maxItems": Permission::PER_ROLE_MAX,
    });
    let example = json!({ "permissions": [{ "action": "read", "resource": "Task" }] });
    Description::new(
        "Define a role",
        "Says what a role permits, in place of what it permitted before. Who holds it feels that at the next request. \
         The built-in roles can't be changed, nor may another be called like them in other letter case.",
    )
    .with(parameters::application_id())
    .with(role_in_path())
    .takes(RequestBody::new("NewRole", ROLE_FIELDS, example).required("permissions", permissions))
    .answers::<RoleDefinition>(StatusCode::OK, role())
    .refused_with(&[Code::UnknownField, Code::ApplicationNotFound, Code::RoleBuiltIn, Code::Overloaded])
}

fn delete_role(_: Place) -> Description {
    Description::new(
        "Delete a role",
        "Removes a role and takes it from everybody. Who thereby no longer belongs to the application is logged out \
         of it.",
    )
    .with(parameters::application_id())
    .with(role_in_path())
    .refused_with(&[Code::ApplicationNotFound, Code::RoleNotFound, Code::RoleBuiltIn, Code::Overloaded])
}

/// The name of a role.
pub(super) fn role_name() -> Value {
    json!({
        "type": "string",
        "description": "1 to 64 of `A-Z a-z 0-9 _ -`.",
        "pattern": "^[A-Za-z0-9_-]{1,64}$",
        "examples": ["editor"],
    })
}

fn role_in_path() -> Parameter {
    Parameter::path("role", "The name of the role.", role_name())
}

fn name() -> Value {
    fields::person_name("What people call it.", "Notes")
}

fn application() -> Value {
    json!({ "id": "app_12345", "name": "Notes", "status": "active", "created_at": "2026-01-31T12:00:00Z" })
}

fn role() -> Value {
    json!({
        "role": "reviewer", "permissions": [{ "action": "read", "resource": "Task" }], "built_in": false,
    })
}
