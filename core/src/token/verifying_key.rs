//! Keys that verify: each has one algorithm, so that no header can talk one into another.

use std::fmt;

use super::Algorithm;
#[cfg(feature = "sign")]
use super::PublicJwk;
use super::jwk;
#[cfg(feature = "rs256")]
use super::jwk::Unusable;
#[cfg(feature = "es256")]
use super::provider::Es256;
#[cfg(feature = "rs256")]
use super::provider::Rs256;
use super::provider::{Ed25519, Hs256};
use crate::rejection::Code;

/// Bytes of an HS256 secret at least: as many as the hash puts out (RFC 7518 section 3.2).
pub const HS256_SECRET_LEN_MIN: usize = 32;

/// A key that verifies signatures of one algorithm.
///
/// The costly part is done once: the HMAC is keyed, the point decompressed. The HMAC state is as good as
/// the secret and is not wiped when dropped, since the `hmac` crate keeps it to itself.
#[derive(Clone)]
pub struct VerifyingKey {
    kid: Option<String>,
    check: Check,
}

/// A key of each algorithm that is linked.
#[derive(Clone)]
pub(super) enum Check {
    Hs256(Hs256),
    EdDsa(Ed25519),
    #[cfg(feature = "es256")]
    Es256(Es256),
    #[cfg(feature = "rs256")]
    Rs256(Rs256),
}

impl VerifyingKey {
    /// A shared secret without a name.
    ///
    /// # Errors
    /// Where it has fewer than [`HS256_SECRET_LEN_MIN`] bytes, or is the text of a key of another kind.
    pub fn hs256(secret: &[u8]) -> Result<Self, KeyError> {
        if secret.len() < HS256_SECRET_LEN_MIN {
            return Err(KeyError {
                reason: "An HS256 secret needs at least 32 bytes (RFC 7518 section 3.2).",
            });
        }
        if is_text_of_a_key(secret) {
            return Err(KeyError { reason: "An HS256 secret is not a key in PEM, OpenSSH or JWK form." });
        }
        let key = Hs256::new(secret).ok_or(KeyError { reason: "This is no HS256 secret." })?;
        Ok(Check::Hs256(key).into())
    }

    /// An Ed25519 public key without a name (RFC 8037 section 2, the member `x`).
    ///
    /// # Errors
    /// Where the bytes are no point of the curve, or one of small order.
    pub fn ed25519(public: &[u8]) -> Result<Self, KeyError> {
        let key = Ed25519::new(public).ok_or(KeyError { reason: "This is no Ed25519 public key." })?;
        Ok(Check::EdDsa(key).into())
    }

    /// A public key of P-256 without a name (RFC 7518 section 6.2.1, the members `x` and `y`).
    ///
    /// # Errors
    /// Where the two are not 32 bytes each, or no point of the curve.
    #[cfg(feature = "es256")]
    pub fn es256(x: &[u8], y: &[u8]) -> Result<Self, KeyError> {
        let key = Es256::from_coordinates(x, y);
        key.map(|key| Check::Es256(key).into())
            .ok_or(KeyError { reason: "This is no point of the curve P-256." })
    }

    /// An RSA public key without a name (RFC 7518 section 6.3.1, the members `n` and `e`).
    ///
    /// # Errors
    /// Where the modulus has fewer than 2048 bits or more than 8192, or the exponent is even, 1 or longer than
    /// 32 bits.
    #[cfg(feature = "rs256")]
    pub fn rs256(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        let key = Rs256::from_numbers(modulus, exponent).map_err(Unusable::from)?;
        Ok(Check::Rs256(key).into())
    }

    /// A JSON Web Key (RFC 7517): `oct` for HS256, `OKP` with `Ed25519` for EdDSA (RFC 8037), `EC` with `P-256`
    /// for ES256, `RSA` for RS256.
    ///
    /// ```
    /// use countersign_core::token::{Algorithm, VerifyingKey};
    ///
    /// let key = VerifyingKey::from_jwk(
    ///     r#"{ "kty": "OKP", "crv": "Ed25519", "kid": "1", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }"#,
    /// )?;
    /// assert_eq!((key.algorithm(), key.kid()), (Algorithm::EdDsa, Some("1")));
    /// # Ok::<(), countersign_core::token::KeyError>(())
    /// ```
    ///
    /// # Errors
    /// Where it is no strict JSON object, not of these kinds, faulty, or meant for anything but verifying
    /// (`use`, `key_ops`, `alg`).
    pub fn from_jwk(json: &str) -> Result<Self, KeyError> {
        Ok(jwk::read(&jwk::parse(json)?)?)
    }

    /// What may be published of it, so that anyone can verify; `None` for a shared secret, of which nothing may.
    ///
    /// ```
    /// use countersign_core::token::SigningKey;
    ///
    /// let key = SigningKey::ed25519(&[7; 32]);
    /// let published = key.verifying_key().to_jwk().unwrap();
    /// assert_eq!((published.crv, published.kid), (Some("Ed25519"), Some(key.kid())));
    ///
    /// let shared = SigningKey::hs256(b"a secret of at least thirty-two bytes")?;
    /// assert_eq!(shared.verifying_key().to_jwk(), None);
    /// # Ok::<(), countersign_core::token::KeyError>(())
    /// ```
    #[cfg(feature = "sign")]
    pub fn to_jwk(&self) -> Option<PublicJwk<'_>> {
        let kid = self.kid();
        match &self.check {
            Check::Hs256(_) => None,
            Check::EdDsa(key) => Some(PublicJwk::ed25519(kid, key.bytes())),
            #[cfg(feature = "es256")]
            Check::Es256(key) => {
                let (x, y) = key.coordinates();
                Some(PublicJwk::p256(kid, &x, &y))
            }
            #[cfg(feature = "rs256")]
            Check::Rs256(key) => {
                let (modulus, exponent) = key.numbers();
                Some(PublicJwk::rsa(kid, &modulus, &exponent))
            }
        }
    }

    /// The name that tokens call it by; `None` for a key that takes tokens of any name.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The one algorithm it verifies.
    pub fn algorithm(&self) -> Algorithm {
        match self.check {
            Check::Hs256(_) => Algorithm::Hs256,
            Check::EdDsa(_) => Algorithm::EdDsa,
            #[cfg(feature = "es256")]
            Check::Es256(_) => Algorithm::Es256,
            #[cfg(feature = "rs256")]
            Check::Rs256(_) => Algorithm::Rs256,
        }
    }

    /// The same key under a name.
    pub(super) fn named(self, kid: Option<String>) -> Self {
        Self { kid, ..self }
    }

    /// Whether the signature is one of this key over the message, bytes both. A token is taken by
    /// [`verify_access_token`](super::verify_access_token), which asks for more.
    pub fn matches(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.check {
            Check::Hs256(key) => key.matches(message, signature),
            Check::EdDsa(key) => key.matches(message, signature),
            #[cfg(feature = "es256")]
            Check::Es256(key) => key.matches(message, signature),
            #[cfg(feature = "rs256")]
            Check::Rs256(key) => key.matches(message, signature),
        }
    }
}

impl From<Check> for VerifyingKey {
    fn from(check: Check) -> Self {
        Self { kid: None, check }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("algorithm", &self.algorithm())
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// Whether a secret is the text of a key, as OpenSSL, OpenSSH or RFC 7517 write it. Most of these are public: whoever
/// gives one as a secret lets everybody sign who has read it.
fn is_text_of_a_key(secret: &[u8]) -> bool {
    let text = secret.trim_ascii_start();
    let starts = [b"-----BEGIN ".as_slice(), b"ssh-", b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-"];
    let is_jwk = || text.starts_with(b"{") && text.windows(5).any(|window| window == b"\"kty\"");
    starts.iter().any(|start| text.starts_with(start)) || is_jwk()
}

/// Why a key is not taken. It repeats nothing of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyError {
    /// A sentence for a person.
    pub reason: &'static str,
}

impl KeyError {
    /// The stable word, the same for every fault of a key.
    pub const fn code(self) -> Code {
        Code::KeyInvalid
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_key_is_no_secret() {
        let texts = [
            "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE",
            "\r\n -----BEGIN RSA PUBLIC KEY-----\nMIIBCgKCAQEA",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
            "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTY",
            r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx","e":"AQAB"}"#,
        ];
        for text in texts {
            let refused = VerifyingKey::hs256(text.as_bytes()).map_err(|error| error.reason).err();
            assert_eq!(refused, Some("An HS256 secret is not a key in PEM, OpenSSH or JWK form."), "{text}");
        }
        assert!(VerifyingKey::hs256(b"{ a secret may well begin like this }").is_ok());
    }

    #[cfg(feature = "sign")]
    #[test]
    fn what_is_published_verifies_what_the_key_signs_and_tells_no_more() {
        // The seed, the point and the thumbprint of RFC 8037 appendix A.
        let seed = b"\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60";
        let key = crate::token::SigningKey::ed25519(seed);
        let published = key.verifying_key().to_jwk().unwrap();
        assert_eq!(
            published,
            PublicJwk {
                kty: "OKP",
                crv: Some("Ed25519"),
                x: Some("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned()),
                y: None,
                n: None,
                e: None,
                kid: Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
                alg: "EdDSA",
                usage: "sig",
            }
        );
    }
}
