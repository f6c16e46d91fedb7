//! What admins do to the roles of an application, and to who holds them.

use crate::application::Application;
use crate::change::Change;
use crate::decision::Decision;
use crate::event::Event;
use crate::field::Field;
use crate::id::{ApplicationId, UserId};
use crate::permission::{Role, RoleName};
use crate::rejection::{Code, Fault, Rejection};
use crate::time::Timestamp;

/// A role in the hands of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Who holds it.
    pub user: UserId,
    /// Where it counts.
    pub application: ApplicationId,
    /// Which.
    pub role: RoleName,
}

/// An assignment in a list, with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedRole {
    /// Which.
    pub role: RoleName,
    /// Where it counts.
    pub application: ApplicationId,
    /// Since when.
    pub created_at: Timestamp,
}

/// Decides what a role of an application is from now on. `application` is what the store holds under that name.
pub fn define(application: Option<&Application>, role: Role, by: UserId, now: Timestamp) -> Decision<Role> {
    let Some(application) = application else {
        return Decision::refuse(Rejection::of(Code::ApplicationNotFound));
    };
    if role.name.looks_built_in() {
        return Decision::refuse(Rejection::of(Code::RoleBuiltIn));
    }
    let application = application.id.clone();
    let event = Event::RoleDefined { application: application.clone(), role: role.name.clone(), by };
    let outdated = Change::OutdateRoles { application: application.clone(), at: now };
    Decision::grant(role.clone())
        .with_change(Change::DefineRole { application, role: Box::new(role) })
        .with_change(outdated)
        .with_event(event)
}

/// Decides that an application no longer has a role, and nobody holds it any more. `defined` is whether the store knows
/// it.
pub fn delete(
    application: Option<&Application>,
    role: &RoleName,
    defined: bool,
    by: UserId,
    now: Timestamp,
) -> Decision<()> {
    let Some(application) = application else {
        return Decision::refuse(Rejection::of(Code::ApplicationNotFound));
    };
    if role.is_built_in() {
        return Decision::refuse(Rejection::of(Code::RoleBuiltIn));
    }
    if !defined {
        return Decision::refuse(Rejection::of(Code::RoleNotFound));
    }
    let application = application.id.clone();
    let event = Event::RoleDeleted { application: application.clone(), role: role.clone(), by };
    let outdated = Change::OutdateRoles { application: application.clone(), at: now };
    Decision::grant(())
        .with_change(Change::DeleteRole { application, role: role.clone() })
        .with_change(outdated)
        .with_event(event)
}

/// The fields of an assignment as they came.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is named as the request names it")]
pub struct AssignmentForm<'a> {
    pub role: Field<'a>,
    pub application_id: Field<'a>,
}

/// Which role of which application is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedRole {
    /// `None` where no role can have the name that was sent.
    pub role: Option<RoleName>,
    /// `default` where none was named; `None` where no application can have the name that was sent.
    pub application: Option<ApplicationId>,
}

impl RequestedRole {
    /// Reads a form.
    ///
    /// # Errors
    /// Every missing field and every field of a wrong type.
    pub fn parse(form: &AssignmentForm<'_>) -> Result<Self, Vec<Fault>> {
        match (form.role.required("role"), form.application_id.optional("application_id")) {
            (Ok(role), Ok(application)) => Ok(Self::of(role, application)),
            (role, application) => Err([role.err(), application.err()].into_iter().flatten().collect()),
        }
    }

    /// The role of this name, in `default` where no application is named.
    pub fn of(role: &str, application: Option<&str>) -> Self {
        let application =
            application.map_or_else(|| Some(ApplicationId::default_application()), ApplicationId::parse);
        Self { role: RoleName::parse(role), application }
    }
}

/// What the store says of an assignment that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssignmentStanding {
    /// Whether there is such a user, deleted or not.
    pub user_known: bool,
    /// Whether there is such an application.
    pub application_known: bool,
    /// Whether the application has such a role besides the built-in ones.
    pub role_defined: bool,
    /// Whether the user holds it already.
    pub assigned: bool,
}

/// Decides that a user holds a role. One who does already goes on doing so.
pub fn assign(
    user: UserId,
    requested: &RequestedRole,
    standing: AssignmentStanding,
    by: UserId,
    now: Timestamp,
) -> Decision<()> {
    if !standing.user_known {
        return Decision::refuse(Rejection::of(Code::UserNotFound));
    }
    let refuse = |field, code, message: &'static str| {
        Decision::refuse(Rejection::validation(vec![Fault::new(field, code, message)]))
    };
    let application = requested.application.clone().filter(|_| standing.application_known);
    let Some(application) = application else {
        return refuse("application_id", Code::UnknownApplication, "There is no such application.");
    };
    let known = |role: &RoleName| role.is_built_in() || standing.role_defined;
    let Some(role) = requested.role.clone().filter(known) else {
        return refuse("role", Code::UnknownRole, "The application has no such role.");
    };
    if standing.assigned {
        return Decision::grant(());
    }
    let assignment = Assignment { user, application, role };
    Decision::grant(())
        .with_change(Change::AssignRole { assignment: Box::new(assignment.clone()), at: now })
        .with_change(Change::OutdateGrants { user, at: now })
        .with_event(Event::RoleAssigned { assignment: Box::new(assignment), by })
}

/// Decides that a user no longer holds a role; `held` is the assignment that the store knows, `None` where it knows
/// none. Sessions in an application that the user thereby ceases to belong to end.
pub fn revoke(user_known: bool, held: Option<Assignment>, by: UserId, now: Timestamp) -> Decision<()> {
    if !user_known {
        return Decision::refuse(Rejection::of(Code::UserNotFound));
    }
    let Some(assignment) = held else {
        return Decision::refuse(Rejection::of(Code::RoleNotFound));
    };
    Decision::grant(())
        .with_change(Change::RevokeRole { assignment: Box::new(assignment.clone()) })
        .with_change(Change::OutdateGrants { user: assignment.user, at: now })
        .with_event(Event::RoleRevoked { assignment: Box::new(assignment), by })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{self, NOW};

    const BY: UserId = UserId::new(1);
    const USER: UserId = UserId::new(7);
    const GOOD: AssignmentStanding = AssignmentStanding {
        user_known: true,
        application_known: true,
        role_defined: false,
        assigned: false,
    };

    fn role(name: &str) -> Role {
        Role { name: RoleName::parse(name).unwrap(), permissions: Vec::new() }
    }

    fn told<T>(decision: &Decision<T>) -> Option<Code> {
        let rejection = decision.outcome.as_ref().err()?;
        assert_eq!((decision.changes.len(), decision.events.len()), (0, 0));
        Some(rejection.faults.first().map_or(rejection.code, |fault| fault.code))
    }

    #[test]
    fn nobody_changes_a_built_in_role_or_makes_one_that_looks_like_it() {
        let application = samples::application();
        for name in ["admin", "editor", "viewer", "user", "Admin"] {
            assert_eq!(
                told(&define(Some(&application), role(name), BY, NOW)),
                Some(Code::RoleBuiltIn),
                "{name}"
            );
        }
        assert_eq!(
            told(&delete(Some(&application), &role("user").name, false, BY, NOW)),
            Some(Code::RoleBuiltIn)
        );
        assert_eq!(
            told(&delete(Some(&application), &role("chief").name, false, BY, NOW)),
            Some(Code::RoleNotFound)
        );
        assert_eq!(told(&delete(Some(&application), &role("chief").name, true, BY, NOW)), None);
        assert_eq!(told(&define(Some(&application), role("chief"), BY, NOW)), None);
        assert_eq!(told(&define(None, role("chief"), BY, NOW)), Some(Code::ApplicationNotFound));
    }

    #[test]
    fn what_is_unknown_is_named() {
        let decided = |requested: RequestedRole, standing| assign(USER, &requested, standing, BY, NOW);
        let editor = || RequestedRole::of("editor", Some("notes"));
        let nobody = AssignmentStanding { user_known: false, ..GOOD };
        let nowhere = AssignmentStanding { application_known: false, ..GOOD };
        assert_eq!(told(&decided(editor(), nobody)), Some(Code::UserNotFound));
        assert_eq!(told(&decided(editor(), nowhere)), Some(Code::UnknownApplication));
        assert_eq!(
            told(&decided(RequestedRole::of("editor", Some("a/b")), GOOD)),
            Some(Code::UnknownApplication)
        );
        assert_eq!(told(&decided(RequestedRole::of("chief", None), GOOD)), Some(Code::UnknownRole));
        assert_eq!(told(&decided(RequestedRole::of("a b", None), GOOD)), Some(Code::UnknownRole));
        let defined = AssignmentStanding { role_defined: true, ..GOOD };
        assert_eq!(told(&decided(RequestedRole::of("chief", None), defined)), None);
    }

    #[test]
    fn an_assignment_is_made_once_and_for_default_where_nothing_is_named() {
        let requested = RequestedRole::parse(&AssignmentForm { role: "editor".into(), ..Default::default() });
        let first = assign(USER, requested.as_ref().unwrap(), GOOD, BY, NOW);
        let [Change::AssignRole { assignment, at }, Change::OutdateGrants { user: USER, at: NOW }] =
            &first.changes[..]
        else {
            panic!("{:?}", first.changes)
        };
        assert_eq!((assignment.application.as_str(), *at), ("default", NOW));
        let held = AssignmentStanding { assigned: true, ..GOOD };
        let again = assign(USER, &requested.unwrap(), held, BY, NOW);
        assert!(again.outcome.is_ok());
        assert_eq!((again.changes, again.events), (vec![], vec![]));
    }

    #[test]
    fn only_what_is_held_is_taken_away() {
        let assignment = Assignment {
            user: USER,
            application: ApplicationId::default_application(),
            role: role("user").name,
        };
        assert_eq!(told(&revoke(true, Some(assignment), BY, NOW)), None);
        assert_eq!(told(&revoke(true, None, BY, NOW)), Some(Code::RoleNotFound));
        assert_eq!(told(&revoke(false, None, BY, NOW)), Some(Code::UserNotFound));
    }
}
