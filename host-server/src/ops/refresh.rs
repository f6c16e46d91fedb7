//! A new pair of tokens for an old one.

use countersign_core::refresh::{self, RefreshContext, Shown, Standing};
use countersign_core::rejection::Code;
use countersign_core::token::RefreshToken;
use warp::http::StatusCode;

use super::form::{self, unknown_fields};
use super::views::Tokens;
use super::{authenticate, settle};
use crate::app::App;
use crate::call::Call;
use crate::entropy::random;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::store::Store;

/// The fields that a refresh and a log-out take.
pub const FIELDS: &[&str] = &["refresh_token"];

/// Answers 200 with the new pair.
pub(crate) async fn answer(app: &App, call: Call) -> Result<Reply, Problem> {
    let shown = shown(app, &call)?;
    let refreshed = settle(app, &call, || {
        let context = RefreshContext {
            policy: &app.policy,
            issuer: &app.tokens.issuer,
            refresh_key: &app.tokens.refresh_keys.current,
            now: app.now(),
        };
        Ok(refresh::decide(&shown, standing(&app.store, &shown)?, random()?, context))
    })
    .await?;
    let access_token = app.tokens.sign(&refreshed.claims)?;
    let refresh_token = &refreshed.refresh_token;
    let tokens = Tokens::new(&access_token, &refreshed.claims, refresh_token, &refreshed.account, app.now());
    Ok(Reply::json(StatusCode::OK, &tokens))
}

/// The refresh token of the body, else the access token of the header. With both, the body alone counts.
pub(super) fn shown(app: &App, call: &Call) -> Result<Shown, Problem> {
    let document = call.document()?;
    let field = document.field("refresh_token");
    let parsed = field.optional("refresh_token").map_err(|fault| vec![fault]);
    let text = form::merge(parsed, unknown_fields(&document, FIELDS))?;
    match text {
        Some(text) => app
            .tokens
            .refresh_keys
            .find_map(|key| RefreshToken::parse(text, key))
            .map(Shown::RefreshToken)
            .ok_or_else(|| Problem::of(Code::RefreshTokenInvalid)),
        None => authenticate::perhaps_expired(app, &call.headers, app.now()).map(Shown::Bearer),
    }
}

fn standing(store: &Store, shown: &Shown) -> Result<Option<Standing>, Problem> {
    let Some(found) = store.session_with_account(shown.session())? else { return Ok(None) };
    let (session, account) = (found.session.clone(), found.account.clone());
    let application = store.application(&session.application)?;
    let roles = store.roles_held(account.id, &session.application)?;
    Ok(application.map(|application| Standing { session, account, application, roles }))
}
