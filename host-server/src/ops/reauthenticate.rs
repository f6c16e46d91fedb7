//! The check of a `current_password`: counted before it is looked at, like one at the log-in.

use countersign_core::account::Account;
use countersign_core::authenticate::Principal;
use countersign_core::decision::Decision;
use countersign_core::field::Field;
use countersign_core::password::{Password, PreparedPassword};
use countersign_core::reauthenticate::{self, Proof};
use countersign_core::rejection::Fault;
use countersign_core::throttle::{GuessSubject, Guesses};

use super::settle;
use crate::app::App;
use crate::entropy::random;
use crate::problem::Problem;
use crate::request_id::RequestId;

/// Reads the field `current_password`; `None` where it is left out.
pub(super) fn parse(current_password: &Field<'_>) -> Result<Option<PreparedPassword>, Vec<Fault>> {
    let text = current_password.optional("current_password").map_err(|fault| vec![fault])?;
    Ok(text.map(Password::prepare))
}

/// The proof that the password gives where there is one, else the session.
///
/// # Errors
/// As [`by_password`], and 403 `reauthentication_required` where there is neither.
pub(super) async fn require(
    app: &App,
    principal: &Principal,
    password: Option<PreparedPassword>,
    request_id: &RequestId,
) -> Result<Proof, Problem> {
    let by_password = match password {
        Some(password) => Some(by_password(app, principal.account(), password, request_id).await?),
        None => None,
    };
    let proof = reauthenticate::require(principal.session(), by_password, &app.policy, app.now());
    proof.map_err(Problem::from)
}

/// The proof that a right password gives.
///
/// # Errors
/// 400 naming `current_password` where it is another, 429 where too many were.
pub(super) async fn by_password(
    app: &App,
    account: &Account,
    password: PreparedPassword,
    request_id: &RequestId,
) -> Result<Proof, Problem> {
    admit(app, account, request_id).await?;
    let check =
        app.hashing.verify(password, account.password_hash.clone(), app.policy.argon2, random()?).await?;
    settle(app, request_id, || -> Result<Decision<Proof>, Problem> {
        Ok(reauthenticate::decide(account, &check))
    })
    .await
}

/// Counts one more guess at the account's password.
///
/// # Errors
/// 429 where too many were wrong.
pub(super) async fn admit(app: &App, account: &Account, request_id: &RequestId) -> Result<(), Problem> {
    let subject = GuessSubject::Account(account.id);
    settle(app, request_id, || {
        let now = app.now();
        let guesses = app.store.guesses(&subject, Guesses::window_start(now))?;
        Ok(reauthenticate::admit(account, &guesses, now))
    })
    .await
}
