//! The second factor: set, shown, turned off.

use countersign_core::login::{self, LoginContext};
use countersign_core::mfa::{self, Confirmed, RecoveryCode, Renewal, ShownCode, TotpSecret, otpauth_url};
use countersign_core::secret::{Secret, TokenDigest};
use warp::http::StatusCode;

use super::form::{self, unknown_fields};
use super::views::{MfaVerified, ProposedFactor, RecoveryCodes};
use super::{issued, reauthenticate, second_factor, sessions, settle};
use crate::app::App;
use crate::call::Call;
use crate::entropy::random;
use crate::problem::Problem;
use crate::qr;
use crate::reply::Reply;

/// The fields that setting a factor takes.
pub const ENABLE_FIELDS: &[&str] = &["current_password"];

/// The fields that showing a code takes.
pub const CODE_FIELDS: &[&str] = &["code", "recovery_code"];

/// The fields that new recovery codes take.
pub const RENEWAL_FIELDS: &[&str] = &["code", "recovery_code", "current_password"];

const VERIFIED: &str = "MFA verified successfully";

/// Answers 200 with a secret that waits to be verified.
pub(crate) async fn enable(app: &App, call: Call) -> Result<Reply, Problem> {
    let document = call.document()?;
    let current_password = document.field("current_password");
    let password = reauthenticate::parse(&current_password);
    let password = form::merge(password, unknown_fields(&document, ENABLE_FIELDS))?;
    let account = call.principal()?.account();
    let proof = reauthenticate::require(app, &call, password).await?;

    let secret = TotpSecret::from_bytes(random()?);
    let sealed = app.tokens.sealing_key.seal(&secret, account.id, random()?)?;
    settle(app, &call, || {
        let stored = app.store.factor(account.id)?;
        Ok(mfa::propose(account.id, proof, stored.as_ref(), sealed.clone(), app.now()))
    })
    .await?;
    let name = account.username.as_ref().unwrap_or(&account.email);
    let url = otpauth_url(&app.tokens.issuer, name, &secret);
    let picture = qr::data_uri(url.expose())?;
    let secret = secret.base32();
    let body =
        ProposedFactor { secret: secret.expose(), qr_code: picture.expose(), otpauth_url: url.expose() };
    Ok(Reply::json(StatusCode::OK, &body))
}

/// Answers 200 to a right code; with the tokens where it finishes a log-in, with recovery codes where it turns the
/// factor on.
pub(crate) async fn verify(app: &App, call: Call) -> Result<Reply, Problem> {
    let shown = shown(&call, CODE_FIELDS)?;
    if let Some(digest) = call.mfa_login {
        return finish_login(app, &call, digest, &shown).await;
    }
    let principal = call.principal()?;
    let (user, session) = (principal.account().id, principal.session().id);
    let entropy = Secret::new(random()?);
    let confirmed = settle(app, &call, || {
        let standing = second_factor::standing(app, user, Some(&shown), call.network)?;
        let renewal = Renewal { entropy: &entropy, key: &app.tokens.recovery_keys.current };
        Ok(mfa::confirm(user, session, &shown, &standing, renewal, app.now()))
    })
    .await?;
    let codes = match &confirmed {
        Confirmed::TurnedOn(codes) => Some(texts(codes)),
        Confirmed::Shown => None,
    };
    let recovery_codes = codes.as_ref().map(|codes| exposed(codes));
    Ok(Reply::json(StatusCode::OK, &MfaVerified { message: VERIFIED, recovery_codes }))
}

async fn finish_login(
    app: &App,
    call: &Call,
    digest: TokenDigest,
    shown: &ShownCode,
) -> Result<Reply, Problem> {
    let entropy = super::login::entropy()?;
    let logged_in = settle(app, call, || {
        let standing = second_factor::waiting(app, digest, Some(shown), call.network)?;
        let context = LoginContext {
            policy: &app.policy,
            issuer: &app.tokens.issuer,
            refresh_key: &app.tokens.refresh_keys.current,
            client: &call.client,
            network: call.network,
            now: app.now(),
        };
        Ok(login::finish(standing, shown, &entropy, context))
    })
    .await?;
    sessions::end_overwritten(app, call).await?;
    issued::logged_in(app, call, &logged_in, Some(VERIFIED))
}

/// Answers 204.
pub(crate) async fn disable(app: &App, call: Call) -> Result<Reply, Problem> {
    let shown = shown(&call, CODE_FIELDS)?;
    let user = call.principal()?.account().id;
    settle(app, &call, || {
        let standing = second_factor::standing(app, user, Some(&shown), call.network)?;
        Ok(mfa::disable(user, &shown, &standing, app.now()))
    })
    .await?;
    Ok(Reply::no_content())
}

/// Answers 200 with new recovery codes.
pub(crate) async fn renew_recovery_codes(app: &App, call: Call) -> Result<Reply, Problem> {
    let document = call.document()?;
    let password = reauthenticate::parse(&document.field("current_password"));
    let shown = ShownCode::parse(&document.field("code"), &document.field("recovery_code"));
    let both = form::both(shown, password);
    let (shown, password) = form::merge(both, unknown_fields(&document, RENEWAL_FIELDS))?;
    let user = call.principal()?.account().id;
    let proof = reauthenticate::require(app, &call, password).await?;
    let entropy = Secret::new(random()?);
    let codes = settle(app, &call, || {
        let standing = second_factor::standing(app, user, Some(&shown), call.network)?;
        let renewal = Renewal { entropy: &entropy, key: &app.tokens.recovery_keys.current };
        Ok(mfa::renew_recovery_codes(user, proof, &shown, &standing, renewal, app.now()))
    })
    .await?;
    let codes = texts(&codes);
    Ok(Reply::json(StatusCode::OK, &RecoveryCodes { recovery_codes: exposed(&codes) }))
}

fn shown(call: &Call, fields: &[&str]) -> Result<ShownCode, Problem> {
    let document = call.document()?;
    let shown = ShownCode::parse(&document.field("code"), &document.field("recovery_code"));
    Ok(form::merge(shown, unknown_fields(&document, fields))?)
}

fn texts(codes: &[RecoveryCode]) -> Vec<Secret<String>> {
    codes.iter().map(RecoveryCode::text).collect()
}

fn exposed(codes: &[Secret<String>]) -> Vec<&str> {
    codes.iter().map(|code| code.expose().as_str()).collect()
}
