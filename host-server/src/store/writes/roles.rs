//! Roles of applications, and who holds them.

use countersign_core::id::{ApplicationId, UserId};
use countersign_core::permission::{Permission, Role, RoleName};
use countersign_core::role::Assignment;
use countersign_core::time::Timestamp;
use serde_json::{Value as Json, json};

use super::write;
use crate::store::backend::{Guard, Write};
use crate::store::sql::roles as sql;

pub(super) fn define_role(application: &ApplicationId, role: &Role) -> Write {
    let permission = |it: &Permission| json!({ "action": it.action, "resource": it.resource });
    let permissions: Json = role.permissions.iter().map(permission).collect();
    write(
        sql::DEFINE_ROLE,
        Guard::OneRow,
        [application.as_str().into(), role.name.as_str().into(), permissions.to_string().into()],
    )
}

pub(super) fn delete_role(application: &ApplicationId, role: &RoleName) -> Vec<Write> {
    let both = || [application.as_str().into(), role.as_str().into()];
    vec![
        write(sql::DELETE_ROLE, Guard::OneRow, both()),
        write(sql::REVOKE_FROM_ALL, Guard::Open, both()),
        write(sql::END_SESSIONS_OF_STRANGERS, Guard::Open, [application.as_str().into()]),
        write(sql::END_LOGINS_OF_STRANGERS, Guard::Open, [application.as_str().into()]),
    ]
}

pub(super) fn assign_role(assignment: &Assignment, at: Timestamp) -> Write {
    let Assignment { user, application, role } = assignment;
    write(
        sql::ASSIGN_ROLE,
        Guard::OneRow,
        [
            application.as_str().into(),
            role.as_str().into(),
            at.into(),
            user.value().into(),
            role.is_built_in().into(),
        ],
    )
}

pub(super) fn revoke_role(assignment: &Assignment) -> Vec<Write> {
    let Assignment { user, application, role } = assignment;
    let revoke = write(
        sql::REVOKE_ROLE,
        Guard::OneRow,
        [user.value().into(), application.as_str().into(), role.as_str().into()],
    );
    [revoke].into_iter().chain(part(*user, application)).collect()
}

/// Ends what a user has open in an application that they may no longer belong to.
pub(super) fn part(user: UserId, application: &ApplicationId) -> [Write; 2] {
    let both = || [user.value().into(), application.as_str().into()];
    [
        write(sql::END_SESSIONS_OF_STRANGER, Guard::Open, both()),
        write(sql::END_LOGINS_OF_STRANGER, Guard::Open, both()),
    ]
}
