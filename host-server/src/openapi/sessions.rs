//! New tokens for old ones, and where one is logged in.

use countersign_core::rejection::Code;
use serde_json::{Value, json};
use warp::http::StatusCode;

use super::body::RequestBody;
use super::description::{Description, Place, Theme};
use super::parameters::Parameter;
use super::{fields, samples};
use crate::ops::REFRESH_FIELDS;
use crate::ops::views::{CookieSession, Message, SessionItem, Tokens};
use crate::routes::Operation;

pub(super) static THEME: Theme = Theme {
    tag: "Sessions",
    text: "New tokens for old ones, and where one is logged in.",
    operations: &[
        (Operation::Refresh, refresh),
        (Operation::LogOut, log_out),
        (Operation::LogOutEverywhere, log_out_everywhere),
        (Operation::ListSessions, list),
        (Operation::EndSession, end_one),
    ],
};

fn refresh(place: Place) -> Description {
    Description::new(
        "Refresh",
        "Trades the refresh token of the body, or else the access token of the header, expired or not, for the next \
         pair. Each use replaces the pair; for ten seconds the replaced one is answered with the pair that replaced \
         it. Used later, it ends the session. A session once refreshed by a refresh token is no longer refreshed by \
         an access token. With `Countersign-Session: cookie` the refresh token of the cookie is traded where the request \
         shows no other, and the next pair comes in cookies.",
    )
    .takes(token_of_the_session())
    .perhaps_by_bearer()
    .answers::<Tokens<'static>>(StatusCode::OK, samples::refreshed())
    .or::<CookieSession<'static>>()
    .sets_cookies()
    .refused_with(&[
        Code::UnknownField,
        Code::TokenRequired,
        Code::RefreshTokenInvalid,
        Code::TokenReused,
        Code::TokenNotRefreshable,
        Code::TokenExpired,
        Code::SessionEnded,
        Code::ApplicationDisabled,
        Code::Overloaded,
    ])
    .leads_to(place, Operation::Refresh, samples::refresh_token_of_the_answer())
    .leads_to(place, Operation::LogOut, samples::refresh_token_of_the_answer())
}

fn log_out(_: Place) -> Description {
    Description::new(
        "Log out",
        "Ends the session of the refresh token in the body, or else of the access token in the header, expired or \
         not. Its tokens are refused from then on. With `Countersign-Session: cookie` it is the session of the cookies \
         where the request shows no token, and the browser forgets them.",
    )
    .takes(token_of_the_session())
    .perhaps_by_bearer()
    .answers::<Message>(StatusCode::OK, json!({ "message": "Logged out" }))
    .refused_with(&[
        Code::UnknownField,
        Code::TokenRequired,
        Code::RefreshTokenInvalid,
        Code::SessionEnded,
        Code::Overloaded,
    ])
}

fn token_of_the_session() -> RequestBody {
    RequestBody::new("RefreshToken", REFRESH_FIELDS, json!({ "refresh_token": "q1Zb…" }))
        .optional("refresh_token", fields::text("The `refresh_token` of the last pair.", "q1Zb…"))
        .that_may_be_left_out()
}

fn log_out_everywhere(_: Place) -> Description {
    Description::new("Log out everywhere", "Ends every session of the caller, this one too.")
        .refused_with(&[Code::Overloaded])
}

fn list(place: Place) -> Description {
    Description::new("List the sessions", "Where the caller is logged in, newest first.")
        .answers_pages_of::<SessionItem<'static>>("SessionPage", session())
        .leads_to(place, Operation::EndSession, json!({ "session_id": "$response.body#/items/0/id" }))
}

fn end_one(_: Place) -> Description {
    let id = json!({
        "type": "string", "pattern": "^[A-Za-z0-9_-]{22}$", "examples": ["AQEBAQEBAQEBAQEBAQEBAQ"],
    });
    Description::new(
        "End a session",
        "Ends one of the caller's sessions. Somebody else's is answered as one that is not there.",
    )
    .with(Parameter::path("session_id", "The `id` of the session in the list.", id))
    .refused_with(&[Code::SessionNotFound, Code::Overloaded])
}

fn session() -> Value {
    json!({
        "id": "AQEBAQEBAQEBAQEBAQEBAQ",
        "created_at": "2026-01-31T12:00:00Z",
        "last_used_at": "2026-01-31T12:05:00Z",
        "expires_at": "2026-03-02T12:00:00Z",
        "ip": "192.0.2.1",
        "user_agent": "Mozilla/5.0",
        "application_id": "default",
        "current": true,
    })
}
