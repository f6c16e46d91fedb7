//! The one secret of an installation, from which every other key is derived.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroize;

#[cfg(feature = "sign")]
use super::{Algorithm, MailKey, SigningKey};
use super::{HS256_SECRET_LEN_MIN, KeyError, RefreshKey};
use crate::audit::seal::SealKey;
use crate::cursor::CursorKey;
#[cfg(feature = "sign")]
use crate::keyring::KeyEncryptionKey;
use crate::mfa::RecoveryKey;
#[cfg(feature = "sign")]
use crate::mfa::SealingKey;
use crate::secret::Secret;

/// The bytes of `SECRET_KEY`, or the key that was made at the first start.
///
/// HS256 signs with these bytes themselves, so that any JWT library that shares them verifies; every other
/// key is derived (HKDF-SHA256, RFC 5869), so that none tells anything of another.
///
/// ```
/// use countersign_core::token::{Algorithm, RootSecret};
///
/// let root = RootSecret::new(b"a secret of at least thirty-two bytes")?;
/// assert_eq!(root.signing_key(Algorithm::EdDsa)?.algorithm(), Algorithm::EdDsa);
/// assert_eq!(format!("{root:?}"), "RootSecret([redacted])");
/// # Ok::<(), countersign_core::token::KeyError>(())
/// ```
#[derive(Debug, Clone)]
pub struct RootSecret(Secret<Vec<u8>>);

impl RootSecret {
    /// Takes the bytes in.
    ///
    /// # Errors
    /// Where there are fewer than [`HS256_SECRET_LEN_MIN`].
    pub fn new(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.len() < HS256_SECRET_LEN_MIN {
            return Err(KeyError { reason: "The secret key needs at least 32 bytes." });
        }
        Ok(Self(Secret::new(bytes.to_vec())))
    }

    /// The key that signs access tokens. RSA takes its time (see
    /// [`SigningKey::generate`]).
    ///
    /// # Errors
    /// As [`SigningKey::generate`], and where HS256 would be keyed by what is a key
    /// of another kind.
    #[cfg(feature = "sign")]
    pub fn signing_key(&self, algorithm: Algorithm) -> Result<SigningKey, KeyError> {
        let Self(secret) = self;
        let purpose: &[u8] = match algorithm {
            Algorithm::Hs256 => return SigningKey::hs256(secret.expose()),
            Algorithm::EdDsa => b"countersign/ed25519/1",
            Algorithm::Es256 => b"countersign/p256/1",
            Algorithm::Rs256 => b"countersign/rsa/1",
        };
        SigningKey::generate(algorithm, derive(secret.expose(), purpose).expose())
    }

    /// The key that refresh tokens are made with.
    pub fn refresh_key(&self) -> RefreshKey {
        let Self(secret) = self;
        RefreshKey::new(derive(secret.expose(), b"countersign/refresh/1").expose())
    }

    /// The key that cursors are made with.
    pub fn cursor_key(&self) -> CursorKey {
        let Self(secret) = self;
        CursorKey::new(derive(secret.expose(), b"countersign/cursor/1").expose())
    }

    /// The key that the private halves of signing keys are sealed with.
    #[cfg(feature = "sign")]
    pub fn key_encryption_key(&self) -> KeyEncryptionKey {
        let Self(secret) = self;
        KeyEncryptionKey::new(derive(secret.expose(), b"countersign/signing-keys/1").expose())
    }

    /// The key that recovery codes are kept under.
    pub fn recovery_key(&self) -> RecoveryKey {
        let Self(secret) = self;
        RecoveryKey::new(derive(secret.expose(), b"countersign/recovery/1").expose())
    }

    /// The key that the audit is sealed with.
    pub fn audit_key(&self) -> SealKey {
        let Self(secret) = self;
        SealKey::new(derive(secret.expose(), b"countersign/audit/1").expose())
    }

    /// The key that mailed tokens are sealed with until they are sent.
    #[cfg(feature = "sign")]
    pub fn mail_key(&self) -> MailKey {
        let Self(secret) = self;
        MailKey::new(derive(secret.expose(), b"countersign/mail/1").expose())
    }

    /// The key that the secrets of second factors are sealed with.
    #[cfg(feature = "sign")]
    pub fn sealing_key(&self) -> SealingKey {
        let Self(secret) = self;
        SealingKey::new(derive(secret.expose(), b"countersign/sealing/1").expose())
    }
}

/// A key of `N` bytes for one purpose, whose name holds a number for the day it has to change.
pub(super) fn derive<const N: usize>(secret: &[u8], purpose: &[u8]) -> Secret<[u8; N]> {
    const { assert!(N <= 32, "more than one hash of SHA-256") };
    let mut key = [0; N];
    #[expect(clippy::expect_used, reason = "HKDF gives up to 255 hashes, and one was checked above")]
    Hkdf::<Sha256>::new(None, secret).expand(purpose, &mut key).expect("one hash is given");
    let secret = Secret::new(key);
    key.zeroize();
    secret
}
