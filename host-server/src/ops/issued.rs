//! Tokens on their way to whoever asked for them: in the answer's body, or in cookies where the call asks for these.

use countersign_core::cookies::{Cookie, DEVICE_SECS_MAX};
use countersign_core::login::LoggedIn;
use countersign_core::refresh::Refreshed;
use countersign_core::secret::Secret;
use countersign_core::time::Timestamp;
use serde::Serialize;
use warp::http::StatusCode;

use super::views::{CookieSession, FinishedCookieLogin, FinishedLogin, Message, PasswordReset, Tokens};
use crate::app::App;
use crate::call::Call;
use crate::problem::Problem;
use crate::reply::Reply;

/// Answers 200 to a finished log-in. `message` is a sentence for a person; `None` where it says nothing besides.
pub(super) fn logged_in(
    app: &App,
    call: &Call,
    logged_in: &LoggedIn,
    message: Option<&'static str>,
) -> Result<Reply, Problem> {
    let LoggedIn { account, claims, refresh_token, session_ends, device_token } = logged_in;
    // That is now: a log-in issues tokens of its own.
    let (access_token, now) = (app.tokens.sign(claims)?, claims.issued_at);
    let tokens =
        Tokens::new(&access_token, claims, refresh_token, account, now).with_device_token(device_token);
    if call.cookies.is_none() {
        return Ok(match message {
            None => ok(&tokens),
            Some(message) => ok(&FinishedLogin { message, tokens }),
        });
    }
    let session = CookieSession::from(tokens);
    let reply = match message {
        None => ok(&session),
        Some(message) => ok(&FinishedCookieLogin { message, session }),
    };
    let reply = reply.keeping(Cookie::Device, device_token, DEVICE_SECS_MAX);
    Ok(keeping_pair(reply, (&access_token, claims.expires_at), (refresh_token, *session_ends), now))
}

/// Answers 200 to a refresh.
pub(super) fn refreshed(app: &App, call: &Call, refreshed: &Refreshed) -> Result<Reply, Problem> {
    let Refreshed { account, claims, refresh_token, session_ends } = refreshed;
    let (access_token, now) = (app.tokens.sign(claims)?, app.now());
    let tokens = Tokens::new(&access_token, claims, refresh_token, account, now);
    if call.cookies.is_none() {
        return Ok(ok(&tokens));
    }
    let reply = ok(&CookieSession::from(tokens));
    Ok(keeping_pair(reply, (&access_token, claims.expires_at), (refresh_token, *session_ends), now))
}

/// Answers 200 with this sentence and the token of a device that is known from now on.
pub(super) fn device(call: &Call, message: &'static str, device_token: &Secret<String>) -> Reply {
    match call.cookies {
        None => ok(&PasswordReset { message, device_token: device_token.expose() }),
        Some(_) => ok(&Message { message }).keeping(Cookie::Device, device_token, DEVICE_SECS_MAX),
    }
}

fn ok(body: &impl Serialize) -> Reply {
    Reply::json(StatusCode::OK, body)
}

/// The same answer with both tokens in cookies, each as long as it is good for something.
fn keeping_pair(
    reply: Reply,
    (access_token, expires_at): (&Secret<String>, Timestamp),
    (refresh_token, session_ends): (&Secret<String>, Timestamp),
    now: Timestamp,
) -> Reply {
    reply.keeping(Cookie::Access, access_token, expires_at.secs_since(now)).keeping(
        Cookie::Refresh,
        refresh_token,
        session_ends.secs_since(now),
    )
}
