//! What admins do to users.

use countersign_core::account::{AccountRole, AccountStatus};
use countersign_core::email::Email;
use countersign_core::id::UserId;
use countersign_core::lifecycle::{self, Standing, UserPatch, UserPatchForm};
use countersign_core::rejection::{Code, Fault, Rejection};
use warp::http::StatusCode;

use super::form::{self, unknown_fields};
use super::page::Page;
use super::settle;
use super::views::User;
use crate::app::App;
use crate::call::{Call, Query};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::store::{ChosenUsers, Store};

/// The fields that a change takes.
pub const FIELDS: &[&str] = &["status", "role"];

/// The parameters of the list.
const PARAMETERS: [&str; 5] = ["status", "role", "q", "limit", "cursor"];

/// Characters of a text that is looked for at most: no e-mail address has more.
const PART_CHARACTERS_MAX: usize = Email::MAX_LENGTH;

/// Answers 200 with the users that are asked for, newest first.
pub(crate) async fn list(app: &App, call: Call) -> Result<Reply, Problem> {
    let query = call.query(&PARAMETERS)?;
    let (chosen, page) = read(app, &query)?;
    let (store, after, limit) = (app.store.clone(), page.after_number(), page.to_read());
    // A text that few names have in them makes it look at all users.
    let looked = tokio::task::spawn_blocking(move || store.users(&chosen, after, limit)).await;
    let users = looked.map_err(Problem::internal)??;
    let users: Vec<_> = users.iter().map(|(place, account)| (*place, User::from(account))).collect();
    Ok(page.reply(app, &call, users, |(_, user)| user))
}

/// Answers 200 with the user.
pub(crate) fn show(app: &App, call: Call) -> Result<Reply, Problem> {
    let account = app.store.account(named(&call)?)?.ok_or_else(|| Problem::of(Code::UserNotFound))?;
    Ok(Reply::json(StatusCode::OK, &User::from(&account)))
}

/// Changes status and role, and answers 200 with the User as it now is.
pub(crate) async fn change(app: &App, call: Call) -> Result<Reply, Problem> {
    let patch = parse(&call)?;
    let (user, by) = (named(&call)?, call.principal()?.account().id);
    let changed =
        settle(app, &call, || Ok(lifecycle::change(standing(&app.store, user)?, patch, by, app.now())))
            .await?;
    Ok(Reply::json(StatusCode::OK, &User::from(&changed)))
}

/// Deletes the account, and answers 200 with the User as it now is.
pub(crate) async fn delete(app: &App, call: Call) -> Result<Reply, Problem> {
    let (user, by) = (named(&call)?, call.principal()?.account().id);
    let deleted =
        settle(app, &call, || Ok(lifecycle::delete(standing(&app.store, user)?, by, app.now()))).await?;
    Ok(Reply::json(StatusCode::OK, &User::from(&deleted)))
}

/// What the store says of a user.
///
/// # Errors
/// `user_not_found` where there is none of this number.
pub(super) fn standing(store: &Store, user: UserId) -> Result<Standing, Problem> {
    let account = store.account(user)?.ok_or_else(|| Problem::of(Code::UserNotFound))?;
    Ok(Standing { account, another_admin: store.another_admin(user)? })
}

/// The user that the path names. What is no number of a user is nobody's.
fn named(call: &Call) -> Result<UserId, Problem> {
    let user = call.path.value("user_id").and_then(UserId::parse);
    user.ok_or_else(|| Problem::of(Code::UserNotFound))
}

fn parse(call: &Call) -> Result<UserPatch, Problem> {
    let document = call.document()?;
    let form = UserPatchForm { status: document.field("status"), role: document.field("role") };
    Ok(form::merge(UserPatch::parse(&form), unknown_fields(&document, FIELDS))?)
}

/// Which users are asked for, and which page of them.
fn read(app: &App, query: &Query<'_>) -> Result<(ChosenUsers, Page), Rejection> {
    let mut faults = Vec::new();
    let mut fault = |name, code, message| faults.push(Fault::new(name, code, message));
    let (status, role, part) = (query.optional("status"), query.optional("role"), query.optional("q"));
    let chosen = ChosenUsers {
        status: status.and_then(AccountStatus::parse),
        role: role.and_then(AccountRole::parse),
        part_of_name: part.map(str::to_owned),
    };
    if status.is_some() && chosen.status.is_none() {
        fault("status", Code::InvalidFormat, "The status is active, suspended or deleted.");
    }
    if role.is_some() && chosen.role.is_none() {
        fault("role", Code::InvalidFormat, "The role is user or admin.");
    }
    if part.is_some_and(|part| part.chars().any(char::is_control)) {
        fault("q", Code::InvalidCharacters, "The text must not contain control characters.");
    } else if part.is_some_and(|part| part.chars().count() > PART_CHARACTERS_MAX) {
        fault("q", Code::TooLong, "The text must have at most 254 characters.");
    }
    // The text stands last, so that nothing in it can be taken for another filter.
    let word = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let list = format!("users of status {} and role {} with {}", word(status), word(role), word(part));
    match Page::read(app, query, list) {
        Ok(page) if faults.is_empty() => Ok((chosen, page)),
        page => {
            faults.extend(page.err().into_iter().flat_map(|rejection| rejection.faults));
            Err(Rejection::validation(faults))
        }
    }
}
