//! How secrets lie in the store that the server has to read again: encrypted, and bound to their place.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::AeadInPlace;
use chacha20poly1305::{KeyInit, Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// Says how the rest is to be read, for the day that changes.
const VERSION: &str = "v1.";

/// Bytes of the nonce: so many that random ones never meet.
pub const NONCE_LEN: usize = 24;

/// Bytes that prove that nothing was changed.
const TAG_LEN: usize = 16;

/// XChaCha20-Poly1305 under a key that is derived of the root secret for one purpose alone.
#[derive(Clone)]
pub(crate) struct Sealer(XChaCha20Poly1305);

impl Sealer {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// Seals a secret for the place `bound`, under random bytes that are used for nothing else: `v1.` and base64url of
    /// nonce, secret and tag.
    ///
    /// # Errors
    /// None for what fits the memory; the cipher refuses only what is longer than 256 GiB.
    pub(crate) fn seal(
        &self,
        secret: &[u8],
        bound: &[u8],
        nonce: [u8; NONCE_LEN],
    ) -> Result<String, SealError> {
        let mut bytes = Zeroizing::new([&nonce[..], secret, &[0; TAG_LEN]].concat());
        let (start, tag) = bytes.split_at_mut(NONCE_LEN + secret.len());
        let (_, body) = start.split_at_mut(NONCE_LEN);
        let sealed = self.0.encrypt_in_place_detached(XNonce::from_slice(&nonce), bound, body);
        tag.copy_from_slice(&sealed.map_err(|_| SealError)?);
        Ok([VERSION, &URL_SAFE_NO_PAD.encode(&*bytes)].concat())
    }

    /// Opens what was sealed with this key for this place.
    ///
    /// # Errors
    /// Where the text is nothing that this key has sealed for this place, whatever else it may be.
    pub(crate) fn open(&self, sealed: &str, bound: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let encoded = sealed.strip_prefix(VERSION).ok_or(SealError)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| SealError)?;
        let (nonce, rest) = bytes.split_first_chunk::<NONCE_LEN>().ok_or(SealError)?;
        let (body, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(SealError)?;
        let mut secret = Zeroizing::new(body.to_vec());
        self.0
            .decrypt_in_place_detached(
                XNonce::from_slice(nonce),
                bound,
                secret.as_mut_slice(),
                Tag::from_slice(tag),
            )
            .map_err(|_| SealError)?;
        Ok(secret)
    }
}

/// A stored secret that does not open: it was sealed under another root secret, or is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealError;

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a stored secret was not sealed with this server's key")
    }
}

impl std::error::Error for SealError {}
