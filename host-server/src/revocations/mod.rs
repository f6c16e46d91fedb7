//! The signed list of what became void before it expired, as verifiers elsewhere are given it.
//!
//! It is made when it is asked for, and again when something was committed that belongs into it or the one that is held is
//! about to be replaced as it promises: by one request while the others wait, and never for more than a tenth of the time.

#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use countersign_core::id::{ApplicationId, SessionId, UserId};
use countersign_core::time::Timestamp;
use countersign_core::token::{Issuance, LEEWAY_MAX_SECS, LIFETIME_MAX_SECS, RevocationList, Revoked};
use tokio::sync::Mutex;

use crate::app::App;
use crate::problem::Problem;
use crate::reply::Published;
use crate::store::{Store, StoreError};

/// Seconds from one list to the next at most: what an edge that looks when it is told to may be behind by.
const INTERVAL_SECS: i64 = 60;

/// Seconds for which a cache may give the same list: what a log-out may take longer behind one. A verifier asks far less
/// often than that anyway.
const KEPT_FOR_SECS: i64 = 10;

/// The same as a header.
const KEPT_FOR: &str = "public, max-age=10";

/// Seconds by which a log-in that has read what its user may do can come after the commit that changes it. Its token is
/// outdated as well; what is issued within that time is refreshed once more than needed.
const UNDER_WAY_SECS: i64 = 2;

/// How many times as long as the making takes it rests before the next.
const RESTS: u32 = 9;

/// The list that was made last.
#[derive(Debug, Default)]
pub struct Revocations {
    made: RwLock<Option<Arc<Made>>>,
    making: Mutex<()>,
}

/// A list, and what it was made of.
#[derive(Debug)]
struct Made {
    published: Published,
    at: Timestamp,
    kid: String,
    known: Known,
    /// The store's generation when it was looked at last.
    generation: u64,
    /// Until when it is not looked at again, whatever is committed.
    rests_until: Instant,
}

/// What the store knows.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    sessions: Vec<(SessionId, Timestamp)>,
    grants: Vec<(UserId, Timestamp)>,
    roles: Vec<(ApplicationId, Timestamp)>,
    everything: Option<Timestamp>,
}

impl Known {
    /// One more of a kind than a list holds tells how old the tokens are that are not told of one by one.
    fn read(store: &Store, now: Timestamp) -> Result<Self, StoreError> {
        let limit = |entries: usize| u32::try_from(entries).unwrap_or(u32::MAX).saturating_add(1);
        let (entries, applications) =
            (limit(RevocationList::ENTRIES_MAX), limit(RevocationList::APPLICATIONS_MAX));
        // Where the verifier's clock is behind, a token expires later.
        let earlier = now.plus_secs(-i64::from(LEEWAY_MAX_SECS));
        Ok(Self {
            sessions: store.ended_sessions(earlier, entries)?,
            grants: store.outdated_grants(earlier, entries)?,
            roles: store.outdated_roles(earlier, applications)?,
            everything: store.outdated_everything(earlier)?,
        })
    }

    fn revoked(&self) -> Revoked {
        fn later<T: Clone>(entries: &[(T, Timestamp)]) -> Vec<(T, Timestamp)> {
            entries.iter().map(|(of, at)| (of.clone(), at.plus_secs(UNDER_WAY_SECS))).collect()
        }
        Revoked {
            sessions: self.sessions.clone(),
            // Each session that has ended is known by itself.
            users: Vec::new(),
            grants: later(&self.grants),
            roles: later(&self.roles),
            // Whoever was logged in while that was committed has an ended session.
            everything: self.everything,
        }
    }
}

impl Made {
    /// Whether it is still what is to be said, as far as that is known without a look into the store.
    fn is_current(&self, now: Timestamp, generation: u64, kid: &str) -> bool {
        let is_settled = self.generation == generation || Instant::now() < self.rests_until;
        self.kid == kid && is_settled && self.lasts(now)
    }

    /// Whether who gets it from a cache still has it before the next is promised.
    fn lasts(&self, now: Timestamp) -> bool {
        now < self.at.plus_secs(INTERVAL_SECS - KEPT_FOR_SECS)
    }
}

impl Revocations {
    /// The list as it is now.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn current(&self, app: &Arc<App>) -> Result<Published, Problem> {
        let kid = |app: &App| Ok::<_, Problem>(app.tokens.signing.current()?.signing.kid().to_owned());
        if let Some(made) = self.held(app.now(), app.store.generation()?, &kid(app)?) {
            return Ok(made.published.clone());
        }
        let _making = self.making.lock().await;
        let (now, generation) = (app.now(), app.store.generation()?);
        if let Some(made) = self.held(now, generation, &kid(app)?) {
            return Ok(made.published.clone());
        }
        let before = self.made.read().unwrap_or_else(PoisonError::into_inner).clone();
        // To read and sign 10,000 entries takes milliseconds, in which others are to be answered.
        let app = Arc::clone(app);
        let making = tokio::task::spawn_blocking(move || make(&app, before.as_deref(), now, generation));
        let made = Arc::new(making.await.map_err(Problem::internal)??);
        *self.made.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&made));
        Ok(made.published.clone())
    }

    fn held(&self, now: Timestamp, generation: u64, kid: &str) -> Option<Arc<Made>> {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner).clone();
        made.filter(|made| made.is_current(now, generation, kid))
    }
}

fn make(app: &App, before: Option<&Made>, now: Timestamp, generation: u64) -> Result<Made, Problem> {
    let begun = Instant::now();
    let keys = app.tokens.signing.current()?;
    let kid = keys.signing.kid().to_owned();
    let known = Known::read(&app.store, now)?;
    let rests_until = || Instant::now() + begun.elapsed() * RESTS;
    if let Some(before) = before.filter(|it| it.known == known && it.kid == kid && it.lasts(now)) {
        let (published, at) = (before.published.clone(), before.at);
        return Ok(Made { published, at, kid, known, generation, rests_until: rests_until() });
    }
    // No list is older than the one before, whatever the clock says.
    let at = before.map_or(now, |before| now.max(before.at));
    let list = RevocationList::build(
        known.revoked(),
        Issuance {
            issuer: &app.tokens.issuer,
            made_at: at,
            next_at: at.plus_secs(INTERVAL_SECS),
            // How long each one lives that was really issued, the store has looked at.
            token_lifetime_secs: u32::try_from(LIFETIME_MAX_SECS).unwrap_or(u32::MAX),
        },
    );
    let signed = keys.signing.sign_revocations(&list)?;
    let published = Published::new(signed, "application/jwt", KEPT_FOR);
    Ok(Made { published, at, kid, known, generation, rests_until: rests_until() })
}
