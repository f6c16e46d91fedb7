//! Sessions and their tokens.

use countersign_core::account::Account;
use countersign_core::secret::Secret;
use countersign_core::session::Session;
use countersign_core::time::Timestamp;
use countersign_core::token::AccessClaims;
use serde::Serialize;
use utoipa::ToSchema;

use super::rfc3339;
use super::user::User;

/// The answer to a log-in and to a refresh.
#[derive(Serialize, ToSchema)]
pub struct Tokens<'a> {
    /// A JWT (RFC 9068) for the `Authorization` header.
    #[schema(example = "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLiJ9.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJl")]
    pub access_token: &'a str,
    /// The same token, under the name that some clients look for.
    #[schema(example = "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLiJ9.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJl")]
    pub token: &'a str,
    /// Always `bearer` (RFC 6750).
    #[schema(example = "bearer")]
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    #[schema(example = 3600)]
    pub expires_in: i64,
    /// Good for one new pair of tokens.
    #[schema(example = "q1Zb…")]
    pub refresh_token: &'a str,
    /// Keep it and send it at the next log-in from this device: it has a count of wrong passwords of its own. A
    /// refresh gives none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "3kTf…", nullable = false)]
    pub device_token: Option<&'a str>,
    /// Whose they are.
    pub user: User<'a>,
}

impl<'a> Tokens<'a> {
    /// The answer with these tokens, of which the host has signed the first.
    pub fn new(
        access_token: &'a Secret<String>,
        claims: &AccessClaims,
        refresh_token: &'a Secret<String>,
        account: &'a Account,
        now: Timestamp,
    ) -> Self {
        Self {
            access_token: access_token.expose(),
            token: access_token.expose(),
            token_type: "bearer",
            // A pair that is given again may have expired by then; its refresh token has not.
            expires_in: claims.expires_at.secs_since(now).max(0),
            refresh_token: refresh_token.expose(),
            device_token: None,
            user: User::from(account),
        }
    }

    /// The same answer with what tells the device again.
    pub fn with_device_token(self, device_token: &'a Secret<String>) -> Self {
        Self { device_token: Some(device_token.expose()), ..self }
    }
}

/// The answer to a log-in and to a refresh that ask for cookies: these hold the tokens, so that no script of a page ever
/// does.
#[derive(Serialize, ToSchema)]
pub struct CookieSession<'a> {
    /// Always `bearer`, as where tokens are answered.
    #[schema(example = "bearer")]
    pub token_type: &'static str,
    /// Seconds until the access token in its cookie expires.
    #[schema(example = 3600)]
    pub expires_in: i64,
    /// Whose session it is.
    pub user: User<'a>,
}

impl<'a> From<Tokens<'a>> for CookieSession<'a> {
    fn from(tokens: Tokens<'a>) -> Self {
        Self { token_type: tokens.token_type, expires_in: tokens.expires_in, user: tokens.user }
    }
}

/// One log-in, as its owner sees it in the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionItem<'a> {
    /// What to end it by.
    #[schema(example = "AQEBAQEBAQEBAQEBAQEBAQ")]
    pub id: String,
    /// When its owner logged in.
    #[serde(serialize_with = "rfc3339")]
    #[schema(value_type = String, format = DateTime, example = "2026-01-31T12:00:00Z")]
    pub created_at: Timestamp,
    /// When it was last used, to within five minutes.
    #[serde(serialize_with = "rfc3339")]
    #[schema(value_type = String, format = DateTime, example = "2026-01-31T12:00:00Z")]
    pub last_used_at: Timestamp,
    /// When it ends, whatever happens.
    #[serde(serialize_with = "rfc3339")]
    #[schema(value_type = String, format = DateTime, example = "2026-03-02T12:00:00Z")]
    pub expires_at: Timestamp,
    /// Where the log-in came from; null where that is not known.
    #[schema(example = "192.0.2.1")]
    pub ip: Option<&'a str>,
    /// What the client called itself; null where it said nothing.
    #[schema(example = "Mozilla/5.0")]
    pub user_agent: Option<&'a str>,
    /// What its tokens are for.
    #[schema(example = "default")]
    pub application_id: &'a str,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl<'a> SessionItem<'a> {
    /// The session as `asking` sees it.
    pub fn of(session: &'a Session, asking: &Session) -> Self {
        Self {
            id: session.id.encode(),
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
            ip: session.client.ip.as_deref(),
            user_agent: session.client.user_agent.as_deref(),
            application_id: session.application.as_str(),
            current: session.id == asking.id,
        }
    }
}
