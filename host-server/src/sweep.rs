//! What is forgotten from time to time because nothing depends on it any more.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::change::{Change, KeyChange};
use countersign_core::keyring::HANDOVER_SECS;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;

/// Between two sweeps: nothing waits for one, and each is a commit that changes little.
const PAUSE: Duration = Duration::from_secs(60);

/// Seconds for which things are kept past their time, for clocks that differ.
const LATER_SECS: i64 = 60;

/// Sweeps at once and then for as long as the runtime lives.
pub async fn sweep_on(app: Arc<App>) {
    let mut ticks = interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = app.store.commit(&due(&app)).await {
            // The next one does it.
            tracing::warn!(%error, "a sweep was not done");
        }
    }
}

fn due(app: &App) -> Vec<Change> {
    let now = app.now();
    // An expired token can be shown to be refreshed or ended for so long, and then its key has to be known.
    let window_secs = i64::from(app.policy.refresh_window_secs);
    vec![
        Change::Key(KeyChange::Forget {
            replaced_by: now.plus_secs(-HANDOVER_SECS),
            expired_by: now.plus_secs(-window_secs - LATER_SECS),
        }),
        Change::ForgetEnded { at: now.plus_secs(-LATER_SECS) },
    ]
}
