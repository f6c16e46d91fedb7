//! Mails that anybody asks for by an address: to verify it, to reset a password.

use countersign_core::email::Email;
use countersign_core::json::Document;
use countersign_core::login::Identifier;
use countersign_core::mail::{self, Requested};
use countersign_core::secret::Secret;
use countersign_core::token::{ActionEntropy, ActionPurpose, MailedToken};
use warp::http::StatusCode;

use super::form::{self, unknown_fields};
use super::settle;
use super::views::Message;
use crate::app::App;
use crate::call::Call;
use crate::entropy::random;
use crate::problem::Problem;
use crate::reply::Reply;

/// The fields that asking for a mail takes.
pub const FIELDS: &[&str] = &["email"];

/// What everybody is told, whether or not a mail is on its way.
const MESSAGE: &str = "If this address belongs to an account that wants it, a mail is on its way";

/// Answers 202, and mails a token that resets the password of whoever has the address.
pub(crate) async fn forgot(app: &App, call: Call) -> Result<Reply, Problem> {
    request(app, &call, ActionPurpose::ResetPassword).await
}

/// Answers 202, and mails a token that verifies the address where that is not done yet.
pub(crate) async fn resend(app: &App, call: Call) -> Result<Reply, Problem> {
    request(app, &call, ActionPurpose::VerifyEmail).await
}

/// A new token on its way to an address.
///
/// # Errors
/// Where the system has no randomness.
pub(super) fn token(app: &App, purpose: ActionPurpose, to: Email) -> Result<MailedToken, Problem> {
    let entropy = ActionEntropy { token: Secret::new(random()?), nonce: random()? };
    Ok(app.tokens.mail_keys.current.mail(purpose, to, &entropy, app.now())?)
}

async fn request(app: &App, call: &Call, purpose: ActionPurpose) -> Result<Reply, Problem> {
    let email = parse(&call.document()?)?;
    let name = Identifier::Email(email.as_str().to_owned());
    let token = token(app, purpose, email)?;
    settle(app, call, || {
        let now = app.now();
        let account = app.store.account_by_name(&name)?;
        let recent = app.store.recent_mails(name.as_str(), now)?;
        let from_address = app.store.mails_from(call.network, now)?;
        Ok(mail::request(&Requested { account, recent, from_address }, token.clone(), now))
    })
    .await?;
    Ok(Reply::json(StatusCode::ACCEPTED, &Message { message: MESSAGE }))
}

fn parse(document: &Document<'_>) -> Result<Email, Problem> {
    Ok(form::merge(mail::parse(&document.field("email")), unknown_fields(document, FIELDS))?)
}
