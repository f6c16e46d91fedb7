//! Ed25519 (RFC 8032, RFC 8037).

use ed25519_dalek::Signature;

/// An Ed25519 public key, its point decompressed once.
#[derive(Clone)]
pub(in crate::token) struct Ed25519(ed25519_dalek::VerifyingKey);

impl Ed25519 {
    /// `None` where the bytes are no point of the curve, or one of small order, under which a signature
    /// can be made that holds for any message.
    pub(in crate::token) fn new(public: &[u8]) -> Option<Self> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(public.try_into().ok()?).ok()?;
        (!key.is_weak()).then_some(Self(key))
    }

    /// The 32 bytes of the point.
    #[cfg(feature = "sign")]
    pub(in crate::token) fn bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Whether the signature is that of the message. The strict reading refuses points of small order in
    /// the signature too, so that every verifier that is strict agrees (RFC 8032 section 8.4).
    pub(in crate::token) fn matches(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

/// The half that makes signatures.
#[cfg(feature = "sign")]
pub(in crate::token) mod sign {
    use ed25519_dalek::{SECRET_KEY_LENGTH, SigningKey};
    use jsonwebtoken::EncodingKey;
    use signature::Signer;
    use zeroize::Zeroizing;

    use super::Ed25519;

    /// What stands before the seed in an Ed25519 private key in PKCS#8 (RFC 8410 section 7), the form that
    /// jsonwebtoken's own providers take.
    const PKCS8_PREFIX: &[u8; 16] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

    /// The private key of a seed in jsonwebtoken's form, and its public half.
    pub(in crate::token) fn pair(seed: &[u8; SECRET_KEY_LENGTH]) -> (EncodingKey, Ed25519) {
        let der = Zeroizing::new([PKCS8_PREFIX.as_slice(), seed].concat());
        let public = SigningKey::from_bytes(seed).verifying_key();
        (EncodingKey::from_ed_der(&der), Ed25519(public))
    }

    /// The seed of a private key in jsonwebtoken's form; `None` where it is no such key.
    pub(in crate::token) fn seed(pkcs8: &[u8]) -> Option<&[u8; SECRET_KEY_LENGTH]> {
        pkcs8.strip_prefix(PKCS8_PREFIX)?.try_into().ok()
    }

    /// A private key, its seed expanded.
    pub(in crate::token::provider) struct Ed25519Pair(SigningKey);

    impl Ed25519Pair {
        pub(in crate::token::provider) fn new(pkcs8: &[u8]) -> Option<Self> {
            seed(pkcs8).map(|seed| Self(SigningKey::from_bytes(seed)))
        }

        pub(in crate::token::provider) fn sign(&self, message: &[u8]) -> signature::Result<Vec<u8>> {
            Ok(self.0.try_sign(message)?.to_bytes().to_vec())
        }
    }
}
