//! Reading and publishing a JSON Web Key (RFC 7517; kinds of key in RFC 7518 section 6 and RFC 8037 section 2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::{Algorithm, KeyError, VerifyingKey};
use crate::json::{Document, Value};

/// The members of a JSON Web Key that anyone may see (RFC 8037 section 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicJwk<'a> {
    /// The kind of key, `OKP`.
    pub kty: &'static str,
    /// The curve, `Ed25519`.
    pub crv: &'static str,
    /// The point, in base64url.
    pub x: String,
    /// The name that tokens call it by; `None` for a key that takes tokens of any name.
    pub kid: Option<&'a str>,
    /// The one algorithm it verifies.
    pub alg: &'static str,
    /// What it is for, `sig`. In JSON the member is `use`.
    pub usage: &'static str,
}

impl<'a> PublicJwk<'a> {
    /// A point of Ed25519 under this name.
    #[cfg(feature = "sign")]
    pub(super) fn ed25519(kid: Option<&'a str>, public: &[u8; 32]) -> Self {
        let x = URL_SAFE_NO_PAD.encode(public);
        Self { kty: "OKP", crv: "Ed25519", x, kid, alg: Algorithm::EdDsa.as_str(), usage: "sig" }
    }
}

/// Why a key is not one to verify with.
pub(super) enum Unusable {
    /// It is of another kind or for another use. A set may hold such keys (RFC 7517 section 5).
    NotForUs(&'static str),
    /// It is wrong in itself.
    Faulty(KeyError),
}

impl From<KeyError> for Unusable {
    fn from(error: KeyError) -> Self {
        Unusable::Faulty(error)
    }
}

/// Reads a key that is already known to be an object.
pub(super) fn read(jwk: &Document<'_>) -> Result<VerifyingKey, Unusable> {
    let kty = text(jwk, "kty")?.ok_or(KeyError { reason: "The key has no kty." })?;
    let algorithm = match kty.as_str() {
        "oct" => Algorithm::Hs256,
        "OKP" if text(jwk, "crv")?.as_deref() == Some("Ed25519") => Algorithm::EdDsa,
        _ => {
            return Err(Unusable::NotForUs(
                "Only keys of kty oct, or of kty OKP with crv Ed25519, are taken.",
            ));
        }
    };
    if text(jwk, "alg")?.is_some_and(|alg| alg != algorithm.as_str()) {
        return Err(Unusable::NotForUs("The alg of the key is not one that is taken for its kty."));
    }
    if text(jwk, "use")?.is_some_and(|usage| usage != "sig") {
        return Err(Unusable::NotForUs("The use of the key is not sig."));
    }
    if jwk.member("key_ops").map(may_verify).transpose()? == Some(false) {
        return Err(Unusable::NotForUs("The key_ops of the key do not hold verify."));
    }
    let key = match algorithm {
        Algorithm::Hs256 => VerifyingKey::hs256(&bytes(jwk, "k")?)?,
        Algorithm::EdDsa => VerifyingKey::ed25519(&bytes(jwk, "x")?)?,
    };
    Ok(key.named(text(jwk, "kid")?))
}

/// Whether `key_ops` (RFC 7517 section 4.3) grants what a verifier does.
fn may_verify(operations: Value<'_>) -> Result<bool, KeyError> {
    let operations = operations.items().ok_or(WRONG_TYPE)?;
    Ok(operations.iter().any(|operation| operation.text().as_deref() == Some("verify")))
}

fn text(jwk: &Document<'_>, name: &str) -> Result<Option<String>, KeyError> {
    let value = jwk.member(name);
    value.map(|value| value.text().map(|text| text.into_owned()).ok_or(WRONG_TYPE)).transpose()
}

/// A member of base64url, wiped after use: of `oct` keys it is the secret.
fn bytes(jwk: &Document<'_>, name: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let missing = KeyError { reason: "The key lacks the member that holds it (k, or x)." };
    let encoded = Zeroizing::new(text(jwk, name)?.ok_or(missing)?);
    let decoded = URL_SAFE_NO_PAD.decode(encoded.as_bytes());
    decoded.map(Zeroizing::new).map_err(|_| KeyError { reason: "The key is not base64url without padding." })
}

const WRONG_TYPE: KeyError = KeyError { reason: "A member of the key has the wrong JSON type." };
