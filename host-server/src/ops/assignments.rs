//! Who holds which role.

use countersign_core::id::UserId;
use countersign_core::rejection::{Code, Rejection};
use countersign_core::role::{self, Assignment, AssignmentForm, AssignmentStanding, RequestedRole};
use warp::http::StatusCode;

use super::form::{self, unknown_fields};
use super::views::{AssignedRole, Message};
use super::{page, settle};
use crate::app::App;
use crate::call::Call;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::store::{Store, StoreError};

/// The fields of an assignment.
pub const FIELDS: &[&str] = &["role", "application_id"];

/// Answers 200 with a message, whether or not the user held the role before.
pub(crate) async fn assign(app: &App, call: Call) -> Result<Reply, Problem> {
    let document = call.document()?;
    let form =
        AssignmentForm { role: document.field("role"), application_id: document.field("application_id") };
    let requested = form::merge(RequestedRole::parse(&form), unknown_fields(&document, FIELDS))?;
    let (user, by) = (user_in(&call)?, call.principal()?.account().id);
    settle(app, &call, || {
        Ok(role::assign(user, &requested, standing(&app.store, user, &requested)?, by, app.now()))
    })
    .await?;
    Ok(Reply::json(StatusCode::OK, &Message { message: "Role assigned successfully" }))
}

/// Answers 200 with the roles of a user, by application and name.
pub(crate) fn list(app: &App, call: Call) -> Result<Reply, Problem> {
    let named = call.path.value("user_id").unwrap_or_default();
    let page = page::of(app, &call, format!("roles of user {}", named.trim_start_matches("user_")))?;
    let user = user_in(&call)?;
    if app.store.account(user)?.is_none() {
        return Err(Problem::of(Code::UserNotFound));
    }
    // Neither name can hold a slash. No name is empty, so each comes after the empty ones.
    let after = page.after.as_deref().and_then(|position| position.split_once('/')).unwrap_or_default();
    let held = app.store.roles_of(user, after, page.to_read())?;
    let items = held.into_iter().map(|held| (format!("{}/{}", held.application, held.role), held)).collect();
    Ok(page.reply(app, &call, items, |(_, held)| AssignedRole::from(held)))
}

/// Takes a role from a user.
pub(crate) async fn revoke(app: &App, call: Call) -> Result<Reply, Problem> {
    let query = call.query(FIELDS)?;
    let role = query.required("role").map_err(|fault| Rejection::validation(vec![fault]))?;
    let requested = RequestedRole::of(role, query.optional("application_id"));
    let (user, by) = (user_in(&call)?, call.principal()?.account().id);
    settle(app, &call, || {
        let standing = standing(&app.store, user, &requested)?;
        let held = match (requested.application.clone(), requested.role.clone()) {
            (Some(application), Some(role)) if standing.assigned => {
                Some(Assignment { user, application, role })
            }
            _ => None,
        };
        Ok(role::revoke(standing.user_known, held, by, app.now()))
    })
    .await?;
    Ok(Reply::no_content())
}

fn standing(
    store: &Store,
    user: UserId,
    requested: &RequestedRole,
) -> Result<AssignmentStanding, StoreError> {
    let mut standing = AssignmentStanding {
        user_known: store.account(user)?.is_some(),
        application_known: false,
        role_defined: false,
        assigned: false,
    };
    if let Some(application) = &requested.application {
        standing.application_known = store.application(application)?.is_some();
        if let Some(role) = &requested.role {
            standing.role_defined = store.role(application, role)?.is_some();
            standing.assigned = store.role_assigned(user, application, role)?;
        }
    }
    Ok(standing)
}

fn user_in(call: &Call) -> Result<UserId, Problem> {
    let user = call.path.value("user_id").and_then(UserId::parse);
    user.ok_or_else(|| Problem::of(Code::UserNotFound))
}
