//! The check of a `current_password`: counted before it is looked at, like one at the log-in.

use countersign_core::account::Account;
use countersign_core::decision::Decision;
use countersign_core::password::PreparedPassword;
use countersign_core::reauthenticate::{self, Proof};
use countersign_core::throttle::{GuessSubject, Guesses};

use super::settle;
use crate::app::App;
use crate::call::RequestId;
use crate::entropy::random;
use crate::problem::Problem;

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
    let subject = GuessSubject::Account(account.id);
    settle(app, request_id, || {
        let now = app.now();
        let guesses = app.store.guesses(&subject, Guesses::window_start(now))?;
        Ok(reauthenticate::admit(account, &guesses, now))
    })
    .await?;
    let check =
        app.hashing.verify(password, account.password_hash.clone(), app.policy.argon2, random()?).await?;
    settle(app, request_id, || -> Result<Decision<Proof>, Problem> {
        Ok(reauthenticate::decide(account, &check))
    })
    .await
}
