//! Custom data of the caller, in the application of their token.

use countersign_core::data::{self, DataKey, DataOwner, NewDatum};
use countersign_core::rejection::Code;
use warp::http::StatusCode;

use super::form::{self, unknown_fields};
use super::views::{Datum, Message};
use super::{page, settle};
use crate::app::App;
use crate::call::Call;
use crate::problem::Problem;
use crate::reply::Reply;

/// The fields of a value that is to be kept.
pub const FIELDS: &[&str] = &["key", "value"];

/// Keeps a value, in place of any other of its key.
pub(crate) async fn store(app: &App, call: Call) -> Result<Reply, Problem> {
    let document = call.document()?;
    let parsed = NewDatum::parse(&document.field("key"), document.member("value"));
    let datum = form::merge(parsed, unknown_fields(&document, FIELDS))?;
    let owner = owner(&call)?;
    settle(app, &call, || {
        let besides = app.store.kept_besides(&owner, &datum.key)?;
        Ok(data::store(&owner, datum.clone(), besides, app.now()))
    })
    .await?;
    Ok(Reply::json(StatusCode::OK, &Message { message: "Custom data stored successfully" }))
}

/// Answers 200 with the keys in their order.
pub(crate) fn list(app: &App, call: Call) -> Result<Reply, Problem> {
    let owner = owner(&call)?;
    let page = page::of(app, &call, format!("data of {} in {}", owner.user, owner.application))?;
    let entries = app.store.data(&owner, page.after.as_deref(), page.to_read())?;
    let items = entries.into_iter().map(|entry| (entry.key.to_string(), entry)).collect();
    Ok(page.reply(app, &call, items, |(_, entry)| Datum::from(entry)))
}

/// Answers 200 with the value's own text.
pub(crate) fn show(app: &App, call: Call) -> Result<Reply, Problem> {
    let value = app.store.datum(&owner(&call)?, &key_in(&call)?)?;
    let value = value.ok_or_else(|| Problem::of(Code::DataNotFound))?;
    Ok(Reply::json_text(StatusCode::OK, value))
}

/// Keeps nothing under the key any more.
pub(crate) async fn delete(app: &App, call: Call) -> Result<Reply, Problem> {
    let (owner, key) = (owner(&call)?, key_in(&call)?);
    settle(app, &call, || Ok(data::delete(&owner, &key, app.store.datum(&owner, &key)?.is_some()))).await?;
    Ok(Reply::no_content())
}

fn owner(call: &Call) -> Result<DataOwner, Problem> {
    let session = call.principal()?.session();
    Ok(DataOwner { user: session.user, application: session.application.clone() })
}

fn key_in(call: &Call) -> Result<DataKey, Problem> {
    let key = call.path.value("key").and_then(|text| DataKey::parse(text).ok());
    key.ok_or_else(|| Problem::of(Code::DataNotFound))
}
