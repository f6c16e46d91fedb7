//! Keys that verify: each has one algorithm, so that no header can talk one into another.

use std::fmt;

#[cfg(feature = "sign")]
use super::jwk::PublicJwk;
use super::jwk::{self, Unusable};
use super::provider::{Ed25519, Hs256};
use super::{Algorithm, TokenError};
use crate::json::Document;
use crate::rejection::Code;

/// Bytes of an HS256 secret at least: as many as the hash puts out (RFC 7518 section 3.2).
pub const HS256_SECRET_LEN_MIN: usize = 32;

/// Keys in one set at most. Issuers publish two or three; more than this is a mistake, and each token
/// would have to be compared with all of them.
const KEYS_MAX: usize = 256;

/// A key that verifies signatures of one algorithm.
///
/// The costly part is done once: the HMAC is keyed, the point decompressed. The HMAC state is as good as
/// the secret and is not wiped when dropped, since the `hmac` crate keeps it to itself.
#[derive(Clone)]
pub struct VerifyingKey {
    kid: Option<String>,
    check: Check,
}

#[derive(Clone)]
enum Check {
    Hs256(Hs256),
    EdDsa(Ed25519),
}

impl VerifyingKey {
    /// A shared secret without a name.
    ///
    /// # Errors
    /// Where it has fewer than [`HS256_SECRET_LEN_MIN`] bytes.
    pub fn hs256(secret: &[u8]) -> Result<Self, KeyError> {
        if secret.len() < HS256_SECRET_LEN_MIN {
            return Err(KeyError {
                reason: "An HS256 secret needs at least 32 bytes (RFC 7518 section 3.2).",
            });
        }
        let key = Hs256::new(secret).ok_or(KeyError { reason: "This is no HS256 secret." })?;
        Ok(Self { kid: None, check: Check::Hs256(key) })
    }

    /// An Ed25519 public key without a name (RFC 8037 section 2, the member `x`).
    ///
    /// # Errors
    /// Where the bytes are no point of the curve, or one of small order.
    pub fn ed25519(public: &[u8]) -> Result<Self, KeyError> {
        let key = Ed25519::new(public).ok_or(KeyError { reason: "This is no Ed25519 public key." })?;
        Ok(Self { kid: None, check: Check::EdDsa(key) })
    }

    /// A JSON Web Key (RFC 7517): `oct` for HS256, `OKP` with `Ed25519` for EdDSA (RFC 8037).
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
        jwk::read(&parse(json)?).map_err(|unusable| match unusable {
            Unusable::NotForUs(reason) => KeyError { reason },
            Unusable::Faulty(error) => error,
        })
    }

    /// What may be published of it, so that anyone can verify; `None` for a shared secret, of which nothing may.
    ///
    /// ```
    /// use countersign_core::token::SigningKey;
    ///
    /// let key = SigningKey::ed25519(&[7; 32]);
    /// let published = key.verifying_key().to_jwk().unwrap();
    /// assert_eq!((published.crv, published.kid), ("Ed25519", Some(key.kid())));
    ///
    /// let shared = SigningKey::hs256(b"a secret of at least thirty-two bytes")?;
    /// assert_eq!(shared.verifying_key().to_jwk(), None);
    /// # Ok::<(), countersign_core::token::KeyError>(())
    /// ```
    #[cfg(feature = "sign")]
    pub fn to_jwk(&self) -> Option<PublicJwk<'_>> {
        match &self.check {
            Check::Hs256(_) => None,
            Check::EdDsa(key) => Some(PublicJwk::ed25519(self.kid(), key.bytes())),
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
        }
    }

    /// The same key under a name.
    pub(super) fn named(self, kid: Option<String>) -> Self {
        Self { kid, ..self }
    }

    pub(super) fn matches(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.check {
            Check::Hs256(key) => key.matches(message, signature),
            Check::EdDsa(key) => key.matches(message, signature),
        }
    }
}

#[cfg(feature = "sign")]
impl From<Ed25519> for VerifyingKey {
    fn from(key: Ed25519) -> Self {
        Self { kid: None, check: Check::EdDsa(key) }
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

/// The keys that a verifier knows. A token picks among them by its `kid` and can bring none of its own.
///
/// ```
/// use countersign_core::token::{KeySet, VerifyingKey};
///
/// let shared: KeySet = VerifyingKey::hs256(b"a secret of at least thirty-two bytes")?.into();
/// let published = KeySet::from_json(r#"{ "keys": [] }"#)?;
/// assert_eq!((shared.keys().len(), published.keys().len()), (1, 0));
/// # Ok::<(), countersign_core::token::KeyError>(())
/// ```
#[derive(Debug, Clone)]
pub struct KeySet {
    keys: Vec<VerifyingKey>,
}

impl KeySet {
    /// A set of these keys; an empty one refuses every token.
    ///
    /// # Errors
    /// Where two have one name, or two of one algorithm have none: a token could mean either. Also where
    /// there are more than 256.
    pub fn new(keys: Vec<VerifyingKey>) -> Result<Self, KeyError> {
        if keys.len() > KEYS_MAX {
            return Err(KeyError { reason: "The key set holds more than 256 keys." });
        }
        for (place, key) in keys.iter().enumerate() {
            let alike = |other: &VerifyingKey| {
                other.kid == key.kid && (key.kid.is_some() || other.algorithm() == key.algorithm())
            };
            if keys[..place].iter().any(alike) {
                return Err(KeyError { reason: "Two keys of the set cannot be told apart by their kid." });
            }
        }
        Ok(Self { keys })
    }

    /// A JSON Web Key, or a set of them (an object with `keys`, RFC 7517 section 5). Keys of a set that are
    /// for other algorithms or uses are left out.
    ///
    /// # Errors
    /// As [`VerifyingKey::from_jwk`] for one key; for a set, where one of our kinds is faulty, and as
    /// [`KeySet::new`].
    pub fn from_json(json: &str) -> Result<Self, KeyError> {
        let document = parse(json)?;
        let Some(listed) = document.member("keys") else {
            return VerifyingKey::from_jwk(json).map(Self::from);
        };
        let listed = listed.items().ok_or(KeyError { reason: "The member keys is no array." })?;
        let mut keys = Vec::new();
        for value in listed {
            match jwk::read(&parse(value.raw())?) {
                Ok(key) => keys.push(key),
                Err(Unusable::NotForUs(_)) => {}
                Err(Unusable::Faulty(error)) => return Err(error),
            }
        }
        Self::new(keys)
    }

    /// The keys, in the order they were given.
    pub fn keys(&self) -> &[VerifyingKey] {
        &self.keys
    }

    /// The key that a token of this header has to be signed by. A key with a name takes only tokens that
    /// name it; one without takes any that no other key is named by.
    ///
    /// # Errors
    /// `token_key_unknown`, or `token_algorithm_not_allowed` where the key is of another algorithm.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&VerifyingKey, TokenError> {
        let named = self.keys.iter().find(|key| key.kid.is_some() && key.kid.as_deref() == kid);
        let mut nameless = self.keys.iter().filter(|key| key.kid.is_none());
        let key = match named {
            Some(key) => key,
            None => {
                let first = nameless.clone().next().ok_or(TokenError::of(Code::TokenKeyUnknown))?;
                nameless.find(|key| key.algorithm() == algorithm).unwrap_or(first)
            }
        };
        if key.algorithm() == algorithm {
            Ok(key)
        } else {
            Err(TokenError::of(Code::TokenAlgorithmNotAllowed))
        }
    }
}

impl From<VerifyingKey> for KeySet {
    fn from(key: VerifyingKey) -> Self {
        Self { keys: vec![key] }
    }
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

fn parse(json: &str) -> Result<Document<'_>, KeyError> {
    Document::parse_text(json)
        .ok()
        .filter(Document::is_object)
        .ok_or(KeyError { reason: "A key is a JSON object that holds no name twice." })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(kid: &str, fill: u8) -> VerifyingKey {
        VerifyingKey::hs256(&[fill; 32]).unwrap().named(Some(kid.to_owned()))
    }

    #[test]
    fn a_key_is_found_by_its_name_and_a_nameless_one_takes_the_rest() {
        let nameless = VerifyingKey::hs256(&[3; 32]).unwrap();
        let set = KeySet::new(vec![named("a", 1), nameless, named("b", 2)]).unwrap();
        let found = |kid| set.find(kid, Algorithm::Hs256).map(VerifyingKey::kid);
        assert_eq!(found(Some("a")), Ok(Some("a")));
        assert_eq!(found(Some("b")), Ok(Some("b")));
        assert_eq!(found(Some("c")), Ok(None));
        assert_eq!(found(None), Ok(None));
    }

    #[test]
    fn a_name_does_not_lead_to_a_key_of_another_algorithm() {
        let set = KeySet::new(vec![named("a", 1)]).unwrap();
        let code = |kid| set.find(kid, Algorithm::EdDsa).map_err(|error| error.code).err();
        assert_eq!(code(Some("a")), Some(Code::TokenAlgorithmNotAllowed));
        assert_eq!(code(Some("b")), Some(Code::TokenKeyUnknown));
        assert_eq!(code(None), Some(Code::TokenKeyUnknown));
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
                crv: "Ed25519",
                x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned(),
                kid: Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
                alg: "EdDSA",
                usage: "sig",
            }
        );
    }

    #[test]
    fn a_set_has_room_for_256_keys() {
        let keys = |count: u32| (0..count).map(|n| named(&n.to_string(), 1)).collect::<Vec<_>>();
        assert!(KeySet::new(keys(256)).is_ok());
        assert!(KeySet::new(keys(257)).is_err());
    }
}
