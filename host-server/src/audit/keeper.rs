//! Seals the audit as it grows.

use std::time::Duration;

use countersign_core::audit::chain::Place;
use countersign_core::audit::seal::SealKey;
use countersign_core::change::Change;
use tokio::time::{MissedTickBehavior, interval};

use super::walk::{Fault, Walk, WalkError, steps};
use crate::store::Store;

/// How long a row goes without a seal at most. Whoever gets at the file can alter what is younger, and nothing else.
const PERIOD: Duration = Duration::from_secs(60);

/// Seals what has come since, again and again. It never ends; a seal that fails is told to the log and tried again.
pub(crate) async fn keep_sealed(store: Store, key: SealKey) {
    let mut tick = interval(PERIOD);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = seal(&store, &key).await {
            tracing::error!(%error, "the audit was not sealed");
        }
    }
}

/// Seals the newest row, once those since the last seal have been gone through.
///
/// # Errors
/// Where they do not hang together or the last seal does not hold, and where the store fails.
pub(crate) async fn seal(store: &Store, key: &SealKey) -> Result<(), WalkError> {
    let standing = store.audit_standing()?;
    let from = match &standing.seal {
        Some(seal) if !key.holds(seal) => return Err(Fault::OtherSeal(seal.place.number).into()),
        Some(seal) if seal.place == standing.newest => return Ok(()),
        Some(seal) => seal.place,
        // The first seal is made before there are rows, so that one that is missing has been removed.
        None => Place::START,
    };
    let (walked, newest) = (store.clone(), standing.newest);
    let walk = tokio::task::spawn_blocking(move || {
        let mut walk = Walk::from(from, None, None)?;
        steps(&walked, &mut walk, newest).map(|()| walk.place)
    });
    let place = walk
        .await
        .map_err(|error| crate::store::StoreError::engine("looking through the audit", error))??;
    if place != newest {
        return Err(Fault::OtherEnd { found: place.number, written: newest.number }.into());
    }
    // Where another process has sealed a newer row meanwhile, that is as good.
    store.commit(&[Change::SealAudit(key.seal(place))]).await?;
    Ok(())
}
