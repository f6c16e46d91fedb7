//! The roles of an application, and what a caller may do by them.

use countersign_core::permission::{Permission, Role, RoleName, is_permitted};
use countersign_core::rejection::{Code, Fault, Rejection};
use countersign_core::role;
use warp::http::StatusCode;

use super::form::{self, unknown_fields};
use super::views::{Permitted, RoleDefinition};
use super::{applications, page, settle};
use crate::app::App;
use crate::call::Call;
use crate::problem::Problem;
use crate::reply::Reply;

/// The fields of a role.
pub const FIELDS: &[&str] = &["permissions"];

/// Answers 200 with the roles by name, the built-in ones among them.
pub(crate) fn list(app: &App, call: Call) -> Result<Reply, Problem> {
    let named = call.path.value("application_id").unwrap_or_default();
    let page = page::of(app, &call, format!("roles of {named}"))?;
    let application = applications::id_in(&call)?;
    if app.store.application(&application)?.is_none() {
        return Err(Problem::of(Code::ApplicationNotFound));
    }
    let after = page.after.as_deref();
    let mut roles = app.store.roles(&application, after, page.to_read())?;
    roles.extend(Role::built_in().filter(|role| after.is_none_or(|after| role.name.as_str() > after)));
    roles.sort_by(|one, other| one.name.cmp(&other.name));
    let items = roles.into_iter().map(|role| (role.name.to_string(), role)).collect();
    Ok(page.reply(app, &call, items, |(_, role)| RoleDefinition::from(role)))
}

/// Answers 200 with the role as it is now.
pub(crate) async fn define(app: &App, call: Call) -> Result<Reply, Problem> {
    let document = call.document()?;
    let mut faults = unknown_fields(&document, FIELDS);
    let name = call.path.value("role").and_then(RoleName::parse);
    if name.is_none() {
        let message = "The name of a role is 1 to 64 of A-Z a-z 0-9 _ -.";
        faults.push(Fault::new("role", Code::InvalidFormat, message));
    }
    let permissions = form::merge(Permission::parse_list(document.member("permissions")), faults)?;
    let name = name.ok_or_else(|| Problem::of(Code::RoleNotFound))?;
    let (application, by) = (applications::id_in(&call)?, call.principal()?.account().id);
    let role = Role { name, permissions };
    let defined = settle(app, &call, || {
        Ok(role::define(app.store.application(&application)?.as_ref(), role.clone(), by, app.now()))
    })
    .await?;
    Ok(Reply::json(StatusCode::OK, &RoleDefinition::from(defined)))
}

/// Deletes a role and takes it from everybody.
pub(crate) async fn delete(app: &App, call: Call) -> Result<Reply, Problem> {
    let (application, by) = (applications::id_in(&call)?, call.principal()?.account().id);
    let name = call.path.value("role").and_then(RoleName::parse);
    let name = name.ok_or_else(|| Problem::of(Code::RoleNotFound))?;
    settle(app, &call, || {
        let defined = app.store.role(&application, &name)?.is_some();
        Ok(role::delete(app.store.application(&application)?.as_ref(), &name, defined, by, app.now()))
    })
    .await?;
    Ok(Reply::no_content())
}

/// Answers 200 with whether the caller may do something in the application of their token.
pub(crate) fn check(app: &App, call: Call) -> Result<Reply, Problem> {
    let query = call.query(&["action", "resource"])?;
    let (action, resource) = match (query.required("action"), query.required("resource")) {
        (Ok(action), Ok(resource)) => (action, resource),
        (action, resource) => {
            let faults = [action.err(), resource.err()].into_iter().flatten().collect();
            return Err(Problem::from(Rejection::validation(faults)));
        }
    };
    let session = call.principal()?.session();
    let roles = app.store.roles_held(session.user, &session.application)?;
    let permitted = is_permitted(roles.iter().flat_map(|role| &role.permissions), action, resource);
    Ok(Reply::json(StatusCode::OK, &Permitted { permitted }))
}
