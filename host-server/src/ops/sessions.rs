//! The caller's sessions: the list, and how they are ended.

use countersign_core::id::SessionId;
use countersign_core::logout;
use countersign_core::refresh::Shown;
use countersign_core::rejection::Code;
use countersign_core::token::RefreshToken;
use warp::http::StatusCode;

use super::views::{Message, SessionItem};
use super::{page, refresh, settle};
use crate::app::App;
use crate::call::Call;
use crate::problem::Problem;
use crate::reply::Reply;

/// Ends the session whose token is shown.
pub(crate) async fn log_out(app: &App, call: Call) -> Result<Reply, Problem> {
    let (shown, carrier) = refresh::shown(app, &call)?;
    settle(app, &call, || {
        let found = app.store.session_with_account(shown.session())?;
        Ok(logout::decide(&shown, found.as_deref(), app.now()))
    })
    .await
    .map_err(|problem| carrier.refused(problem))?;
    Ok(carrier.ended(Reply::json(StatusCode::OK, &Message { message: "Logged out" })))
}

/// Ends the session of the cookies that the answer to a log-in overwrites: nobody has its tokens from then on but
/// whoever stole them (ASVS 5.0 V7.2.4).
pub(super) async fn end_overwritten(app: &App, call: &Call) -> Result<(), Problem> {
    let cookie = call.cookies.as_ref().and_then(|cookies| cookies.overwritten.as_ref());
    let token = cookie
        .and_then(|text| app.tokens.refresh_keys.find_map(|key| RefreshToken::parse(text.expose(), key)));
    let Some(shown) = token.map(Shown::RefreshToken) else { return Ok(()) };
    let ended = settle(app, call, || {
        let found = app.store.session_with_account(shown.session())?;
        Ok(logout::decide(&shown, found.as_deref(), app.now()))
    });
    match ended.await {
        // It was over before.
        Err(problem) if problem.code() == Code::SessionEnded => Ok(()),
        ended => ended,
    }
}

/// Ends every session of the caller.
pub(crate) async fn log_out_everywhere(app: &App, call: Call) -> Result<Reply, Problem> {
    let user = call.principal()?.account().id;
    settle(app, &call, || Ok(logout::decide_everywhere(user))).await?;
    Ok(call.credentials().carrier().ended(Reply::no_content()))
}

/// Answers 200 with the sessions, newest first.
pub(crate) fn list(app: &App, call: Call) -> Result<Reply, Problem> {
    let asking = call.principal()?.session();
    let user = asking.user;
    let page = page::of(app, &call, format!("sessions of {user}"))?;
    let sessions = app.store.sessions_of(user, app.now(), page.after_number(), page.to_read())?;
    let views: Vec<_> =
        sessions.iter().map(|(place, session)| (*place, SessionItem::of(session, asking))).collect();
    Ok(page.reply(app, &call, views, |(_, view)| view))
}

/// Ends one session of the caller.
pub(crate) async fn end_one(app: &App, call: Call) -> Result<Reply, Problem> {
    let user = call.principal()?.account().id;
    let id = call.path.value("session_id").and_then(SessionId::parse);
    let id = id.ok_or_else(|| Problem::of(Code::SessionNotFound))?;
    settle(app, &call, || {
        let found = app.store.session_with_account(id)?;
        Ok(logout::decide_one(user, found.as_deref().map(|found| &found.session), app.now()))
    })
    .await?;
    Ok(Reply::no_content())
}
