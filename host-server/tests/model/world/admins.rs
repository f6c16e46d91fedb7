//! What admins do, as `ops::users`, `ops::assignments`, `ops::roles` and `ops::applications` do it.

use countersign_core::account::{AccountRole, AccountStatus};
use countersign_core::application::{
    self, ApplicationForm, ApplicationPatch, ApplicationStatus, NewApplication,
};
use countersign_core::lifecycle::{self, UserPatch};
use countersign_core::permission::{Permission, Role, RoleName};
use countersign_core::role::{self, Assignment, AssignmentStanding, RequestedRole};

use super::*;
use crate::operation::{App, Switch};

impl World {
    pub(super) fn administer(&mut self, step: &Operation) -> Told {
        match step {
            Operation::ChangeUser { by, user, status, admin } => {
                let by = self.admin(*by)?.account().id;
                let patch = UserPatch {
                    status: status.map(|status| match status {
                        Switch::On => AccountStatus::Active,
                        Switch::Off => AccountStatus::Suspended,
                    }),
                    role: admin.map(|admin| match admin {
                        Switch::On => AccountRole::Admin,
                        Switch::Off => AccountRole::User,
                    }),
                };
                let standing = self.lifecycle_standing(self.user_id(*user))?;
                self.settle(lifecycle::change(standing, patch, by, self.now))?;
            }
            Operation::DeleteUser { by, user } => {
                let by = self.admin(*by)?.account().id;
                let standing = self.lifecycle_standing(self.user_id(*user))?;
                self.settle(lifecycle::delete(standing, by, self.now))?;
            }
            Operation::AssignRole { by, user, role, application } => {
                let by = self.admin(*by)?.account().id;
                let (user, requested) = (self.user_id(*user), requested(role, application));
                let standing = self.assignment_standing(user, &requested)?;
                self.settle(role::assign(user, &requested, standing, by, self.now))?;
            }
            Operation::RevokeRole { by, user, role, application } => {
                let by = self.admin(*by)?.account().id;
                let (user, requested) = (self.user_id(*user), requested(role, application));
                let standing = self.assignment_standing(user, &requested)?;
                let held = standing.assigned.then(|| Assignment {
                    user,
                    application: application_id(application),
                    role: role_name(role),
                });
                self.settle(role::revoke(standing.user_known, held, by, self.now))?;
            }
            Operation::DefineRole { by, application, role, permissions } => {
                let by = self.admin(*by)?.account().id;
                let permission = |(action, resource): &(&str, &str)| Permission {
                    action: (*action).to_owned(),
                    resource: (*resource).to_owned(),
                };
                let permissions = permissions.iter().map(permission).collect();
                let role = Role { name: role_name(role), permissions };
                let found = self.store.application(&application_id(application))?;
                self.settle(role::define(found.as_ref(), role, by, self.now))?;
            }
            Operation::DeleteRole { by, application, role } => {
                let by = self.admin(*by)?.account().id;
                let (application, role) = (application_id(application), role_name(role));
                let defined = self.store.role(&application, &role)?.is_some();
                let found = self.store.application(&application)?;
                self.settle(role::delete(found.as_ref(), &role, defined, by, self.now))?;
            }
            Operation::CreateApplication { by, application } => {
                let by = self.admin(*by)?.account().id;
                let form = ApplicationForm {
                    id: field(application),
                    name: field("An application"),
                    ..ApplicationForm::default()
                };
                let new = NewApplication::parse(&form).map_err(Rejection::validation)?;
                let made = new.made([0; 16], self.now);
                let found = self.store.application(&made.id)?;
                self.settle(application::create(made, found.as_ref(), by))?;
            }
            Operation::SwitchApplication { by, application, status } => {
                let by = self.admin(*by)?.account().id;
                let status = match status {
                    Switch::On => ApplicationStatus::Active,
                    Switch::Off => ApplicationStatus::Disabled,
                };
                let patch = ApplicationPatch { status: Some(status), name: None };
                let found = self.store.application(&application_id(application))?;
                self.settle(application::update(found, &patch, by))?;
            }
            Operation::DeleteApplication { by, application } => {
                let by = self.admin(*by)?.account().id;
                let found = self.store.application(&application_id(application))?;
                self.settle(application::delete(found.as_ref(), by))?;
            }
            other => unreachable!("{other:?} is no admin's"),
        }
        ok()
    }

    fn assignment_standing(
        &self,
        user: UserId,
        requested: &RequestedRole,
    ) -> Result<AssignmentStanding, Refusal> {
        let (application, role) = (requested.application.as_ref().unwrap(), requested.role.as_ref().unwrap());
        Ok(AssignmentStanding {
            user_known: self.store.account(user)?.is_some(),
            application_known: self.store.application(application)?.is_some(),
            role_defined: self.store.role(application, role)?.is_some(),
            assigned: self.store.role_assigned(user, application, role)?,
        })
    }
}

fn requested(role: &str, application: App) -> RequestedRole {
    RequestedRole::of(role, (application != "default").then_some(application))
}

fn role_name(role: &str) -> RoleName {
    RoleName::parse(role).unwrap()
}
