//! The keys of this installation: the root secret, and the signing keys that lie sealed in the store.
//!
//! [`start`] opens them, [`rotate()`] makes another one sign and [`withdraw()`] has one refused, also from another process, and [`SigningKeys`] is what the
//! requests sign and verify with: it looks whether anything was committed and has the store's present keys at once.

mod secrets;
mod start;
#[cfg(test)]
mod tests;

pub use secrets::{Rotating, Secrets};
pub use start::{KeysError, Wanted, rotate, start, withdraw};

use std::sync::{Arc, PoisonError, RwLock};

use countersign_core::keyring::{KeyEncryptionKey, Keyring};
use countersign_core::time::Timestamp;
use countersign_core::token::{Algorithm, KeySet, SigningKey, VerifyingKey};

use crate::store::{Store, StoreError};
use crate::verified::VerifiedTokens;

/// The signing keys, as the store holds them at the moment.
#[derive(Debug)]
pub struct SigningKeys {
    store: Store,
    opener: Opener,
    in_use: RwLock<(u64, Arc<InUse>)>,
}

/// Keys that were read and opened.
#[derive(Debug)]
pub struct InUse {
    /// As they are stored.
    keyring: Keyring,
    /// Signs access tokens.
    pub signing: SigningKey,
    /// Verify them.
    pub verifying: KeySet,
    /// What those verify.
    pub algorithms: Vec<Algorithm>,
    /// Tokens that these very keys were seen to have signed. Other keys begin with none, so that a key that is withdrawn
    /// takes its tokens along.
    pub verified: VerifiedTokens,
}

impl InUse {
    /// The set of public keys (RFC 7517 section 5) as JSON, that of the key which signs first; empty where tokens are
    /// signed with a shared secret.
    pub fn jwks(&self, now: Timestamp) -> String {
        let keys: Vec<_> = self.keyring.published(now).collect();
        ["{\"keys\":[", &keys.join(","), "]}"].concat()
    }
}

impl SigningKeys {
    fn open(store: Store, opener: Opener) -> Result<Self, KeysError> {
        let generation = store.generation()?;
        let in_use = opener.open(store.keyring()?)?;
        Ok(Self { store, opener, in_use: RwLock::new((generation, Arc::new(in_use))) })
    }

    /// The keys as they are now. While nothing was committed nothing is read, and while they are the same nothing is opened.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn current(&self) -> Result<Arc<InUse>, StoreError> {
        // Asked before the read, so that what is committed in between is not taken for read.
        let generation = self.store.generation()?;
        let (read_at, known) = {
            let in_use = self.in_use.read().unwrap_or_else(PoisonError::into_inner);
            (in_use.0, Arc::clone(&in_use.1))
        };
        if read_at == generation {
            return Ok(known);
        }
        let keyring = self.store.keyring()?;
        let opened = if keyring == known.keyring { Ok(None) } else { self.opener.open(keyring).map(Some) };
        let current = match opened {
            Ok(None) => known,
            Ok(Some(opened)) => Arc::new(opened),
            Err(error) => {
                // What was good until now still is: tokens of the keys that are known go on being taken.
                tracing::error!(error = &error as &dyn std::error::Error, "the stored keys do not open");
                known
            }
        };
        *self.in_use.write().unwrap_or_else(PoisonError::into_inner) = (generation, Arc::clone(&current));
        Ok(current)
    }
}

/// Opens what is stored.
#[derive(Debug)]
struct Opener {
    key_encryption_key: KeyEncryptionKey,
    /// The shared secrets that tokens may be signed with, which are not stored.
    shared: Vec<SigningKey>,
}

impl Opener {
    fn of(secrets: &Secrets) -> Result<Self, KeysError> {
        let shared =
            secrets.all().map(|root| root.signing_key(Algorithm::Hs256)).collect::<Result<_, _>>()?;
        Ok(Self { key_encryption_key: secrets.root.key_encryption_key(), shared })
    }

    fn open(&self, keyring: Keyring) -> Result<InUse, KeysError> {
        let active = keyring.active().ok_or(KeysError::NoneActive)?;
        let signing = match &active.sealed {
            Some(sealed) => self.key_encryption_key.open(sealed, &active.kid, active.algorithm)?,
            None => self.shared(&active.kid).cloned().ok_or(KeysError::NoneActive)?,
        };
        let mut verifying = Vec::new();
        for key in keyring.keys() {
            match &key.public {
                Some(public) => verifying.push(VerifyingKey::from_jwk(public)?),
                // A secret that is no longer set verifies nothing any more.
                None => verifying.extend(self.shared(&key.kid).map(|key| key.verifying_key().clone())),
            }
        }
        let mut algorithms: Vec<_> = verifying.iter().map(VerifyingKey::algorithm).collect();
        algorithms.dedup();
        let verified = VerifiedTokens::default();
        Ok(InUse { verifying: KeySet::new(verifying)?, algorithms, verified, signing, keyring })
    }

    fn shared(&self, kid: &str) -> Option<&SigningKey> {
        self.shared.iter().find(|key| key.kid() == kid)
    }
}
