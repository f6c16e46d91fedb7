//! Applications and their roles, and who holds them.

use countersign_core::application::{self, ApplicationStatus};
use countersign_core::permission::{self, Role};
use countersign_core::role;
use countersign_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::rfc3339;

/// What a token can be for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Application {
    /// 1 to 64 of `A-Z a-z 0-9 _ -`; the `aud` of its tokens.
    #[schema(example = "app_12345")]
    pub id: String,
    /// What people call it.
    #[schema(example = "Notes")]
    pub name: String,
    /// Whether one can log in to it.
    pub status: ApplicationStatusWord,
    /// When it was made.
    #[serde(serialize_with = "rfc3339")]
    #[schema(value_type = String, format = DateTime, example = "2026-01-31T12:00:00Z")]
    pub created_at: Timestamp,
}

/// Whether one can log in to an application.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ApplicationStatus)]
pub enum ApplicationStatusWord {
    /// One can.
    Active,
    /// Nobody can.
    Disabled,
}

impl From<application::Application> for Application {
    fn from(application: application::Application) -> Self {
        Self {
            id: application.id.to_string(),
            name: application.name.to_string(),
            status: match application.status {
                ApplicationStatus::Active => ApplicationStatusWord::Active,
                ApplicationStatus::Disabled => ApplicationStatusWord::Disabled,
            },
            created_at: application.created_at,
        }
    }
}

/// A role of an application.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleDefinition {
    /// Its name.
    #[schema(example = "reviewer")]
    pub role: String,
    /// What its holders may do.
    pub permissions: Vec<PermissionItem>,
    /// Whether every application has it, and nobody can change it.
    pub built_in: bool,
}

/// Leave to do something to something.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Permission)]
pub struct PermissionItem {
    /// What may be done; `*` for everything.
    #[schema(example = "read")]
    pub action: String,
    /// To what; `*` for everything.
    #[schema(example = "Task")]
    pub resource: String,
}

impl From<Role> for RoleDefinition {
    fn from(role: Role) -> Self {
        Self {
            role: role.name.to_string(),
            built_in: role.name.is_built_in(),
            permissions: role.permissions.into_iter().map(PermissionItem::from).collect(),
        }
    }
}

impl From<permission::Permission> for PermissionItem {
    fn from(permission: permission::Permission) -> Self {
        Self { action: permission.action, resource: permission.resource }
    }
}

/// A role in the hands of a user.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssignedRole {
    /// Which.
    #[schema(example = "editor")]
    pub role: String,
    /// In which application it counts.
    #[schema(example = "app_12345")]
    pub application_id: String,
    /// Since when the user holds it.
    #[serde(serialize_with = "rfc3339")]
    #[schema(value_type = String, format = DateTime, example = "2026-01-31T12:00:00Z")]
    pub created_at: Timestamp,
}

impl From<role::AssignedRole> for AssignedRole {
    fn from(held: role::AssignedRole) -> Self {
        Self {
            role: held.role.to_string(),
            application_id: held.application.to_string(),
            created_at: held.created_at,
        }
    }
}

/// The answer of a permission check.
#[derive(Debug, Serialize, ToSchema)]
pub struct Permitted {
    /// Whether the caller may do it.
    pub permitted: bool,
}
