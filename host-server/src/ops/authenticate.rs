//! From the `Authorization` header to somebody who may act.

use countersign_core::authenticate::{self, Asks, Principal};
use countersign_core::decision::Decision;
use countersign_core::rejection::Code;
use countersign_core::time::Timestamp;
use countersign_core::token::{Expectation, TokenError, verify_access_token};
use warp::http::HeaderMap;
use warp::http::header::AUTHORIZATION;

use crate::app::App;
use crate::call::RequestId;
use crate::problem::Problem;

/// Who the bearer token of these headers belongs to: one signature, one point read.
///
/// # Errors
/// 401 for a missing, malformed, expired or revoked token, 404 where a profile route asks and the user is
/// gone.
pub fn principal(
    app: &App,
    headers: &HeaderMap,
    asks: Asks,
    now: Timestamp,
    request_id: &RequestId,
) -> Result<Principal, Problem> {
    let token = bearer(headers)?;
    let algorithms = [app.tokens.algorithm()];
    let expectation = Expectation::new(&algorithms, &app.tokens.issuer, now);
    let verified = verify_access_token(token, &app.tokens.keys, &expectation).map_err(Problem::from)?;
    let found = app.store.session_with_account(verified.claims.session_id)?;
    let (session, account) = found.unzip();
    let Decision { outcome, events, .. } =
        authenticate::decide(&verified.claims, session, account, asks, now);
    super::tell(&events, request_id);
    outcome.map_err(Problem::from)
}

/// The token of the one `Authorization: Bearer` header (RFC 6750 section 2.1; the scheme's letter case does
/// not matter, RFC 9110 section 11.1).
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let refuse = |code| Problem::from(TokenError::of(code));
    let required = || refuse(Code::TokenRequired);
    let malformed = || refuse(Code::TokenMalformed);
    let value = values.next().ok_or_else(required)?;
    if values.next().is_some() {
        return Err(malformed());
    }
    let text = value.to_str().map_err(|_| malformed())?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim_start_matches(' ')) } else { Err(required()) }
}
