//! The seal over the newest row, which nobody can make anew without its key.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::chain::Place;
use crate::mac;

/// The key of the seals, derived of the root secret for this alone.
#[derive(Clone)]
pub struct SealKey(Hmac<Sha256>);

/// A place in the chain, and the proof that it was there when the holder of the key looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The row that it is over. Its link holds every row before.
    pub place: Place,
    /// HMAC-SHA256 of the place, in base64url.
    pub proof: String,
}

impl SealKey {
    /// The key of these bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(mac::keyed(bytes))
    }

    /// Seals a place.
    ///
    /// ```
    /// use countersign_core::audit::chain::Place;
    /// use countersign_core::audit::seal::SealKey;
    ///
    /// let seal = SealKey::new(&[7; 32]).seal(Place::START);
    /// assert!(SealKey::new(&[7; 32]).holds(&seal));
    /// assert!(!SealKey::new(&[8; 32]).holds(&seal));
    /// ```
    pub fn seal(&self, place: Place) -> Seal {
        Seal { place, proof: URL_SAFE_NO_PAD.encode(self.mac(place).finalize().into_bytes()) }
    }

    /// Whether this key has made the seal.
    pub fn holds(&self, seal: &Seal) -> bool {
        let proof = URL_SAFE_NO_PAD.decode(&seal.proof).unwrap_or_default();
        self.mac(seal.place).verify_slice(&proof).is_ok()
    }

    fn mac(&self, place: Place) -> Hmac<Sha256> {
        self.0.clone().chain_update(place.number.to_be_bytes()).chain_update(place.link.as_bytes())
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::chain::Link;

    #[test]
    fn a_seal_is_over_one_place_alone() {
        let key = SealKey::new(&[7; 32]);
        let seal = key.seal(Place { number: 5, link: Link::FIRST });
        assert!(key.holds(&seal));
        let moved = Place { number: 6, ..seal.place };
        assert!(!key.holds(&Seal { place: moved, ..seal.clone() }));
        for proof in ["", "AAAA", &seal.proof[..42]] {
            assert!(!key.holds(&Seal { proof: proof.to_owned(), ..seal.clone() }), "{proof}");
        }
    }

    #[test]
    fn the_key_is_not_shown() {
        assert_eq!(format!("{:?}", SealKey::new(&[7; 32])), "SealKey([redacted])");
    }
}
