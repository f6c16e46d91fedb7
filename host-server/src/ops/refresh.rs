//! A new pair of tokens for an old one.

use countersign_core::refresh::{self, RefreshContext, Shown, Standing};
use countersign_core::rejection::Code;
use countersign_core::token::RefreshToken;

use super::form::{self, unknown_fields};
use super::{authenticate, issued, settle};
use crate::app::App;
use crate::call::Call;
use crate::cookies::Carrier;
use crate::entropy::random;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::store::Store;

/// The fields that a refresh and a log-out take.
pub const FIELDS: &[&str] = &["refresh_token"];

/// Answers 200 with the new pair.
pub(crate) async fn answer(app: &App, call: Call) -> Result<Reply, Problem> {
    let (shown, carrier) = shown(app, &call)?;
    let refreshed = settle(app, &call, || {
        let context = RefreshContext {
            policy: &app.policy,
            issuer: &app.tokens.issuer,
            refresh_key: &app.tokens.refresh_keys.current,
            now: app.now(),
        };
        Ok(refresh::decide(&shown, standing(&app.store, &shown)?, random()?, context))
    })
    .await
    .map_err(|problem| carrier.refused(problem))?;
    issued::refreshed(app, &call, &refreshed)
}

/// The refresh token of the body, else that of the cookie, else the access token. With several, the first alone counts.
pub(super) fn shown(app: &App, call: &Call) -> Result<(Shown, Carrier), Problem> {
    let document = call.document()?;
    let field = document.field("refresh_token");
    let parsed = field.optional("refresh_token").map_err(|fault| vec![fault]);
    let text = form::merge(parsed, unknown_fields(&document, FIELDS))?;
    let cookie = call.cookies.as_ref().and_then(|cookies| cookies.refresh_token.as_ref());
    let (text, carrier) = match (text, cookie) {
        (Some(text), _) => (text, Carrier::Request),
        (None, Some(token)) => (token.expose().as_str(), Carrier::Cookie),
        (None, None) => {
            let claims = authenticate::perhaps_expired(app, call.credentials(), app.now())?;
            return Ok((Shown::Bearer(claims), call.credentials().carrier()));
        }
    };
    let token = app.tokens.refresh_keys.find_map(|key| RefreshToken::parse(text, key));
    let refused = || carrier.refused(Problem::of(Code::RefreshTokenInvalid));
    Ok((Shown::RefreshToken(token.ok_or_else(refused)?), carrier))
}

fn standing(store: &Store, shown: &Shown) -> Result<Option<Standing>, Problem> {
    let Some(found) = store.session_with_account(shown.session())? else { return Ok(None) };
    let (session, account) = (found.session.clone(), found.account.clone());
    let application = store.application(&session.application)?;
    let roles = store.roles_held(account.id, &session.application)?;
    Ok(application.map(|application| Standing { session, account, application, roles }))
}
