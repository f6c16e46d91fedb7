//! How the secret of a second factor lies in the store: sealed, since the server has to read it again.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::AeadInPlace;
use chacha20poly1305::{KeyInit, Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::{SealedSecret, TotpSecret};
use crate::id::UserId;

/// Says how the rest is to be read, for the day that changes.
const VERSION: &str = "v1.";

/// Bytes of the nonce: so many that random ones never meet.
const NONCE_LEN: usize = 24;

/// Bytes that prove that nothing was changed.
const TAG_LEN: usize = 16;

/// Bytes of a sealed secret.
const SEALED_LEN: usize = NONCE_LEN + TotpSecret::LEN + TAG_LEN;

/// The key that the secrets of second factors are sealed with (XChaCha20-Poly1305), derived of the root secret
/// for this alone: whoever takes the database alone has no second factor of anybody.
///
/// ```
/// use countersign_core::id::UserId;
/// use countersign_core::mfa::{SealingKey, TotpSecret};
///
/// let key = SealingKey::new(&[7; 32]);
/// let secret = TotpSecret::from_bytes([1; 20]);
/// let sealed = key.seal(&secret, UserId::new(5), [2; 24])?;
/// assert_eq!(key.open(&sealed, UserId::new(5))?, secret);
/// assert!(key.open(&sealed, UserId::new(6)).is_err(), "it is sealed for its owner");
/// # Ok::<(), countersign_core::mfa::SealError>(())
/// ```
#[derive(Clone)]
pub struct SealingKey(XChaCha20Poly1305);

impl SealingKey {
    /// The key of these bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(bytes.into()))
    }

    /// Seals a secret for its owner, under random bytes that are used for nothing else: `v1.` and base64url of
    /// nonce, secret and tag.
    ///
    /// # Errors
    /// None for a secret of this length; the cipher refuses only what is longer than 256 GiB.
    pub fn seal(
        &self,
        secret: &TotpSecret,
        user: UserId,
        nonce: [u8; NONCE_LEN],
    ) -> Result<SealedSecret, SealError> {
        let mut bytes = Zeroizing::new([0; SEALED_LEN]);
        let (start, tag) = bytes.split_at_mut(NONCE_LEN + TotpSecret::LEN);
        let (front, body) = start.split_at_mut(NONCE_LEN);
        front.copy_from_slice(&nonce);
        body.copy_from_slice(secret.expose());
        let sealed = self.0.encrypt_in_place_detached(XNonce::from_slice(&nonce), &owner(user), body);
        tag.copy_from_slice(&sealed.map_err(|_| SealError)?);
        Ok(SealedSecret::stored([VERSION, &URL_SAFE_NO_PAD.encode(*bytes)].concat()))
    }

    /// Opens what was sealed with this key for this user.
    ///
    /// # Errors
    /// Where the text is none that this key has sealed for this user, whatever else it may be.
    pub fn open(&self, sealed: &SealedSecret, user: UserId) -> Result<TotpSecret, SealError> {
        let mut bytes = [0; SEALED_LEN];
        let encoded = sealed.as_str().strip_prefix(VERSION).ok_or(SealError)?;
        let length = URL_SAFE_NO_PAD.decode_slice(encoded, &mut bytes).map_err(|_| SealError)?;
        if length != SEALED_LEN {
            return Err(SealError);
        }
        let (nonce, rest) = bytes.split_at(NONCE_LEN);
        let (body, tag) = rest.split_at(TotpSecret::LEN);
        let mut secret = Zeroizing::new([0; TotpSecret::LEN]);
        secret.copy_from_slice(body);
        self.0
            .decrypt_in_place_detached(
                XNonce::from_slice(nonce),
                &owner(user),
                &mut *secret,
                Tag::from_slice(tag),
            )
            .map_err(|_| SealError)?;
        Ok(TotpSecret::from_bytes(*secret))
    }
}

/// What a sealed secret is bound to, so that it opens in nobody else's row.
fn owner(user: UserId) -> [u8; 8] {
    user.value().to_be_bytes()
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey([redacted])")
    }
}

/// A stored secret that does not open: it was sealed under another root secret, or is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealError;

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a stored second factor was not sealed with this server's key")
    }
}

impl std::error::Error for SealError {}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: UserId = UserId::new(5);

    fn secret() -> TotpSecret {
        TotpSecret::from_bytes(*b"12345678901234567890")
    }

    fn open(text: &str) -> Result<TotpSecret, SealError> {
        SealingKey::new(&[7; 32]).open(&SealedSecret::stored(text.to_owned()), ADA)
    }

    #[test]
    fn a_sealed_secret_stays_readable() {
        // Written down when it was first made: a change of form would shut out everybody who has a second factor.
        let sealed = "v1.CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJj0DRvkmcTlrNIjkOW0cy3R3LjqprMoJIGYJ-wMWfya37Mimx";
        let key = SealingKey::new(&[7; 32]);
        assert_eq!(key.seal(&secret(), ADA, [9; 24]).unwrap().as_str(), sealed);
        assert_eq!(open(sealed), Ok(secret()));
    }

    #[test]
    fn nothing_opens_but_what_was_sealed_with_this_key_for_this_user() {
        let key = SealingKey::new(&[7; 32]);
        let sealed = key.seal(&secret(), ADA, [9; 24]).unwrap();
        assert_eq!(SealingKey::new(&[8; 32]).open(&sealed, ADA), Err(SealError));
        assert_eq!(key.open(&sealed, UserId::new(6)), Err(SealError));
        let sealed = sealed.as_str();
        for place in 0..sealed.len() {
            for other in ["A", "B", "", "AA", "=", " "] {
                let changed = [&sealed[..place], other, &sealed[place + 1..]].concat();
                assert!(changed == sealed || open(&changed) == Err(SealError), "{place} {other:?}");
            }
        }
        for other in ["", "v1.", "v2.", &sealed[3..], &format!("{sealed}AAAA"), &sealed.repeat(50)] {
            assert_eq!(open(other), Err(SealError), "{other}");
        }
    }

    #[test]
    fn the_secret_is_not_in_what_is_stored() {
        let sealed = SealingKey::new(&[7; 32]).seal(&secret(), ADA, [9; 24]).unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&sealed.as_str()[3..]).unwrap();
        assert!(!bytes.windows(4).any(|window| secret().expose().windows(4).any(|part| part == window)));
    }

    #[test]
    fn a_key_shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", SealingKey::new(&[7; 32])), "SealingKey([redacted])");
    }
}
