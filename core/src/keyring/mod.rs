//! The keys that sign access tokens, one after the other.
//!
//! One key signs. One waits and is published already, so that every verifier has it by the time it signs: with
//! [`Keyring::rotate`] it does so at once, and nobody is locked out. The one that is replaced is published and accepted
//! until the last token that it has signed has expired, and is known for a while longer, since an expired token can still
//! be shown to be refreshed. Its private half is forgotten as soon as nobody can be signing with it any more.
//!
//! A shared secret (HS256) is not stored: it is `SECRET_KEY` itself. Its row tells only from when until when it signed.

#[cfg(feature = "sign")]
mod sealing;
#[cfg(test)]
mod tests;

#[cfg(feature = "sign")]
pub use sealing::KeyEncryptionKey;

use std::fmt;

use crate::change::{Change, KeyChange};
use crate::time::Timestamp;
use crate::token::Algorithm;

/// Seconds after which every process has noticed that a key was replaced, and what it was signing is signed.
pub const HANDOVER_SECS: i64 = 60;

/// A signing key as the store holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// The name that its tokens carry.
    pub kid: String,
    /// How it signs.
    pub algorithm: Algorithm,
    /// Its private half; `None` for a shared secret, which is not stored, and for a key that signs no more.
    pub sealed: Option<SealedKey>,
    /// Its public half, a JSON Web Key; `None` for a shared secret.
    pub public: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it signs; `None` while it waits.
    pub active_since: Option<Timestamp>,
    /// When another took its place; `None` where none has.
    pub replaced_at: Option<Timestamp>,
    /// When the last token that it has signed expires; `None` while it may sign another.
    pub tokens_until: Option<Timestamp>,
    /// Seconds that the tokens live at most that it signs.
    pub token_ttl_secs: u32,
}

impl StoredKey {
    /// A key that has signed nothing yet.
    pub fn waiting(
        kid: String,
        algorithm: Algorithm,
        halves: Option<(SealedKey, String)>,
        now: Timestamp,
    ) -> Self {
        let (sealed, public) = halves.unzip();
        Self {
            kid,
            algorithm,
            sealed,
            public,
            created_at: now,
            active_since: None,
            replaced_at: None,
            tokens_until: None,
            token_ttl_secs: 0,
        }
    }

    /// What it does.
    pub fn state(&self, now: Timestamp) -> KeyState {
        match (self.active_since, self.tokens_until) {
            (None, _) => KeyState::Waiting,
            (Some(_), None) => KeyState::Active,
            (Some(_), Some(until)) if now < until => KeyState::Replaced,
            (Some(_), Some(_)) => KeyState::Dead,
        }
    }
}

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It will sign, and is published.
    Waiting,
    /// It signs.
    Active,
    /// It has signed tokens that have not expired, and is published for them.
    Replaced,
    /// All its tokens have expired. Those who show one to be refreshed are still known by it.
    Dead,
}

/// The private half of a signing key as the store keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedKey(String);

impl SealedKey {
    /// The text that the store holds. Whether it opens is seen when it is opened.
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SealedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedKey([redacted])")
    }
}

/// What is sealed so that only the right root secret opens it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedProbe(String);

impl SealedProbe {
    /// The text that the store holds.
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SealedProbe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedProbe([redacted])")
    }
}

/// All keys that the store holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keyring(Vec<StoredKey>);

impl Keyring {
    /// Takes them in, in any order.
    pub fn new(mut keys: Vec<StoredKey>) -> Self {
        let rank = |key: &StoredKey| match (key.active_since, key.replaced_at) {
            (Some(_), None) => 0,
            (None, _) => 1,
            (Some(_), Some(_)) => 2,
        };
        keys.sort_by_key(|key| (rank(key), key.replaced_at.map(|at| -at.as_secs()), key.kid.clone()));
        Self(keys)
    }

    /// The one that signs, the one that waits, and the replaced ones, newest first.
    pub fn keys(&self) -> &[StoredKey] {
        &self.0
    }

    /// The key that signs; `None` before the first start.
    pub fn active(&self) -> Option<&StoredKey> {
        self.0.iter().find(|key| key.active_since.is_some() && key.replaced_at.is_none())
    }

    /// The key that is next; `None` where none was made.
    pub fn waiting(&self) -> Option<&StoredKey> {
        self.0.iter().find(|key| key.active_since.is_none())
    }

    /// The public halves that verifiers need, that of the key that signs first.
    pub fn published(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        let in_use = self.0.iter().filter(move |key| key.state(now) != KeyState::Dead);
        in_use.filter_map(|key| key.public.as_deref())
    }

    /// How many keys [`Keyring::rotate`] has to be given: the next one, and where none of this algorithm waits the one
    /// that signs from now on before it. A shared secret is one and has no next.
    pub fn wanted(&self, algorithm: Algorithm) -> usize {
        let waits = self.waiting().is_some_and(|key| key.algorithm == algorithm);
        if waits || algorithm == Algorithm::Hs256 { 1 } else { 2 }
    }

    /// Decides that another key signs, of this algorithm. `made` are the keys that were [`Keyring::wanted`], and
    /// `token_ttl_secs` is how long the tokens live that are signed from now on.
    ///
    /// ```
    /// use countersign_core::change::{Change, KeyChange};
    /// use countersign_core::keyring::{Keyring, StoredKey};
    /// use countersign_core::time::Timestamp;
    /// use countersign_core::token::Algorithm;
    ///
    /// let now = Timestamp::from_secs(1_700_000_000);
    /// let shared = StoredKey::waiting("name".to_owned(), Algorithm::Hs256, None, now);
    /// let changes = Keyring::default().rotate(Algorithm::Hs256, vec![shared], 3_600, now);
    /// assert!(matches!(&changes[..], [Change::Key(KeyChange::Add(_)), Change::Key(KeyChange::Activate { .. })]));
    /// ```
    pub fn rotate(
        &self,
        algorithm: Algorithm,
        made: Vec<StoredKey>,
        token_ttl_secs: u32,
        now: Timestamp,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        let waiting = self.waiting();
        let promoted = waiting.filter(|key| key.algorithm == algorithm);
        if let Some(passed_over) = waiting.filter(|_| promoted.is_none()) {
            // It has signed nothing, so nobody misses it.
            changes.push(Change::Key(KeyChange::Drop { kid: passed_over.kid.clone() }));
        }
        let next = promoted.or(made.first()).map(|key| key.kid.clone());
        // A shared secret may come back to which tokens were signed before.
        let is_new = |key: &StoredKey| self.0.iter().all(|known| known.kid != key.kid);
        changes.extend(made.into_iter().filter(is_new).map(|key| Change::Key(KeyChange::Add(Box::new(key)))));
        if let Some(active) = self.active() {
            let secs = HANDOVER_SECS + i64::from(active.token_ttl_secs);
            let tokens_until = now.plus_secs(secs);
            changes.push(Change::Key(KeyChange::Replace { kid: active.kid.clone(), at: now, tokens_until }));
        }
        changes.extend(next.map(|kid| Change::Key(KeyChange::Activate { kid, at: now, token_ttl_secs })));
        changes
    }

    /// How many keys [`Keyring::withdraw`] has to be given; `None` where there is no key of this name.
    pub fn wanted_instead_of(&self, kid: &str) -> Option<usize> {
        let key = self.0.iter().find(|key| key.kid == kid)?;
        Some(match (key.active_since, key.replaced_at) {
            (None, _) => 1,
            (Some(_), None) => self.wanted(key.algorithm),
            (Some(_), Some(_)) => 0,
        })
    }

    /// Decides that a key is known no more, as where somebody has stolen it: what it has signed is refused from then on,
    /// by others as soon as they have the new list of keys (NIST SP 800-57 part 1 section 5.5.2, key compromise). Where it
    /// signs, the next one does so instead; where it is the next one, there is another. `made` are the keys that were
    /// [wanted](Keyring::wanted_instead_of). Of a key that there is not, nothing is changed.
    ///
    /// ```
    /// use countersign_core::change::{Change, KeyChange};
    /// use countersign_core::keyring::{Keyring, StoredKey};
    /// use countersign_core::time::Timestamp;
    /// use countersign_core::token::Algorithm;
    ///
    /// let now = Timestamp::from_secs(1_700_000_000);
    /// let key = |kid: &str| StoredKey::waiting(kid.to_owned(), Algorithm::EdDsa, None, now);
    /// let keyring = Keyring::new(vec![key("stolen")]);
    /// let changes = keyring.withdraw("stolen", vec![key("another")], now);
    /// assert!(matches!(&changes[..], [Change::Key(KeyChange::Withdraw { .. }), Change::Key(KeyChange::Add(_))]));
    /// ```
    pub fn withdraw(&self, kid: &str, made: Vec<StoredKey>, now: Timestamp) -> Vec<Change> {
        let withdrawn = Change::Key(KeyChange::Withdraw { kid: kid.to_owned() });
        match self.0.iter().find(|key| key.kid == kid) {
            None => Vec::new(),
            Some(active) if active.active_since.is_some() && active.replaced_at.is_none() => {
                let mut changes = self.rotate(active.algorithm, made, active.token_ttl_secs, now);
                changes.push(withdrawn);
                changes
            }
            Some(_) => {
                let added = made.into_iter().map(|key| Change::Key(KeyChange::Add(Box::new(key))));
                std::iter::once(withdrawn).chain(added).collect()
            }
        }
    }
}
