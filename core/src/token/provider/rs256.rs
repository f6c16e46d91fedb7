//! RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3, RFC 8017 section 8.2).

use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};
use sha2::{Digest, Sha256};

use super::SIGNATURE_LEN_MAX;

/// Bits of a modulus at least (RFC 7518 section 3.3; NIST SP 800-131A: 112 bits of strength).
const MODULUS_BITS_MIN: usize = 2_048;

/// Bits of a modulus at most. The time of one check grows with their square; certificates have 4096 at most in
/// practice, and this leaves room for twice that.
const MODULUS_BITS_MAX: usize = 8_192;

// A signature is as long as the modulus, and must fit where it is decoded to.
const _: () = assert!(MODULUS_BITS_MAX / 8 == SIGNATURE_LEN_MAX);

/// The public exponent at most, in bits. All issuers take 65537; each bit more costs one squaring per check, and
/// some libraries hold no more than these.
const EXPONENT_BITS_MAX: usize = 32;

/// Why an RSA public key is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::token) enum Refused {
    /// The modulus has too few bits or too many.
    Size,
    /// The numbers are no RSA public key, or one under which anyone can sign.
    Numbers,
}

/// An RSA public key.
#[derive(Clone)]
pub(in crate::token) struct Rs256(RsaPublicKey);

impl Rs256 {
    /// Takes a modulus of 2048 to 8192 bits and an odd exponent of 3 at least, both as big-endian bytes
    /// without zeros before them (RFC 7518 section 2, Base64urlUInt). An exponent of 1 would let the padded
    /// digest itself pass for its signature.
    pub(in crate::token) fn from_numbers(modulus: &[u8], exponent: &[u8]) -> Result<Self, Refused> {
        if [modulus, exponent].iter().any(|number| number.first().is_none_or(|first| *first == 0)) {
            return Err(Refused::Numbers);
        }
        // Looked at before the numbers are computed with.
        if modulus.len() > SIGNATURE_LEN_MAX {
            return Err(Refused::Size);
        }
        let (modulus, exponent) = (BigUint::from_bytes_be(modulus), BigUint::from_bytes_be(exponent));
        if modulus.bits() < MODULUS_BITS_MIN {
            return Err(Refused::Size);
        }
        if exponent.bits() > EXPONENT_BITS_MAX {
            return Err(Refused::Numbers);
        }
        if is_of_weak_primes(&modulus) {
            return Err(Refused::Numbers);
        }
        // Even numbers, and the exponent 1, are refused here.
        let key = RsaPublicKey::new_with_max_size(modulus, exponent, MODULUS_BITS_MAX);
        key.map(Self).map_err(|_| Refused::Numbers)
    }

    /// A key in PKCS#1 (RFC 8017 appendix A.1.1), the form that jsonwebtoken hands out.
    pub(super) fn from_pkcs1(der: &[u8]) -> Option<Self> {
        let key = RsaPublicKey::from_pkcs1_der(der).ok()?;
        Self::from_numbers(&key.n().to_bytes_be(), &key.e().to_bytes_be()).ok()
    }

    /// The modulus and the exponent.
    #[cfg(feature = "sign")]
    pub(in crate::token) fn numbers(&self) -> (Vec<u8>, Vec<u8>) {
        (self.0.n().to_bytes_be(), self.0.e().to_bytes_be())
    }

    /// Whether the signature, exactly as long as the modulus, is that of the message.
    pub(in crate::token) fn matches(&self, message: &[u8], signature: &[u8]) -> bool {
        let digest = Sha256::digest(message);
        self.0.verify(Pkcs1v15Sign::new::<Sha256>(), &digest, signature).is_ok()
    }
}

/// Whether the primes were made as a widespread chip made them, so that anyone finds them out of the modulus
/// (CVE-2017-15361, "ROCA"). Such a modulus is a power of 65537 modulo every small prime. These 17 suffice: of the
/// other moduli, one in 2²⁸ looks like that.
fn is_of_weak_primes(modulus: &BigUint) -> bool {
    const PRIMES: [u32; 17] = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];
    PRIMES.iter().all(|prime| {
        let rest = modulus % *prime;
        let mut power = 1;
        loop {
            if rest == BigUint::from(power) {
                break true;
            }
            power = power * 65_537 % prime;
            if power == 1 {
                break false;
            }
        }
    })
}

/// The half that makes signatures.
#[cfg(feature = "sign-rs256")]
pub(in crate::token) mod sign {
    use hmac::{Hmac, Mac};
    use jsonwebtoken::EncodingKey;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;
    use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey};
    use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};
    use rsa::{BigUint, Pkcs1v15Sign, RsaPrivateKey};
    use sha2::{Digest, Sha256};
    use zeroize::Zeroizing;

    use super::{MODULUS_BITS_MIN, Rs256};

    /// The key of 2048 bits that a seed stands for; `None` where there is none, which is not known to happen.
    /// The seed is stretched by ChaCha20 to all the numbers that are tried.
    pub(in crate::token) fn generate(seed: [u8; 32]) -> Option<(EncodingKey, Rs256)> {
        let mut numbers = ChaCha20Rng::from_seed(seed);
        pair(&RsaPrivateKey::new(&mut numbers, MODULUS_BITS_MIN).ok()?)
    }

    /// A key in PKCS#8 (RFC 5958); `None` where it is none, or not one that [`Rs256`] takes.
    pub(in crate::token) fn from_pkcs8(der: &[u8]) -> Option<(EncodingKey, Rs256)> {
        pair(&RsaPrivateKey::from_pkcs8_der(der).ok()?)
    }

    /// A key of its numbers as big-endian bytes; `None` where they are none, or not one that [`Rs256`] takes.
    pub(in crate::token) fn from_numbers(
        modulus: &[u8],
        exponent: &[u8],
        private_exponent: &[u8],
        prime: &[u8],
        other_prime: &[u8],
    ) -> Option<(EncodingKey, Rs256)> {
        let [n, e, d, p, q] =
            [modulus, exponent, private_exponent, prime, other_prime].map(BigUint::from_bytes_be);
        pair(&RsaPrivateKey::from_components(n, e, d, vec![p, q]).ok()?)
    }

    fn pair(key: &RsaPrivateKey) -> Option<(EncodingKey, Rs256)> {
        use rsa::traits::PublicKeyParts;

        let public = Rs256::from_numbers(&key.n().to_bytes_be(), &key.e().to_bytes_be()).ok()?;
        // PKCS#1 is the form that jsonwebtoken's own providers take.
        Some((EncodingKey::from_rsa_der(key.to_pkcs1_der().ok()?.as_bytes()), public))
    }

    /// A private key in jsonwebtoken's form as PKCS#8; `None` where it is no such key.
    pub(in crate::token) fn to_pkcs8(pkcs1: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let key = RsaPrivateKey::from_pkcs1_der(pkcs1).ok()?;
        Some(Zeroizing::new(key.to_pkcs8_der().ok()?.as_bytes().to_vec()))
    }

    /// A private key.
    pub(in crate::token::provider) struct Rs256Pair {
        key: RsaPrivateKey,
        blinding: Hmac<Sha256>,
    }

    impl Rs256Pair {
        pub(in crate::token::provider) fn new(pkcs1: &[u8]) -> Option<Self> {
            let key = RsaPrivateKey::from_pkcs1_der(pkcs1).ok()?;
            Some(Self { key, blinding: Hmac::new_from_slice(pkcs1).ok()? })
        }

        /// The time that the private operation takes tells something of the number it is done to
        /// (RUSTSEC-2023-0071), so that number is blinded first. The blinding is made of key and message, as
        /// RFC 6979 makes nonces: nobody without the key can foresee it, and no randomness is needed. The
        /// signature is the same under any.
        pub(in crate::token::provider) fn sign(&self, message: &[u8]) -> signature::Result<Vec<u8>> {
            let seed = self.blinding.clone().chain_update(message).finalize().into_bytes();
            let mut numbers = ChaCha20Rng::from_seed(seed.into());
            let digest = Sha256::digest(message);
            let signature = self.key.sign_with_rng(&mut numbers, Pkcs1v15Sign::new::<Sha256>(), &digest);
            signature.map_err(|_| signature::Error::new())
        }
    }
}
