//! From what is stored to keys that sign: at the first start, after an upgrade, under another root secret.

use countersign_core::audit::{Origin, Record};
use countersign_core::change::{Change, KeyChange};
use countersign_core::event::Event;
use countersign_core::id::UserId;
use countersign_core::keyring::{KeyEncryptionKey, Keyring, SealedProbe, StoredKey};
use countersign_core::mfa::SealingKey;
use countersign_core::sealing::SealError;
use countersign_core::time::Timestamp;
use countersign_core::token::{Algorithm, KeyError, LIFETIME_MAX_SECS, RootSecret, SigningKey};

use super::{Opener, Secrets, SigningKeys};
use crate::entropy::random;
use crate::ops::views::Jwk;
use crate::store::{Committed, Store, StoreError};

/// How often it is tried anew where another process was quicker: each time there is one thing less to do.
const TRIES: u32 = 8;

/// Second factors that are read at once.
const PAGE: u32 = 1_000;

/// Why there are no keys to sign with.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The root secret is another than the database's.
    #[error(
        "it is not the key that this database was sealed with. Bring that one back: the SECRET_KEY that was set, or the \
         key file that lay beside the database. To change the key, set SECRET_KEY_PREVIOUS to the one before"
    )]
    WrongRoot,
    /// The store failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
    /// The system has no randomness.
    #[error("the system gave no random bytes")]
    Random(#[from] getrandom::Error),
    /// A key could not be made or read.
    #[error("a key cannot be used")]
    Key(#[from] KeyError),
    /// Something that is stored does not open.
    #[error("a stored key does not open")]
    Sealed(#[from] SealError),
    /// No stored key signs.
    #[error("no stored key signs")]
    NoneActive,
    /// No stored key has the name that was given.
    #[error("no key has this name; `countersign keys list` shows them")]
    Unknown,
    /// The key is `SECRET_KEY` itself.
    #[error(
        "it is SECRET_KEY itself that signs. To have its tokens refused, set SECRET_KEY to another and          SECRET_KEY_PREVIOUS to nothing, and start the server anew; everybody then logs in again"
    )]
    Shared,
    /// Others kept changing the same things.
    #[error("other processes kept changing the keys")]
    Contended,
}

/// How tokens are to be signed.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// By what algorithm.
    pub algorithm: Algorithm,
    /// Whether that was said, or is what is done where nothing is.
    pub is_set: bool,
    /// Seconds that the tokens live.
    pub token_ttl_secs: u32,
}

impl Wanted {
    /// Whether a key that signs may go on. Where nothing was said, `countersign keys rotate` has the last word on the
    /// algorithm, but never on whether there is a shared secret.
    fn is_met_by(self, active: &StoredKey) -> bool {
        match (self.algorithm, active.algorithm) {
            (Algorithm::Hs256, _) | (_, Algorithm::Hs256) => self.algorithm == active.algorithm,
            _ => !self.is_set || self.algorithm == active.algorithm,
        }
    }
}

/// Opens the keys, makes those that are missing, and where the root secret has changed seals everything anew.
///
/// # Errors
/// Where the root secret is not the database's, and where the store or the system fails.
pub async fn start(
    store: Store,
    secrets: &Secrets,
    wanted: Wanted,
    now: Timestamp,
) -> Result<SigningKeys, KeysError> {
    unlock(&store, secrets, now).await?;
    for _ in 0..TRIES {
        let keyring = store.keyring()?;
        let changes = settle(&store, secrets, &keyring, wanted, now)?;
        if changes.is_empty() {
            return SigningKeys::open(store, Opener::of(secrets)?);
        }
        // Where another process was quicker, what it did is looked at.
        let _either_way = store.commit_and_record(&changes, recorded(&changes, now)).await?;
    }
    Err(KeysError::Contended)
}

/// Has another key of this algorithm sign from now on; `None` leaves the algorithm as it is. The root secret may be the
/// previous one still, where the server has not been started with the new one yet.
///
/// # Errors
/// As [`start`].
pub async fn rotate(
    store: &Store,
    secrets: &Secrets,
    algorithm: Option<Algorithm>,
    now: Timestamp,
) -> Result<Keyring, KeysError> {
    let key = opening(store, secrets)?;
    for _ in 0..TRIES {
        let keyring = store.keyring()?;
        let active = keyring.active().ok_or(KeysError::NoneActive)?;
        let algorithm = algorithm.unwrap_or(active.algorithm);
        let ttl_secs = active.token_ttl_secs;
        let made = (0..keyring.wanted(algorithm)).map(|_| make(algorithm, &key, now));
        let changes = keyring.rotate(algorithm, made.collect::<Result<_, _>>()?, ttl_secs, now);
        let committed = store.commit_and_record(&changes, recorded(&changes, now)).await?;
        if matches!(committed, Committed::Applied { .. }) {
            return Ok(store.keyring()?);
        }
    }
    Err(KeysError::Contended)
}

/// Has a key known no more, and another in its place where it signs or is the next one to. The root secret may be the
/// previous one still, as for [`rotate`].
///
/// # Errors
/// As [`start`], [`KeysError::Unknown`] where there is no such key, and [`KeysError::Shared`] where `SECRET_KEY` signs by it.
pub async fn withdraw(
    store: &Store,
    secrets: &Secrets,
    kid: &str,
    now: Timestamp,
) -> Result<Keyring, KeysError> {
    let key = opening(store, secrets)?;
    for _ in 0..TRIES {
        let keyring = store.keyring()?;
        let algorithm = keyring.active().ok_or(KeysError::NoneActive)?.algorithm;
        let wanted = keyring.wanted_instead_of(kid).ok_or(KeysError::Unknown)?;
        if wanted > 0 && algorithm == Algorithm::Hs256 {
            return Err(KeysError::Shared);
        }
        let made = (0..wanted).map(|_| make(algorithm, &key, now));
        let changes = keyring.withdraw(kid, made.collect::<Result<_, _>>()?, now);
        let committed = store.commit_and_record(&changes, recorded(&changes, now)).await?;
        if matches!(committed, Committed::Applied { .. }) {
            return Ok(store.keyring()?);
        }
    }
    Err(KeysError::Contended)
}

/// The key that signing keys are sealed under in this database.
fn opening(store: &Store, secrets: &Secrets) -> Result<KeyEncryptionKey, KeysError> {
    let probe = store.probe()?.ok_or(KeysError::NoneActive)?;
    let mut keys = secrets.all().map(RootSecret::key_encryption_key);
    keys.find(|key| key.opens(&probe)).ok_or(KeysError::WrongRoot)
}

/// What is still to be done until a key signs as it is wanted; nothing in the end.
fn settle(
    store: &Store,
    secrets: &Secrets,
    keyring: &Keyring,
    wanted: Wanted,
    now: Timestamp,
) -> Result<Vec<Change>, KeysError> {
    let Wanted { algorithm, token_ttl_secs, .. } = wanted;
    let key = secrets.root.key_encryption_key();
    if algorithm == Algorithm::Hs256 {
        let shared = secrets.root.signing_key(algorithm)?;
        let previous = secrets.previous.as_ref().map(|root| root.signing_key(algorithm)).transpose()?;
        return Ok(match (keyring.active(), previous) {
            (Some(active), _) if active.kid == shared.kid() => longer_lived(active, token_ttl_secs),
            // From before keys were noted: tokens that the previous secret has signed are good until they expire.
            (None, Some(previous)) if store.has_sessions()? => {
                let lifetime_secs = u32::try_from(LIFETIME_MAX_SECS).unwrap_or(u32::MAX);
                keyring.rotate(algorithm, vec![shared_key(&previous, now)], lifetime_secs, now)
            }
            _ => keyring.rotate(algorithm, vec![shared_key(&shared, now)], token_ttl_secs, now),
        });
    }
    match keyring.active() {
        Some(active) if wanted.is_met_by(active) => return Ok(longer_lived(active, token_ttl_secs)),
        _ => {}
    }
    let mut made = Vec::new();
    // From before keys were stored: the key was derived, and sessions hold tokens that it has signed.
    if keyring.keys().is_empty() && algorithm == Algorithm::EdDsa && store.has_sessions()? {
        let origin = secrets.previous.as_ref().unwrap_or(&secrets.root);
        made.push(sealed(&origin.signing_key(algorithm)?, &key, now)?);
    }
    while made.len() < keyring.wanted(algorithm) {
        made.push(make(algorithm, &key, now)?);
    }
    Ok(keyring.rotate(algorithm, made, token_ttl_secs, now))
}

/// What the audit is told of this: that one key took another's place, and one root secret.
fn recorded(changes: &[Change], now: Timestamp) -> Vec<Record> {
    let events = changes.iter().filter_map(|change| match change {
        Change::Key(KeyChange::Replace { .. }) => Some(Event::SigningKeyReplaced),
        Change::Key(KeyChange::Withdraw { .. }) => Some(Event::SigningKeyWithdrawn),
        Change::Key(KeyChange::SetProbe { from: Some(_), .. }) => Some(Event::RootSecretReplaced),
        _ => None,
    });
    events.filter_map(|event| Record::of(&event, &Origin::default(), now)).collect()
}

fn longer_lived(active: &StoredKey, secs: u32) -> Vec<Change> {
    let grows = active.token_ttl_secs < secs;
    let kid = active.kid.clone();
    grows.then_some(Change::Key(KeyChange::NoteTokenLifetime { kid, secs })).into_iter().collect()
}

fn make(algorithm: Algorithm, key: &KeyEncryptionKey, now: Timestamp) -> Result<StoredKey, KeysError> {
    let seed = countersign_core::secret::Secret::new(random()?);
    sealed(&SigningKey::generate(algorithm, seed.expose())?, key, now)
}

fn sealed(signing: &SigningKey, key: &KeyEncryptionKey, now: Timestamp) -> Result<StoredKey, KeysError> {
    let public = signing.verifying_key().to_jwk().map(Jwk::from);
    let public = public.and_then(|public| serde_json::to_string(&public).ok());
    let public = public.ok_or(KeyError { reason: "The key has no public half." })?;
    let halves = Some((key.seal(signing, random()?)?, public));
    Ok(StoredKey::waiting(signing.kid().to_owned(), signing.algorithm(), halves, now))
}

fn shared_key(signing: &SigningKey, now: Timestamp) -> StoredKey {
    StoredKey::waiting(signing.kid().to_owned(), signing.algorithm(), None, now)
}

/// Sees that the root secret is the database's, or seals everything anew that the previous one has sealed.
async fn unlock(store: &Store, secrets: &Secrets, now: Timestamp) -> Result<(), KeysError> {
    let key = secrets.root.key_encryption_key();
    for _ in 0..TRIES {
        let probe = store.probe()?;
        let Some(origin) = origin(store, secrets, probe.as_ref())? else { return Ok(()) };
        let mut changes = vec![Change::Key(KeyChange::SetProbe { from: probe, to: key.probe(random()?)? })];
        if let Some(previous) = origin {
            changes.extend(resealed_keys(&store.keyring()?, &previous.key_encryption_key(), &key)?);
            let (from, to) = (previous.sealing_key(), secrets.root.sealing_key());
            changes.extend(resealed_factors(store, &from, &to)?);
            // One that does not hold is left to be found.
            let seal = store.audit_standing()?.seal.filter(|seal| previous.audit_key().holds(seal));
            changes.extend(seal.map(|seal| Change::SealAudit(secrets.root.audit_key().seal(seal.place))));
        }
        let resealed = changes.len() - 1;
        let committed = store.commit_and_record(&changes, recorded(&changes, now)).await?;
        if matches!(committed, Committed::Applied { .. }) {
            if resealed > 0 {
                tracing::info!(resealed, "sealed anew under the new SECRET_KEY");
            }
            return Ok(());
        }
    }
    Err(KeysError::Contended)
}

/// Under which root secret things are sealed that have to be sealed anew; the inner `None` where nothing is, and only the
/// probe is missing. `None` where all is as it should be.
fn origin<'a>(
    store: &Store,
    secrets: &'a Secrets,
    probe: Option<&SealedProbe>,
) -> Result<Option<Option<&'a RootSecret>>, KeysError> {
    // A database from before there was a probe tells by its first second factor.
    let first = store.sealed_factors(None, 1)?.into_iter().next();
    let opens = |root: &&RootSecret| match (probe, &first) {
        (Some(probe), _) => root.key_encryption_key().opens(probe),
        (None, Some((user, factor))) => root.sealing_key().open(factor, *user).is_ok(),
        (None, None) => true,
    };
    if opens(&&secrets.root) {
        return Ok(probe.is_none().then_some(None));
    }
    secrets.previous.as_ref().filter(opens).map(|root| Some(Some(root))).ok_or(KeysError::WrongRoot)
}

fn resealed_keys(
    keyring: &Keyring,
    from: &KeyEncryptionKey,
    to: &KeyEncryptionKey,
) -> Result<Vec<Change>, KeysError> {
    let sealed = keyring.keys().iter().filter_map(|key| Some((key, key.sealed.clone()?)));
    sealed
        .map(|(key, sealed)| {
            let resealed = from.reseal(&sealed, &key.kid, key.algorithm, to, random()?)?;
            Ok(Change::Key(KeyChange::Reseal { kid: key.kid.clone(), from: sealed, to: resealed }))
        })
        .collect()
}

fn resealed_factors(store: &Store, from: &SealingKey, to: &SealingKey) -> Result<Vec<Change>, KeysError> {
    let mut changes = Vec::new();
    let mut after: Option<UserId> = None;
    loop {
        let page = store.sealed_factors(after, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(changes) };
        after = Some(*last);
        for (user, sealed) in page {
            let resealed = to.seal(&from.open(&sealed, user)?, user, random()?)?;
            changes.push(Change::Key(KeyChange::ResealFactor { user, from: sealed, to: resealed }));
        }
    }
}
