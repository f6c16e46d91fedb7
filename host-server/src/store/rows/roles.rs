//! Roles of applications, and who holds them.

use countersign_core::id::ApplicationId;
use countersign_core::json::Document;
use countersign_core::permission::{Permission, Role, RoleName};
use countersign_core::role::AssignedRole;

use crate::store::StoreError;
use crate::store::value::{Columns, Row};

/// Reads a row of `ROLE` or `ROLES`.
pub(crate) fn role(row: Row) -> Result<Role, StoreError> {
    let mut columns = Columns::of(row, "roles");
    Ok(Role {
        name: columns.parsed("name", RoleName::parse)?,
        permissions: columns.parsed("permissions", permissions)?,
    })
}

/// Reads a row of `ROLES_OF_MEMBER`, which has no permissions where the role is built in.
pub(crate) fn held_role(row: Row) -> Result<Role, StoreError> {
    let mut columns = Columns::of(row, "role_assignments");
    let name = columns.parsed("role", RoleName::parse)?;
    columns.enter("roles");
    Ok(Role::of(name, columns.optional_parsed("permissions", permissions)?))
}

/// Reads a row of `ASSIGNMENTS_OF_USER`.
pub(crate) fn assigned_role(row: Row) -> Result<AssignedRole, StoreError> {
    let mut columns = Columns::of(row, "role_assignments");
    Ok(AssignedRole {
        role: columns.parsed("role", RoleName::parse)?,
        application: columns.parsed("application_id", ApplicationId::parse)?,
        created_at: columns.moment("created_at")?,
    })
}

/// Reads the row of `ROLE_ASSIGNED`.
pub(crate) fn is_any_held(row: Row) -> Result<bool, StoreError> {
    Ok(Columns::of(row, "role_assignments").count("role")? > 0)
}

fn permissions(text: &str) -> Option<Vec<Permission>> {
    let document = Document::parse(text.as_bytes()).ok()?;
    Permission::parse_list(Some(document.root())).ok()
}
