//! What a key is made of, and what has to be kept of it.

use super::SigningKey;
use crate::secret::Secret;
use crate::token::provider::sign;
use crate::token::{Algorithm, KeyError};

impl SigningKey {
    /// A key of this algorithm made of 32 random bytes, always the same of the same ones.
    ///
    /// An RSA key has 2048 bits and takes a few tenths of a second to find. Which one a seed leads to may change
    /// with the library that looks for it, so what is to last is [`SigningKey::private_bytes`].
    ///
    /// ```
    /// use countersign_core::token::{Algorithm, SigningKey};
    ///
    /// let key = SigningKey::generate(Algorithm::Es256, &[7; 32])?;
    /// let kept = key.private_bytes()?;
    /// assert_eq!(SigningKey::from_private_bytes(Algorithm::Es256, kept.expose())?.kid(), key.kid());
    /// assert_eq!(format!("{kept:?}"), "[redacted]");
    /// # Ok::<(), countersign_core::token::KeyError>(())
    /// ```
    ///
    /// # Errors
    /// Where this build does not link the algorithm, or no RSA key is found, which is not known to happen.
    pub fn generate(algorithm: Algorithm, seed: &[u8; 32]) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::Hs256 => Self::hs256(seed),
            Algorithm::EdDsa => Ok(Self::ed25519(seed)),
            #[cfg(feature = "es256")]
            Algorithm::Es256 => Self::es256(&sign::es256::scalar_of(seed)),
            #[cfg(feature = "sign-rs256")]
            Algorithm::Rs256 => {
                let pair = sign::rs256::generate(*seed);
                pair.map(Self::rs256).ok_or(KeyError { reason: "No RSA key was found." })
            }
            #[cfg(not(all(feature = "es256", feature = "sign-rs256")))]
            _ => Err(NOT_LINKED),
        }
    }

    /// The key of what [`SigningKey::private_bytes`] gave.
    ///
    /// # Errors
    /// Where the bytes are no private key of this algorithm, or it is not linked. RSA keys have 2048 to 4096 bits.
    pub fn from_private_bytes(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, KeyError> {
        let reason = "These bytes are no private key of this algorithm.";
        match algorithm {
            Algorithm::Hs256 => Self::hs256(bytes),
            Algorithm::EdDsa => {
                bytes.try_into().map(Self::ed25519).map_err(|_wrong_length| KeyError { reason })
            }
            #[cfg(feature = "es256")]
            Algorithm::Es256 => {
                let scalar = bytes.try_into().map_err(|_wrong_length| KeyError { reason })?;
                Self::es256(scalar)
            }
            #[cfg(feature = "sign-rs256")]
            Algorithm::Rs256 => sign::rs256::from_pkcs8(bytes).map(Self::rs256).ok_or(KeyError { reason }),
            #[cfg(not(all(feature = "es256", feature = "sign-rs256")))]
            _ => Err(NOT_LINKED),
        }
    }

    /// What has to be kept to have the key again: the secret of HS256, the 32 bytes of Ed25519 or P-256, or RSA in
    /// PKCS#8 (RFC 5958, DER).
    ///
    /// # Errors
    /// None for a key that was made here.
    pub fn private_bytes(&self) -> Result<Secret<Vec<u8>>, KeyError> {
        let encoded = self.encoding.as_bytes();
        let bytes = match self.algorithm() {
            Algorithm::Hs256 => Some(encoded.to_vec()),
            Algorithm::EdDsa => sign::ed25519::seed(encoded).map(|seed| seed.to_vec()),
            #[cfg(feature = "es256")]
            Algorithm::Es256 => sign::es256::scalar(encoded).map(|scalar| scalar.to_vec()),
            #[cfg(feature = "sign-rs256")]
            Algorithm::Rs256 => sign::rs256::to_pkcs8(encoded).map(|der| der.to_vec()),
            #[cfg(not(all(feature = "es256", feature = "sign-rs256")))]
            _ => None,
        };
        bytes.map(Secret::new).ok_or(KeyError { reason: "The private key cannot be written." })
    }
}

#[cfg(not(all(feature = "es256", feature = "sign-rs256")))]
const NOT_LINKED: KeyError = KeyError { reason: "This build does not link the algorithm." };
