//! The cryptography behind jsonwebtoken: HS256 and Ed25519, and nothing else.
//!
//! jsonwebtoken's own providers bring RSA and every curve, 870 kB of wasm. Without the feature `sign` this
//! one cannot sign. No function of it panics, where those that jsonwebtoken fills in by itself do.

use ed25519_dalek::Signature;
use hmac::{Hmac, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind, Result};
use jsonwebtoken::jwk::ThumbprintHash;
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use sha2::{Digest, Sha256};
use signature::Verifier;

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

/// A keyed HMAC, cloned for each token: the two blocks of the key are hashed once.
#[derive(Clone)]
pub(super) struct Hs256(Hmac<Sha256>);

impl Hs256 {
    /// HMAC takes keys of any length, so this is never `None`.
    pub(super) fn new(secret: &[u8]) -> Option<Self> {
        Hmac::new_from_slice(secret).ok().map(Self)
    }

    /// Whether the signature is that of the message, compared in constant time.
    pub(super) fn matches(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.clone().chain_update(message).verify_slice(signature).is_ok()
    }
}

/// An Ed25519 public key, its point decompressed once.
#[derive(Clone)]
pub(super) struct Ed25519(ed25519_dalek::VerifyingKey);

impl Ed25519 {
    /// `None` where the bytes are no point of the curve, or one of small order, under which a signature
    /// can be made that holds for any message.
    pub(super) fn new(public: &[u8]) -> Option<Self> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(public.try_into().ok()?).ok()?;
        (!key.is_weak()).then_some(Self(key))
    }

    /// The 32 bytes of the point.
    #[cfg(feature = "sign")]
    pub(super) fn bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Whether the signature is that of the message. The strict reading refuses points of small order in
    /// the signature too, so that every verifier that is strict agrees (RFC 8032 section 8.4).
    pub(super) fn matches(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

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

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let bytes = key.try_get_as_bytes()?;
    match (algorithm, key.family()) {
        (Algorithm::HS256, AlgorithmFamily::Hmac) => {
            let key = Hs256::new(bytes).ok_or_else(|| Error::from(ErrorKind::InvalidKeyFormat))?;
            Ok(Box::new(key))
        }
        (Algorithm::EdDSA, AlgorithmFamily::Ed) => {
            let key = Ed25519::new(bytes).ok_or_else(|| Error::from(ErrorKind::InvalidEddsaKey))?;
            Ok(Box::new(key))
        }
        _ => unsupported(),
    }
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
    use ed25519_dalek::{SECRET_KEY_LENGTH, SigningKey};
    use hmac::Mac;
    use jsonwebtoken::crypto::JwtSigner;
    use jsonwebtoken::errors::{Error, ErrorKind, Result};
    use jsonwebtoken::{Algorithm, AlgorithmFamily, EncodingKey};
    use signature::Signer;
    use zeroize::Zeroizing;

    use super::{Ed25519, Hs256, PROVIDER, unsupported};

    /// Makes [`PROVIDER`] the one of this process. Only the first call has an effect; if the host has
    /// installed another provider by then, that one signs, since our keys keep to jsonwebtoken's forms.
    pub(in crate::token) fn install() {
        let _already_installed = PROVIDER.install_default();
    }

    /// What stands before the seed in an Ed25519 private key in PKCS#8 (RFC 8410 section 7), the form that
    /// jsonwebtoken's own providers take.
    const PKCS8_PREFIX: &[u8; 16] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

    /// The private key of a seed in jsonwebtoken's form, and its public half.
    pub(in crate::token) fn ed25519_pair(seed: &[u8; SECRET_KEY_LENGTH]) -> (EncodingKey, Ed25519) {
        let der = Zeroizing::new([PKCS8_PREFIX.as_slice(), seed].concat());
        let public = SigningKey::from_bytes(seed).verifying_key();
        (EncodingKey::from_ed_der(&der), Ed25519(public))
    }

    pub(super) fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
        match (algorithm, key.family()) {
            (Algorithm::HS256, AlgorithmFamily::Hmac) => {
                let key =
                    Hs256::new(key.as_bytes()).ok_or_else(|| Error::from(ErrorKind::InvalidKeyFormat))?;
                Ok(Box::new(key))
            }
            (Algorithm::EdDSA, AlgorithmFamily::Ed) => {
                let seed = key.as_bytes().strip_prefix(PKCS8_PREFIX).and_then(|seed| seed.try_into().ok());
                let seed = seed.ok_or_else(|| Error::from(ErrorKind::InvalidEddsaKey))?;
                Ok(Box::new(Ed25519Pair(SigningKey::from_bytes(seed))))
            }
            _ => unsupported(),
        }
    }

    impl Signer<Vec<u8>> for Hs256 {
        fn try_sign(&self, msg: &[u8]) -> signature::Result<Vec<u8>> {
            Ok(self.0.clone().chain_update(msg).finalize().into_bytes().to_vec())
        }
    }

    impl JwtSigner for Hs256 {
        fn algorithm(&self) -> Algorithm {
            Algorithm::HS256
        }
    }

    struct Ed25519Pair(SigningKey);

    impl Signer<Vec<u8>> for Ed25519Pair {
        fn try_sign(&self, msg: &[u8]) -> signature::Result<Vec<u8>> {
            Ok(self.0.try_sign(msg)?.to_bytes().to_vec())
        }
    }

    impl JwtSigner for Ed25519Pair {
        fn algorithm(&self) -> Algorithm {
            Algorithm::EdDSA
        }
    }
}

#[cfg(test)]
#[cfg(feature = "sign")]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::{Header, Validation, crypto, decode, encode};

    use super::*;

    fn pair() -> (jsonwebtoken::EncodingKey, DecodingKey) {
        let (encoding, public) = sign::ed25519_pair(&[7; 32]);
        sign::install();
        sign::install();
        (encoding, DecodingKey::from_ed_der(public.bytes()))
    }

    #[test]
    fn signs_as_rfc_8037_appendix_a_4_does() {
        let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let (key, _) = sign::ed25519_pair(&seed.try_into().unwrap());
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
        for (algorithm, encoding, decoding) in
            [(Algorithm::EdDSA, encoding, decoding), (Algorithm::HS256, secret.0, secret.1)]
        {
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
