//! The check of a `current_password`: counted before it is looked at, like one at the log-in, but on the session.

use countersign_core::account::Account;
use countersign_core::field::Field;
use countersign_core::password::{Password, PreparedPassword};
use countersign_core::reauthenticate::{self, Proof};
use countersign_core::rejection::Fault;

use super::guess::{self, Counted};
use super::settle;
use crate::app::App;
use crate::call::Call;
use crate::entropy::random;
use crate::problem::Problem;

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
    call: &Call,
    password: Option<PreparedPassword>,
) -> Result<Proof, Problem> {
    let principal = call.principal()?;
    let account = principal.account();
    let by_password = match password {
        Some(password) => Some(by_password(app, call, account, password).await?),
        None => None,
    };
    let proof = reauthenticate::require(account, principal.session(), by_password, &app.policy, app.now());
    proof.map_err(Problem::from)
}

/// The proof that a right password gives.
///
/// # Errors
/// 400 naming `current_password` where it is another, 429 where too many were.
pub(super) async fn by_password(
    app: &App,
    call: &Call,
    account: &Account,
    password: PreparedPassword,
) -> Result<Proof, Problem> {
    let guess = reauthenticate::guess(call.principal()?.session());
    let mut counted = admit(app, call, account).await?;
    let (place, checked) = (counted.place(app)?, account.password_hash.clone());
    let check = app.hashing.verify(place, password, checked, app.policy.argon2, random()?).await?;
    settle(app, call, || Ok(reauthenticate::decide(account, &guess, &check))).await
}

/// Counts one more guess in the session at its account's password.
///
/// # Errors
/// 429 where too many were wrong.
pub(super) async fn admit(app: &App, call: &Call, account: &Account) -> Result<Counted, Problem> {
    let guess = reauthenticate::guess(call.principal()?.session());
    guess::admit(app, call, &guess, |tallies, now| reauthenticate::admit(account, &guess, tallies, now)).await
}
