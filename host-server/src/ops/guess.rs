//! Counts a guess at a password before the password is looked at.

use std::time::Duration;

use countersign_core::decision::Decision;
use countersign_core::rejection::Code;
use countersign_core::throttle::{Guess, Tally};
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
    guess: &Guess,
    decide: impl Fn(&[Tally], Timestamp) -> Decision<()>,
) -> Result<Check, Problem> {
    let until = Instant::now() + PATIENCE;
    let tallies = |now| app.store.tallies(guess, now);
    loop {
        let under_way: Vec<_> =
            guess.counted_on().iter().map(|subject| app.under_way.one_is_done(subject)).collect();
        let told: Vec<_> =
            under_way.iter().map(|done| done.as_ref().map(|one_is_done| one_is_done.notified())).collect();
        let now = app.now();
        let tallied = tallies(now)?;
        let full = tallied.iter().zip(told).filter(|(tally, _)| tally.wait_secs(now).is_some());
        let full: Vec<_> = full.map(|(_, told)| told).collect();
        // Where one is full of wrong guesses alone, nobody has to wait to be told so.
        let is_over = full.iter().any(Option::is_none);
        if let (false, Some(told)) = (is_over, full.into_iter().flatten().next()) {
            if timeout_at(until, told).await.is_err() {
                return Err(Problem::contended());
            }
            continue;
        }
        let check = app.under_way.begin(guess.counted_on());
        let counted = settle(app, call, || {
            let now = app.now();
            Ok(decide(&tallies(now)?, now))
        })
        .await;
        match counted {
            Ok(()) => return Ok(check),
            // Others were quicker, and may be right.
            Err(problem) if problem.code() == Code::TooManyAttempts && !is_over => drop(check),
            Err(problem) => return Err(problem),
        }
    }
}
