//! What admins do to applications.

use countersign_core::application::{self, ApplicationForm, ApplicationPatch, NewApplication};
use countersign_core::id::ApplicationId;
use countersign_core::json::Document;
use countersign_core::rejection::Code;
use warp::http::StatusCode;

use super::form::{self, unknown_fields};
use super::views::Application;
use super::{page, settle};
use crate::app::App;
use crate::call::Call;
use crate::entropy::random;
use crate::problem::Problem;
use crate::reply::Reply;

/// The fields of a new application.
pub const CREATE_FIELDS: &[&str] = &["id", "name"];

/// The fields of an application that can be changed.
pub const UPDATE_FIELDS: &[&str] = &["name", "status"];

/// Answers 200 with the applications, by id.
pub(crate) fn list(app: &App, call: Call) -> Result<Reply, Problem> {
    let page = page::of(app, &call, "applications".to_owned())?;
    let found = app.store.applications(page.after.as_deref(), page.to_read())?;
    let items = found.into_iter().map(|application| (application.id.to_string(), application)).collect();
    Ok(page.reply(app, &call, items, |(_, application)| Application::from(application)))
}

/// Answers 201 with the new application.
pub(crate) async fn create(app: &App, call: Call) -> Result<Reply, Problem> {
    let document = call.document()?;
    let parsed = NewApplication::parse(&form_of(&document));
    let new = form::merge(parsed, unknown_fields(&document, CREATE_FIELDS))?;
    let application = new.made(random()?, app.now());
    let by = call.principal()?.account().id;
    let made = settle(app, &call, || {
        let found = app.store.application(&application.id)?;
        Ok(application::create(application.clone(), found.as_ref(), by))
    })
    .await?;
    Ok(Reply::json(StatusCode::CREATED, &Application::from(made)))
}

/// Answers 200 with the application.
pub(crate) fn show(app: &App, call: Call) -> Result<Reply, Problem> {
    let application = app.store.application(&id_in(&call)?)?;
    let application = application.ok_or_else(|| Problem::of(Code::ApplicationNotFound))?;
    Ok(Reply::json(StatusCode::OK, &Application::from(application)))
}

/// Answers 200 with the application as it is now.
pub(crate) async fn update(app: &App, call: Call) -> Result<Reply, Problem> {
    let document = call.document()?;
    let parsed = ApplicationPatch::parse(&form_of(&document));
    let patch = form::merge(parsed, unknown_fields(&document, UPDATE_FIELDS))?;
    let (id, by) = (id_in(&call)?, call.principal()?.account().id);
    let changed =
        settle(app, &call, || Ok(application::update(app.store.application(&id)?, &patch, by))).await?;
    Ok(Reply::json(StatusCode::OK, &Application::from(changed)))
}

/// Deletes an application and all that is its own.
pub(crate) async fn delete(app: &App, call: Call) -> Result<Reply, Problem> {
    let (id, by) = (id_in(&call)?, call.principal()?.account().id);
    settle(app, &call, || Ok(application::delete(app.store.application(&id)?.as_ref(), by))).await?;
    Ok(Reply::no_content())
}

/// The application that the path names.
///
/// # Errors
/// `application_not_found` where no application can have that name.
pub(super) fn id_in(call: &Call) -> Result<ApplicationId, Problem> {
    let id = call.path.value("application_id").and_then(ApplicationId::parse);
    id.ok_or_else(|| Problem::of(Code::ApplicationNotFound))
}

fn form_of<'a>(document: &Document<'a>) -> ApplicationForm<'a> {
    ApplicationForm {
        id: document.field("id"),
        name: document.field("name"),
        status: document.field("status"),
    }
}
