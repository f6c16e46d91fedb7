//! Refresh tokens: opaque to their bearer, and made again from what the store holds.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::id::SessionId;
use crate::mac;
use crate::secret::Secret;

/// The key that refresh tokens are made with, derived of the root secret for this alone.
#[derive(Clone)]
pub struct RefreshKey(Hmac<Sha256>);

impl RefreshKey {
    /// The key of these bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(mac::keyed(bytes))
    }
}

impl fmt::Debug for RefreshKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshKey([redacted])")
    }
}

/// What a refresh token says: which session, and which of its pairs it belongs to.
///
/// The token is base64url of session (16 bytes), number (4, big-endian) and HMAC-SHA256 over both (32).
/// So the current one can be made again, for a client that lost the response, while the store keeps only
/// its digest.
///
/// ```
/// use countersign_core::id::SessionId;
/// use countersign_core::token::{RefreshKey, RefreshToken};
///
/// let key = RefreshKey::new(&[7; 32]);
/// let session = SessionId::from_bytes([1; 16]);
/// let token = RefreshToken::mint(&key, session, 3);
/// assert_eq!(RefreshToken::parse(token.expose(), &key), Some(RefreshToken { session, number: 3 }));
/// assert_eq!(RefreshToken::parse(token.expose(), &RefreshKey::new(&[8; 32])), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshToken {
    /// The log-in it belongs to.
    pub session: SessionId,
    /// How many pairs were given before this one.
    pub number: u32,
}

/// Bytes that say something, before the bytes that prove it.
const SAID_LEN: usize = 20;
/// Bytes of a whole token.
const TOKEN_LEN: usize = SAID_LEN + 32;

impl RefreshToken {
    /// Makes the token of a session and a number, always the same one: 70 characters.
    pub fn mint(key: &RefreshKey, session: SessionId, number: u32) -> Secret<String> {
        let mut bytes = Zeroizing::new([0; TOKEN_LEN]);
        let (said, proof) = bytes.split_at_mut(SAID_LEN);
        said[..16].copy_from_slice(session.as_bytes());
        said[16..].copy_from_slice(&number.to_be_bytes());
        proof.copy_from_slice(&key.0.clone().chain_update(said).finalize().into_bytes());
        Secret::new(URL_SAFE_NO_PAD.encode(*bytes))
    }

    /// Reads a token that this key has made, in constant time for any other; `None` for all others. That
    /// the session lives and the number is the present one, the store has to say.
    pub fn parse(text: &str, key: &RefreshKey) -> Option<Self> {
        let mut bytes = [0; TOKEN_LEN];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        if length != TOKEN_LEN {
            return None;
        }
        let (said, proof) = bytes.split_at(SAID_LEN);
        key.0.clone().chain_update(said).verify_slice(proof).ok()?;
        let (session, number) = said.split_first_chunk::<16>()?;
        Some(Self {
            session: SessionId::from_bytes(*session),
            number: u32::from_be_bytes(number.try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_but_the_whole_one_is_read() {
        let key = RefreshKey::new(&[7; 32]);
        let session = SessionId::from_bytes([9; 16]);
        let token = RefreshToken::mint(&key, session, u32::MAX);
        let token = token.expose();
        assert_eq!(token.len(), 70);
        assert_eq!(RefreshToken::parse(token, &key), Some(RefreshToken { session, number: u32::MAX }));

        for place in 0..token.len() {
            for other in ["A", "B", "", "AA", "=", " ", "é"] {
                let changed = [&token[..place], other, &token[place + 1..]].concat();
                assert!(
                    changed == *token || RefreshToken::parse(&changed, &key).is_none(),
                    "{place} {other:?}"
                );
            }
        }
        for other in ["", "A", &token[..69], &format!("{token}A"), &format!("{token}=="), &token.repeat(100)]
        {
            assert_eq!(RefreshToken::parse(other, &key), None);
        }
    }

    #[test]
    fn each_session_number_and_key_has_its_own() {
        let of = |key: u8, session: u8, number| {
            RefreshToken::mint(&RefreshKey::new(&[key; 32]), SessionId::from_bytes([session; 16]), number)
        };
        let tokens = [of(1, 1, 1), of(2, 1, 1), of(1, 2, 1), of(1, 1, 2)];
        for (place, token) in tokens.iter().enumerate() {
            assert!(!tokens[..place].contains(token));
        }
        assert_eq!(of(1, 1, 1), tokens[0]);
    }

    #[test]
    fn a_key_shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", RefreshKey::new(&[7; 32])), "RefreshKey([redacted])");
    }
}
