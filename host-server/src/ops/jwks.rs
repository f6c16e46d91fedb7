//! The keys that verify access tokens elsewhere: at the edge, in another service.

use countersign_core::token::VerifyingKey;
use warp::http::header::CACHE_CONTROL;
use warp::http::{HeaderValue, StatusCode};

use super::views::{Jwk, Jwks};
use crate::app::App;
use crate::reply::Reply;

/// How long a verifier may rely on the keys without asking again, in seconds: a verifier that meets a new
/// `kid` asks anyway, and one key that is taken back is gone everywhere after five minutes.
const KEPT_FOR: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// Answers 200 with the public keys. A shared secret has none, so that under HS256 the set is empty.
pub(crate) fn answer(app: &App) -> Reply {
    let keys = app.tokens.keys.keys().iter().filter_map(VerifyingKey::to_jwk).map(Jwk::from).collect();
    Reply::json(StatusCode::OK, &Jwks { keys }).with_header(CACHE_CONTROL, KEPT_FOR)
}
