//! What a mailed token is good for: to verify the address, to set another password.

use countersign_core::password::PreparedPassword;
use countersign_core::reset::{self, Reset, ResetForm, Standing};
use countersign_core::secret::{Secret, TokenDigest};
use countersign_core::token::ActionStanding;
use countersign_core::verify_email;

use super::form::{self, unknown_fields};
use super::{breach, issued, settle};
use crate::app::App;
use crate::call::Call;
use crate::entropy::random;
use crate::problem::Problem;
use crate::reply::Reply;

/// The fields that verifying an address takes.
pub const VERIFICATION_FIELDS: &[&str] = &["token"];

/// The fields that a reset takes, in the order of the form.
pub const RESET_FIELDS: &[&str] = &["token", "password"];

const RESET: &str = "Password reset successfully";

/// Answers 204 once the address is verified.
pub(crate) async fn verify(app: &App, call: Call) -> Result<Reply, Problem> {
    let document = call.document()?;
    let parsed = verify_email::parse(&document.field("token"));
    let digest = form::merge(parsed, unknown_fields(&document, VERIFICATION_FIELDS))?;
    settle(app, &call, || {
        let now = app.now();
        let from_address = app.store.from_address(call.network, now)?;
        Ok(verify_email::decide(standing(app, digest)?.as_ref(), &from_address, now))
    })
    .await?;
    Ok(Reply::no_content())
}

/// Answers 200 with a device token once the account has the new password.
pub(crate) async fn reset(app: &App, call: Call) -> Result<Reply, Problem> {
    let document = call.document()?;
    let form = ResetForm { token: document.field("token"), password: document.field("password") };
    let reset = form::merge(Reset::parse(&form), unknown_fields(&document, RESET_FIELDS))?;
    // Asked before the hash is spent, and again when the password is stored.
    let password = settle(app, &call, || {
        let now = app.now();
        let standing = reset_standing(app, reset.digest)?;
        let from_address = app.store.from_address(call.network, now)?;
        Ok(reset::check(&reset, standing.as_ref(), &from_address, app.policy.password_min_length, now))
    })
    .await?;
    breach::refuse(app, &password).await?;
    let password = PreparedPassword::clone(&password);
    let hash = app.hashing.hash(password, app.policy.argon2, random()?).await?;
    let device = Secret::new(random()?);
    let done = settle(app, &call, || {
        let now = app.now();
        let standing = reset_standing(app, reset.digest)?;
        let from_address = app.store.from_address(call.network, now)?;
        Ok(reset::decide(standing.as_ref(), &from_address, &hash, &device, now))
    })
    .await?;
    Ok(issued::device(&call, RESET, &done.device_token))
}

fn standing(app: &App, digest: TokenDigest) -> Result<Option<ActionStanding>, Problem> {
    let Some(token) = app.store.action_token(digest)? else { return Ok(None) };
    let account = app.store.account(token.user)?;
    Ok(account.map(|account| ActionStanding { token, account }))
}

fn reset_standing(app: &App, digest: TokenDigest) -> Result<Option<Standing>, Problem> {
    let Some(action) = standing(app, digest)? else { return Ok(None) };
    let factor = app.store.factor(action.account.id)?;
    Ok(Some(Standing { action, factor }))
}
