//! From the `Authorization` header, or a cookie, to somebody who may act.

use std::sync::Arc;

use countersign_core::authenticate::{self, Asks, Principal};
use countersign_core::authorize;
use countersign_core::change::Change;
use countersign_core::decision::Decision;
use countersign_core::id::SessionId;
use countersign_core::rejection::Code;
use countersign_core::secret::TokenDigest;
use countersign_core::time::Timestamp;
use countersign_core::token::{self, AccessClaims, Expectation, TokenError, verify_access_token};
use warp::http::HeaderMap;
use warp::http::header::AUTHORIZATION;

use crate::app::App;
use crate::call::{Call, Credentials};
use crate::problem::Problem;
use crate::request_id::RequestId;
use crate::routes::Auth;

/// Who the access token of these credentials belongs to: one signature, and a read where anything has changed since the
/// last.
///
/// # Errors
/// 401 for a missing, malformed, expired or revoked token, 404 where a profile route asks and the user is
/// gone.
pub fn principal(
    app: &App,
    credentials: Credentials<'_>,
    asks: Asks,
    now: Timestamp,
    request_id: &RequestId,
) -> Result<Principal, Problem> {
    let claims = live(app, credentials, now)?;
    let found = app.store.session_with_account(claims.session_id)?;
    let Decision { outcome, events, .. } = authenticate::decide(&claims, found, asks, now);
    super::tell(&events, Some(request_id.as_str()));
    let principal = outcome.map_err(|rejection| credentials.carrier().refused(Problem::from(rejection)))?;
    if principal.session().is_use_worth_noting(now) {
        note_use(app, principal.session().id, now);
    }
    Ok(principal)
}

/// Whoever sent this call as they now stand; `None` where the call carries no token.
///
/// # Errors
/// As [`principal`], and 403 where an admin is one no longer.
pub fn again(app: &App, call: &Call) -> Result<Option<Principal>, Problem> {
    let Some(before) = &call.principal else { return Ok(None) };
    let found = app.store.session_with_account(before.session().id)?;
    let Decision { outcome, events, .. } = authenticate::again(before, found, call.route.asks(), app.now());
    super::tell(&events, Some(call.request_id.as_str()));
    let carrier = call.credentials().carrier();
    let principal = outcome.map_err(|rejection| carrier.refused(Problem::from(rejection)))?;
    if call.route.auth == Auth::Admin {
        authorize::admin(&principal)?;
    }
    Ok(Some(principal))
}

/// What the access token of these credentials says, which has not expired.
fn live(app: &App, credentials: Credentials<'_>, now: Timestamp) -> Result<Arc<AccessClaims>, Problem> {
    let token = access_token(credentials)?;
    let digest = TokenDigest::of(token.as_bytes());
    let keys = app.tokens.signing.current()?;
    // One that has expired since is verified again, and so refused in the same words as any other.
    let known = keys.verified.find(digest).filter(|claims| now < claims.expires_at);
    if let Some(claims) = known {
        return Ok(claims);
    }
    let expectation = Expectation::new(&keys.algorithms, &app.tokens.issuer, now);
    let claims = Arc::new(verify_access_token(token, &keys.verifying, &expectation)?.claims);
    keys.verified.keep(digest, Arc::clone(&claims));
    Ok(claims)
}

/// What the `mfa_token` that the header bears is kept as; `None` where these credentials are something else. No access
/// token is written like one, since it has dots, and no cookie holds one.
///
/// # Errors
/// 401 for a missing or malformed header.
pub fn mfa_token(credentials: Credentials<'_>) -> Result<Option<TokenDigest>, Problem> {
    if credentials.access_cookie().is_some() {
        return Ok(None);
    }
    let token = bearer(credentials.headers)?;
    // 256 bits of base64url are written like a digest is.
    Ok(TokenDigest::parse(token).map(|_| TokenDigest::of(token.as_bytes())))
}

/// What the access token of these credentials says where its expiry does not matter.
///
/// # Errors
/// 401 for a missing or malformed token, and for one that is not ours.
pub fn perhaps_expired(
    app: &App,
    credentials: Credentials<'_>,
    now: Timestamp,
) -> Result<AccessClaims, Problem> {
    let keys = app.tokens.signing.current()?;
    let expectation = Expectation::new(&keys.algorithms, &app.tokens.issuer, now).forgiving_expiry();
    Ok(verify_access_token(access_token(credentials)?, &keys.verifying, &expectation)?.claims)
}

/// Nobody waits for the note, and one that is lost is made at the next use.
fn note_use(app: &App, session: SessionId, at: Timestamp) {
    let store = app.store.clone();
    tokio::spawn(async move {
        if let Err(error) = store.commit(&[Change::NoteUse { session, at }]).await {
            tracing::warn!(%error, "the last use of a session was not noted");
        }
    });
}

fn access_token(credentials: Credentials<'_>) -> Result<&str, Problem> {
    match credentials.access_cookie() {
        Some(token) => Ok(token),
        None => bearer(credentials.headers),
    }
}

/// The token of the one `Authorization: Bearer` header (RFC 6750 section 2.1; the scheme's letter case does
/// not matter, RFC 9110 section 11.1).
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let refuse = |code| Problem::from(TokenError::of(code));
    let value = values.next().ok_or_else(|| refuse(Code::TokenRequired))?;
    if values.next().is_some() {
        return Err(refuse(Code::TokenMalformed));
    }
    let text = value.to_str().map_err(|_| refuse(Code::TokenMalformed))?;
    token::bearer(text).map_err(Problem::from)
}
