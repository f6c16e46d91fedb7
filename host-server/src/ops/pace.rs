//! Holds the answer to a failed log-in back, so that its time does not tell whose hash was checked.
//!
//! A timer does it, and not a thread: who waits takes nothing from anybody.

use std::time::{Duration, Instant};

use countersign_core::login;
use countersign_core::password::{HashKind, PreparedPassword};

use crate::app::App;
use crate::hashing::Busy;
use crate::problem::Problem;

/// Waits until a failed log-in whose check `began` then may be answered. Counted from there and not from its arrival: how
/// long it had to wait for a thread tells nothing.
///
/// # Errors
/// 503 where a kind of hash that has just come in cannot be timed for now; whoever fails then is told so.
pub(super) async fn hold_back(app: &App, password: &PreparedPassword, began: Instant) -> Result<(), Problem> {
    let present = paces(app, app.store.hash_kinds()?).await?;
    if let Some(pace) = login::failure_pace(&present, &app.policy, password) {
        elapse(began, pace).await;
    }
    Ok(())
}

/// Waits until so much time has passed since then.
async fn elapse(began: Instant, pace: Duration) {
    tokio::time::sleep_until((began + pace).into()).await;
}

/// Times the kinds of hashes that are stored before anybody fails to log in, where it can.
pub(crate) async fn learn(app: &App) {
    let timed = match app.store.hash_kinds() {
        Ok(kinds) => paces(app, kinds).await.map_err(|busy| busy.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match timed {
        Ok(present) => {
            for (kind, pace) in present {
                tracing::debug!(kind = kind.word(), millis = pace.as_millis(), "the time of a check");
            }
        }
        Err(error) => {
            tracing::warn!(error, "the checks of stored hashes are timed at the first failed log-in")
        }
    }
}

/// The kinds of hashes that a log-in can meet, those that are stored and that of names of nobody, each with its time.
async fn paces(app: &App, stored: Vec<HashKind>) -> Result<Vec<(HashKind, Duration)>, Busy> {
    let ours = HashKind::Argon2id(app.policy.argon2);
    let mut present = Vec::new();
    if stored.iter().any(|kind| *kind != ours) {
        for kind in stored.into_iter().filter(|kind| *kind != ours).chain([ours]) {
            present.push((kind, app.hashing.pace(kind, app.policy.argon2).await?));
        }
    }
    Ok(present)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_was_checked_sooner_waits_longer_and_all_are_answered_at_one_time() {
        let began = tokio::time::Instant::now();
        for work_millis in [1, 40, 149] {
            let check = tokio::time::Instant::now();
            tokio::time::advance(Duration::from_millis(work_millis)).await;
            elapse(check.into_std(), Duration::from_millis(150)).await;
            assert_eq!(check.elapsed(), Duration::from_millis(150));
        }
        tokio::time::advance(Duration::from_millis(200)).await;
        elapse(began.into_std(), Duration::from_millis(150)).await;
        assert_eq!(began.elapsed(), Duration::from_millis(3 * 150 + 200), "who is late is answered at once");
    }
}
