//! The keys that a verifier knows, and how a token picks among them.

use super::jwk::{self, Unusable};
use super::{Algorithm, KeyError, TokenError, VerifyingKey};
use crate::rejection::Code;

/// Keys in one set at most. Issuers publish two or three; more than this is a mistake, and each token
/// would have to be compared with all of them.
const KEYS_MAX: usize = 256;

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
                other.kid() == key.kid() && (key.kid().is_some() || other.algorithm() == key.algorithm())
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
        let document = jwk::parse(json)?;
        let Some(listed) = document.member("keys") else {
            return VerifyingKey::from_jwk(json).map(Self::from);
        };
        let listed = listed.items().ok_or(KeyError { reason: "The member keys is no array." })?;
        let mut keys = Vec::new();
        for value in listed {
            match jwk::read(&jwk::parse(value.raw())?) {
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
        let named = self.keys.iter().find(|key| key.kid().is_some() && key.kid() == kid);
        let mut nameless = self.keys.iter().filter(|key| key.kid().is_none());
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

    #[test]
    fn a_set_has_room_for_256_keys() {
        let keys = |count: u32| (0..count).map(|n| named(&n.to_string(), 1)).collect::<Vec<_>>();
        assert!(KeySet::new(keys(256)).is_ok());
        assert!(KeySet::new(keys(257)).is_err());
    }
}
