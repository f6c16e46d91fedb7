//! Counts a guess at a password before the password is looked at.

use std::time::Duration;

use countersign_core::decision::Decision;
use countersign_core::rejection::Code;
use countersign_core::throttle::{GuessSubject, Guesses};
use countersign_core::time::Timestamp;
use tokio::time::{Instant, timeout_at};

use super::settle;
use crate::app::App;
use crate::call::Call;
use crate::guessing::Check;
use crate::problem::Problem;

/// How long somebody waits for checks of the same password that are under way. A queue of the hashing threads that is
/// full takes about as long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Counts a guess, or refuses it. Of many that arrive at once, the store lets only so many through; the others wait for
/// those, since a right one frees the count. The check is under way until what is answered is dropped.
///
/// # Errors
/// What `decide` refuses, 503 where the others took too long.
pub(super) async fn admit(
    app: &App,
    call: &Call,
    subject: &GuessSubject,
    decide: impl Fn(&Guesses, Timestamp) -> Decision<()>,
) -> Result<Check, Problem> {
    let until = Instant::now() + PATIENCE;
    loop {
        let one_is_done = app.under_way.one_is_done(subject);
        let told = one_is_done.as_ref().map(|one_is_done| one_is_done.notified());
        let now = app.now();
        let is_full = app.store.guesses(subject, Guesses::window_start(now))?.wait_secs(now).is_some();
        if let (true, Some(told)) = (is_full, told) {
            if timeout_at(until, told).await.is_err() {
                return Err(Problem::contended());
            }
            continue;
        }
        let check = app.under_way.begin(subject.clone());
        let counted = settle(app, call, || {
            let now = app.now();
            Ok(decide(&app.store.guesses(subject, Guesses::window_start(now))?, now))
        })
        .await;
        match counted {
            Ok(()) => return Ok(check),
            // Others were quicker, and may be right.
            Err(problem) if problem.code() == Code::TooManyAttempts => {
                drop(check);
                if app.under_way.one_is_done(subject).is_none() {
                    return Err(problem);
                }
            }
            Err(problem) => return Err(problem),
        }
    }
}
