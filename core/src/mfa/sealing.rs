//! How the secret of a second factor lies in the store: sealed, since the server has to read it again.

use std::fmt;

use super::{SealedSecret, TotpSecret};
use crate::id::UserId;
use crate::sealing::{NONCE_LEN, SealError, Sealer};

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
/// # Ok::<(), countersign_core::sealing::SealError>(())
/// ```
#[derive(Clone)]
pub struct SealingKey(Sealer);

impl SealingKey {
    /// The key of these bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(Sealer::new(bytes))
    }

    /// Seals a secret for its owner, under random bytes that are used for nothing else.
    ///
    /// # Errors
    /// None for a secret of this length; the cipher refuses only what is longer than 256 GiB.
    pub fn seal(
        &self,
        secret: &TotpSecret,
        user: UserId,
        nonce: [u8; NONCE_LEN],
    ) -> Result<SealedSecret, SealError> {
        self.0.seal(secret.expose(), &owner(user), nonce).map(SealedSecret::stored)
    }

    /// Opens what was sealed with this key for this user.
    ///
    /// # Errors
    /// Where the text is none that this key has sealed for this user, whatever else it may be.
    pub fn open(&self, sealed: &SealedSecret, user: UserId) -> Result<TotpSecret, SealError> {
        let secret = self.0.open(sealed.as_str(), &owner(user))?;
        let secret = secret.as_slice().try_into().map_err(|_wrong_length| SealError)?;
        Ok(TotpSecret::from_bytes(secret))
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

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

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
