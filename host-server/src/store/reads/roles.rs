//! Roles of applications, and who holds them.

use countersign_core::id::{ApplicationId, UserId};
use countersign_core::permission::{Role, RoleName};
use countersign_core::role::AssignedRole;

use crate::store::{Store, StoreError, rows, sql};

impl Store {
    /// A role that was defined; `None` for a built-in one too.
    ///
    /// # Errors
    /// Where the store fails, as for every read.
    pub fn role(&self, application: &ApplicationId, role: &RoleName) -> Result<Option<Role>, StoreError> {
        self.read_one(
            sql::roles::ROLE,
            [application.as_str().into(), role.as_str().into()],
            rows::roles::role,
        )
    }

    /// Up to `limit` roles that were defined for an application, by name, from after the name `after` on.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn roles(
        &self,
        application: &ApplicationId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Role>, StoreError> {
        let parameters = [application.as_str().into(), after.unwrap_or_default().into(), limit.into()];
        self.read_all(sql::roles::ROLES, parameters, rows::roles::role)
    }

    /// Whether a user holds a role.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn role_assigned(
        &self,
        user: UserId,
        application: &ApplicationId,
        role: &RoleName,
    ) -> Result<bool, StoreError> {
        let parameters = [user.value().into(), application.as_str().into(), role.as_str().into()];
        let held = self.read_one(sql::roles::ROLE_ASSIGNED, parameters, rows::roles::is_any_held)?;
        Ok(held.unwrap_or_default())
    }

    /// The roles that a user holds in an application, the built-in ones as core has them.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn roles_held(&self, user: UserId, application: &ApplicationId) -> Result<Vec<Role>, StoreError> {
        let parameters = [user.value().into(), application.as_str().into()];
        self.read_all(sql::roles::ROLES_OF_MEMBER, parameters, rows::roles::held_role)
    }

    /// Up to `limit` roles that a user holds, by application and name, from after those two on.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn roles_of(
        &self,
        user: UserId,
        after: (&str, &str),
        limit: u32,
    ) -> Result<Vec<AssignedRole>, StoreError> {
        let parameters = [user.value().into(), after.0.into(), after.1.into(), limit.into()];
        self.read_all(sql::roles::ASSIGNMENTS_OF_USER, parameters, rows::roles::assigned_role)
    }
}
