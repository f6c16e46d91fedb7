//! Signing keys at rest, and how it is known that the root secret is the right one.

use std::fmt;

use super::{SealedKey, SealedProbe};
use crate::sealing::{NONCE_LEN, SealError, Sealer};
use crate::token::{Algorithm, KeyError, SigningKey};

/// The key that signing keys are encrypted with, derived of the root secret for this alone: whoever takes the database
/// alone signs no token.
///
/// ```
/// use countersign_core::keyring::KeyEncryptionKey;
/// use countersign_core::token::{Algorithm, SigningKey};
///
/// let key = KeyEncryptionKey::new(&[7; 32]);
/// let signing = SigningKey::generate(Algorithm::EdDsa, &[1; 32])?;
/// let sealed = key.seal(&signing, [2; 24])?;
/// assert_eq!(key.open(&sealed, signing.kid(), Algorithm::EdDsa)?.kid(), signing.kid());
/// assert!(key.open(&sealed, "another", Algorithm::EdDsa).is_err(), "it is sealed under its name");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct KeyEncryptionKey(Sealer);

/// What the probe says. It is no secret: that it opens is all there is to it.
const PROBE: &[u8] = b"countersign";

/// What the probe is bound to; no kid is written like this.
const PROBE_PLACE: &[u8] = b"probe of the root secret";

impl KeyEncryptionKey {
    /// The key of these bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(Sealer::new(bytes))
    }

    /// Seals a signing key under its name and algorithm, under random bytes that are used for nothing else.
    ///
    /// # Errors
    /// None for a key that was made here.
    pub fn seal(&self, key: &SigningKey, nonce: [u8; NONCE_LEN]) -> Result<SealedKey, KeyError> {
        let private = key.private_bytes()?;
        let sealed = self.0.seal(private.expose(), &place(key.kid(), key.algorithm()), nonce);
        sealed.map(SealedKey::stored).map_err(|_| KeyError { reason: "The private key cannot be sealed." })
    }

    /// Opens what was sealed with this key under this name and algorithm.
    ///
    /// # Errors
    /// Where it is nothing that this key has sealed under them.
    pub fn open(&self, sealed: &SealedKey, kid: &str, algorithm: Algorithm) -> Result<SigningKey, SealError> {
        let private = self.0.open(sealed.as_str(), &place(kid, algorithm))?;
        let key = SigningKey::from_private_bytes(algorithm, &private).map_err(|_| SealError)?;
        if key.kid() == kid { Ok(key) } else { Err(SealError) }
    }

    /// The same signing key, sealed with another key.
    ///
    /// # Errors
    /// As [`KeyEncryptionKey::open`].
    pub fn reseal(
        &self,
        sealed: &SealedKey,
        kid: &str,
        algorithm: Algorithm,
        to: &KeyEncryptionKey,
        nonce: [u8; NONCE_LEN],
    ) -> Result<SealedKey, SealError> {
        let place = place(kid, algorithm);
        let private = self.0.open(sealed.as_str(), &place)?;
        to.0.seal(&private, &place, nonce).map(SealedKey::stored)
    }

    /// What tells this key again.
    ///
    /// # Errors
    /// None.
    pub fn probe(&self, nonce: [u8; NONCE_LEN]) -> Result<SealedProbe, SealError> {
        self.0.seal(PROBE, PROBE_PLACE, nonce).map(SealedProbe::stored)
    }

    /// Whether the probe was made with this key.
    pub fn opens(&self, probe: &SealedProbe) -> bool {
        self.0.open(probe.as_str(), PROBE_PLACE).is_ok()
    }
}

fn place(kid: &str, algorithm: Algorithm) -> Vec<u8> {
    // Neither holds a NUL, which keeps the two apart.
    [kid, algorithm.as_str()].join("\0").into_bytes()
}

impl fmt::Debug for KeyEncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyEncryptionKey([redacted])")
    }
}
