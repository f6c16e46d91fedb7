//! Counts a guess at a password before the password is looked at, and after there is a place where it can be: whoever is
//! turned away by a machine that is busy has used up no guess, and nothing was looked at that could be told.

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
use crate::hashing::{Busy, Place};
use crate::problem::Problem;

/// How long somebody waits for checks of the same password that are under way. A queue of the hashing threads that is
/// full takes about as long.
const PATIENCE: Duration = Duration::from_secs(10);

/// A guess that is counted. Its check is under way until this is dropped.
pub(super) struct Counted {
    _under_way: Check,
    place: Option<Place>,
}

impl Counted {
    /// The place that was kept for its check. For a check after that, one that is free.
    ///
    /// # Errors
    /// Where none is free.
    pub(super) fn place(&mut self, app: &App) -> Result<Place, Busy> {
        self.place.take().map_or_else(|| app.hashing.reserve(), Ok)
    }
}

/// Counts a guess, or refuses it. Of many that arrive at once, the store lets only so many through; the others wait for
/// those, since a right one frees the count.
///
/// # Errors
/// What `decide` refuses; 503 where the others took too long, or where the hashing threads have too much to do.
pub(super) async fn admit(
    app: &App,
    call: &Call,
    guess: &Guess,
    decide: impl Fn(&[Tally], Timestamp) -> Decision<()>,
) -> Result<Counted, Problem> {
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
        if full.iter().any(Option::is_none) {
            // One is full of wrong guesses alone: nobody has to wait to be told so.
            settle(app, call, || Ok(decide(&tallied, now))).await?;
            continue;
        }
        if let Some(told) = full.into_iter().flatten().next() {
            if timeout_at(until, told).await.is_err() {
                return Err(Problem::contended());
            }
            continue;
        }
        let place = app.hashing.reserve()?;
        let under_way = app.under_way.begin(guess.counted_on());
        let counted = settle(app, call, || {
            let now = app.now();
            Ok(decide(&tallies(now)?, now))
        })
        .await;
        match counted {
            Ok(()) => return Ok(Counted { _under_way: under_way, place: Some(place) }),
            // Others were quicker, and may be right.
            Err(problem) if problem.code() == Code::TooManyAttempts => drop(under_way),
            Err(problem) => return Err(problem),
        }
    }
}
