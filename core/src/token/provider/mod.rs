//! The cryptography behind jsonwebtoken: HS256, Ed25519, and ES256 and RS256 where their features are on.
//!
//! jsonwebtoken's own providers bring every curve and hash, 870 kB of wasm. Here each algorithm is a file
//! and, but for the two that are always there, a feature, so that a wasm links what it needs. Without the
//! feature `sign` none can sign. No function of it panics, where those that jsonwebtoken fills in by
//! itself do.

mod ed25519;
#[cfg(feature = "es256")]
mod es256;
mod hs256;
#[cfg(feature = "rs256")]
mod rs256;

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind, Result};
use jsonwebtoken::jwk::ThumbprintHash;
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use sha2::{Digest, Sha256};
use signature::Verifier;

pub(super) use ed25519::Ed25519;
#[cfg(feature = "es256")]
pub(super) use es256::Es256;
pub(super) use hs256::Hs256;
#[cfg(feature = "rs256")]
pub(super) use rs256::{Refused, Rs256};

/// What jsonwebtoken is given to sign and verify with.
pub static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: |_| unsupported(),
        rsa_pub_components_from_public_key: |_| unsupported(),
        ec_pub_components_from_private_key: |_, _| unsupported(),
        ed_pub_components_from_private_key: |_, _| unsupported(),
        compute_digest: |data, hash| match hash {
            ThumbprintHash::SHA256 => Ok(Sha256::digest(data).to_vec()),
            _ => unsupported(),
        },
    },
};

/// Bytes of the longest signature that is looked at, that of an RSA key of 8,192 bits. It is the same without RS256: what is
/// longer is not decoded, and no build should find a fault in it that another does not.
pub(super) const SIGNATURE_LEN_MAX: usize = 1_024;

macro_rules! verifies {
    ($name:ident as $algorithm:ident) => {
        impl Verifier<Vec<u8>> for $name {
            fn verify(&self, msg: &[u8], signature: &Vec<u8>) -> signature::Result<()> {
                self.matches(msg, signature).then_some(()).ok_or_else(signature::Error::new)
            }
        }

        impl JwtVerifier for $name {
            fn algorithm(&self) -> Algorithm {
                Algorithm::$algorithm
            }
        }
    };
}

verifies!(Hs256 as HS256);
verifies!(Ed25519 as EdDSA);
#[cfg(feature = "es256")]
verifies!(Es256 as ES256);
#[cfg(feature = "rs256")]
verifies!(Rs256 as RS256);

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    match (algorithm, key.family()) {
        (Algorithm::HS256, AlgorithmFamily::Hmac) => {
            boxed(Hs256::new(key.try_get_as_bytes()?), ErrorKind::InvalidKeyFormat)
        }
        (Algorithm::EdDSA, AlgorithmFamily::Ed) => {
            boxed(Ed25519::new(key.try_get_as_bytes()?), ErrorKind::InvalidEddsaKey)
        }
        #[cfg(feature = "es256")]
        (Algorithm::ES256, AlgorithmFamily::Ec) => {
            boxed(Es256::from_sec1(key.try_get_as_bytes()?), ErrorKind::InvalidEcdsaKey)
        }
        #[cfg(feature = "rs256")]
        (Algorithm::RS256, AlgorithmFamily::Rsa) => {
            use jsonwebtoken::DecodingKeyKind;

            let key = match key.kind() {
                DecodingKeyKind::SecretOrDer(der) => Rs256::from_pkcs1(der),
                DecodingKeyKind::RsaModulusExponent { n, e } => Rs256::from_numbers(n, e).ok(),
            };
            boxed(key, ErrorKind::InvalidKeyFormat)
        }
        _ => unsupported(),
    }
}

fn boxed<V: JwtVerifier + 'static>(key: Option<V>, otherwise: ErrorKind) -> Result<Box<dyn JwtVerifier>> {
    key.map(|key| Box::new(key) as _).ok_or_else(|| Error::from(otherwise))
}

#[cfg(feature = "sign")]
use sign::signer;

#[cfg(not(feature = "sign"))]
fn signer(_: &Algorithm, _: &jsonwebtoken::EncodingKey) -> Result<Box<dyn jsonwebtoken::crypto::JwtSigner>> {
    unsupported()
}

fn unsupported<T>() -> Result<T> {
    Err(ErrorKind::UnsupportedAlgorithm.into())
}

/// The half that makes signatures.
#[cfg(feature = "sign")]
pub(super) mod sign {
    use jsonwebtoken::crypto::JwtSigner;
    use jsonwebtoken::errors::{Error, ErrorKind, Result};
    use jsonwebtoken::{Algorithm, AlgorithmFamily, EncodingKey};
    use signature::Signer;

    pub(in crate::token) use super::ed25519::sign as ed25519;
    use super::ed25519::sign::Ed25519Pair;
    #[cfg(feature = "es256")]
    pub(in crate::token) use super::es256::sign as es256;
    #[cfg(feature = "sign-rs256")]
    pub(in crate::token) use super::rs256::sign as rs256;
    use super::{Hs256, PROVIDER, unsupported};

    /// Makes [`PROVIDER`] the one of this process. Only the first call has an effect; if the host has
    /// installed another provider by then, that one signs, since our keys keep to jsonwebtoken's forms.
    pub(in crate::token) fn install() {
        let _already_installed = PROVIDER.install_default();
    }

    pub(super) fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
        match (algorithm, key.family()) {
            (Algorithm::HS256, AlgorithmFamily::Hmac) => {
                boxed(Hs256::new(key.as_bytes()), ErrorKind::InvalidKeyFormat)
            }
            (Algorithm::EdDSA, AlgorithmFamily::Ed) => {
                boxed(Ed25519Pair::new(key.as_bytes()), ErrorKind::InvalidEddsaKey)
            }
            #[cfg(feature = "es256")]
            (Algorithm::ES256, AlgorithmFamily::Ec) => {
                boxed(es256::Es256Pair::new(key.as_bytes()), ErrorKind::InvalidEcdsaKey)
            }
            #[cfg(feature = "sign-rs256")]
            (Algorithm::RS256, AlgorithmFamily::Rsa) => {
                boxed(rs256::Rs256Pair::new(key.as_bytes()), ErrorKind::InvalidKeyFormat)
            }
            _ => unsupported(),
        }
    }

    fn boxed<S: JwtSigner + 'static>(key: Option<S>, otherwise: ErrorKind) -> Result<Box<dyn JwtSigner>> {
        key.map(|key| Box::new(key) as _).ok_or_else(|| Error::from(otherwise))
    }

    macro_rules! signs {
        ($name:ty as $algorithm:ident) => {
            impl Signer<Vec<u8>> for $name {
                fn try_sign(&self, msg: &[u8]) -> signature::Result<Vec<u8>> {
                    self.sign(msg)
                }
            }

            impl JwtSigner for $name {
                fn algorithm(&self) -> Algorithm {
                    Algorithm::$algorithm
                }
            }
        };
    }

    signs!(Hs256 as HS256);
    signs!(Ed25519Pair as EdDSA);
    #[cfg(feature = "es256")]
    signs!(es256::Es256Pair as ES256);
    #[cfg(feature = "sign-rs256")]
    signs!(rs256::Rs256Pair as RS256);
}

#[cfg(test)]
#[cfg(feature = "sign")]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::{Header, Validation, crypto, decode, encode};

    use super::*;

    fn pair() -> (jsonwebtoken::EncodingKey, DecodingKey) {
        let (encoding, public) = sign::ed25519::pair(&[7; 32]);
        sign::install();
        sign::install();
        (encoding, DecodingKey::from_ed_der(public.bytes()))
    }

    #[test]
    fn signs_as_rfc_8037_appendix_a_4_does() {
        let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let (key, _) = sign::ed25519::pair(&seed.try_into().unwrap());
        sign::install();
        let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let signature = crypto::sign(message, &key, Algorithm::EdDSA).unwrap();
        assert_eq!(
            signature,
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }

    #[test]
    fn jsonwebtoken_verifies_through_it_what_it_signed() {
        let (encoding, decoding) = pair();
        let secret = (jsonwebtoken::EncodingKey::from_secret(&[1; 32]), DecodingKey::from_secret(&[1; 32]));
        let mut keys = vec![(Algorithm::EdDSA, encoding, decoding), (Algorithm::HS256, secret.0, secret.1)];
        #[cfg(feature = "es256")]
        {
            let (encoding, public) = sign::es256::pair(&[7; 32]).unwrap();
            let (x, y) = public.coordinates();
            let point = [&[4][..], &x, &y].concat();
            keys.push((Algorithm::ES256, encoding, DecodingKey::from_ec_der(&point)));
        }
        #[cfg(feature = "sign-rs256")]
        {
            use rsa::pkcs1::EncodeRsaPublicKey;

            let (encoding, public) = sign::rs256::generate([7; 32]).unwrap();
            let (modulus, exponent) = public.numbers();
            let of_numbers = DecodingKey::from_rsa_raw_components(&modulus, &exponent);
            let numbers = [modulus, exponent].map(|bytes| rsa::BigUint::from_bytes_be(&bytes));
            let [modulus, exponent] = numbers;
            let der = rsa::RsaPublicKey::new(modulus, exponent).unwrap().to_pkcs1_der().unwrap();
            let of_der = DecodingKey::from_rsa_der(der.as_bytes());
            keys.push((Algorithm::RS256, encoding.clone(), of_numbers));
            keys.push((Algorithm::RS256, encoding, of_der));
        }
        for (algorithm, encoding, decoding) in keys {
            let claims = serde_json::json!({ "exp": 4_000_000_000_u64, "sub": "1" });
            let token = encode(&Header::new(algorithm), &claims, &encoding).unwrap();
            let read = decode::<serde_json::Value>(&token, &decoding, &Validation::new(algorithm)).unwrap();
            assert_eq!(read.claims, claims);

            let (message, signature) = token.rsplit_once('.').unwrap();
            assert!(crypto::verify(signature, message.as_bytes(), &decoding, algorithm).unwrap());
            assert!(!crypto::verify(signature, b"another", &decoding, algorithm).unwrap());
            assert!(!crypto::verify("AAAA", message.as_bytes(), &decoding, algorithm).unwrap());
        }
    }

    #[test]
    fn what_it_cannot_do_is_an_error_and_no_panic() {
        let (encoding, decoding) = pair();
        for algorithm in [
            Algorithm::HS256,
            Algorithm::HS384,
            Algorithm::HS512,
            Algorithm::ES256,
            Algorithm::ES384,
            Algorithm::RS256,
            Algorithm::PS512,
        ] {
            assert!(verifier(&algorithm, &decoding).is_err(), "{algorithm:?}");
            assert!(signer(&algorithm, &encoding).is_err(), "{algorithm:?}");
        }
        for bytes in [&[][..], &[0; 31], &[0; 32], &[0; 33], &[2; 48]] {
            assert!(verifier(&Algorithm::EdDSA, &DecodingKey::from_ed_der(bytes)).is_err());
            assert!(signer(&Algorithm::EdDSA, &jsonwebtoken::EncodingKey::from_ed_der(bytes)).is_err());
        }
        for bytes in [&[][..], &[0; 32], &[4; 65], &[2; 33], &[0x30; 48]] {
            assert!(verifier(&Algorithm::ES256, &DecodingKey::from_ec_der(bytes)).is_err());
            assert!(signer(&Algorithm::ES256, &jsonwebtoken::EncodingKey::from_ec_der(bytes)).is_err());
            assert!(verifier(&Algorithm::RS256, &DecodingKey::from_rsa_der(bytes)).is_err());
            assert!(signer(&Algorithm::RS256, &jsonwebtoken::EncodingKey::from_rsa_der(bytes)).is_err());
        }
        let rsa = DecodingKey::from_rsa_raw_components(&[1], &[1]);
        assert!(verifier(&Algorithm::RS256, &rsa).is_err());

        let utils = &PROVIDER.key_utils;
        assert!((utils.rsa_pub_components_from_private_key)(&[]).is_err());
        assert!((utils.rsa_pub_components_from_public_key)(&[]).is_err());
        assert!((utils.ec_pub_components_from_private_key)(&[], Algorithm::ES256).is_err());
        assert!(
            (utils.ed_pub_components_from_private_key)(&[], &jsonwebtoken::jwk::EllipticCurve::Ed25519)
                .is_err()
        );
        assert!((utils.compute_digest)(b"", ThumbprintHash::SHA384).is_err());
        assert_eq!((utils.compute_digest)(b"", ThumbprintHash::SHA256).unwrap().len(), 32);
    }
}
