//! Reading a JSON Web Key (RFC 7517; kinds of key in RFC 7518 section 6 and RFC 8037 section 2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

#[cfg(feature = "rs256")]
use super::provider::{Refused, Rs256};
#[cfg(feature = "rs256")]
use super::verifying_key::Check;
use super::{Algorithm, KeyError, VerifyingKey};
use crate::json::{Document, Value};

/// Why a key is not one to verify with.
pub(super) enum Unusable {
    /// It is of another kind or for another use. A set may hold such keys (RFC 7517 section 5).
    NotForUs(&'static str),
    /// It is wrong in itself.
    Faulty(KeyError),
}

#[cfg(feature = "rs256")]
impl From<Refused> for Unusable {
    fn from(refused: Refused) -> Self {
        match refused {
            // "Out of the supported ranges" is a reason to leave a key of a set out (RFC 7517 section 5).
            Refused::Size => {
                Unusable::NotForUs("An RSA modulus has 2048 to 8192 bits (RFC 7518 section 3.3).")
            }
            Refused::Numbers => KeyError { reason: "This is no RSA public key." }.into(),
        }
    }
}

impl From<Unusable> for KeyError {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::NotForUs(reason) => KeyError { reason },
            Unusable::Faulty(error) => error,
        }
    }
}

impl From<KeyError> for Unusable {
    fn from(error: KeyError) -> Self {
        Unusable::Faulty(error)
    }
}

/// The strict JSON object that a key or a set of them is.
///
/// # Errors
/// Where it is none.
pub(super) fn parse(json: &str) -> Result<Document<'_>, KeyError> {
    Document::parse_text(json)
        .ok()
        .filter(Document::is_object)
        .ok_or(KeyError { reason: "A key is a JSON object that holds no name twice." })
}

/// Reads a key that is already known to be an object.
pub(super) fn read(jwk: &Document<'_>) -> Result<VerifyingKey, Unusable> {
    let key = public(jwk, algorithm_for(jwk, "verify")?)?;
    Ok(key.named(text(jwk, "kid")?))
}

/// The one algorithm of a key that may do this (`verify` or `sign`), by its `kty`, `alg`, `use` and `key_ops`.
pub(super) fn algorithm_for(jwk: &Document<'_>, operation: &str) -> Result<Algorithm, Unusable> {
    let algorithm = algorithm(jwk)?;
    if text(jwk, "alg")?.is_some_and(|alg| alg != algorithm.as_str()) {
        return Err(Unusable::NotForUs("The alg of the key is not one that is taken for its kty."));
    }
    if text(jwk, "use")?.is_some_and(|usage| usage != "sig") {
        return Err(Unusable::NotForUs("The use of the key is not sig."));
    }
    let grants = jwk.member("key_ops").map(|operations| grants(operations, operation)).transpose()?;
    if grants == Some(false) {
        return Err(Unusable::NotForUs("The key_ops of the key do not hold what it is used for here."));
    }
    Ok(algorithm)
}

/// What a key verifies with, without its name.
pub(super) fn public(jwk: &Document<'_>, algorithm: Algorithm) -> Result<VerifyingKey, Unusable> {
    Ok(match algorithm {
        Algorithm::Hs256 => VerifyingKey::hs256(&bytes(jwk, "k")?)?,
        Algorithm::EdDsa => VerifyingKey::ed25519(&bytes(jwk, "x")?)?,
        #[cfg(feature = "es256")]
        Algorithm::Es256 => VerifyingKey::es256(&bytes(jwk, "x")?, &bytes(jwk, "y")?)?,
        #[cfg(feature = "rs256")]
        Algorithm::Rs256 => Check::Rs256(Rs256::from_numbers(&bytes(jwk, "n")?, &bytes(jwk, "e")?)?).into(),
        #[cfg(not(all(feature = "es256", feature = "rs256")))]
        _ => return Err(Unusable::NotForUs("This build takes no keys of this kty.")),
    })
}

/// The one algorithm that a key of this kind is taken for.
fn algorithm(jwk: &Document<'_>) -> Result<Algorithm, Unusable> {
    let kty = text(jwk, "kty")?.ok_or(KeyError { reason: "The key has no kty." })?;
    let crv = || text(jwk, "crv");
    match kty.as_str() {
        "oct" => Ok(Algorithm::Hs256),
        "OKP" if crv()?.as_deref() == Some("Ed25519") => Ok(Algorithm::EdDsa),
        "EC" if crv()?.as_deref() == Some("P-256") => Ok(Algorithm::Es256),
        "RSA" => Ok(Algorithm::Rs256),
        _ => Err(Unusable::NotForUs(
            "Only keys of kty oct and RSA are taken, of kty OKP with crv Ed25519, and of kty EC with crv P-256.",
        )),
    }
}

/// Whether `key_ops` (RFC 7517 section 4.3) grants an operation.
fn grants(operations: Value<'_>, wanted: &str) -> Result<bool, KeyError> {
    let operations = operations.items().ok_or(WRONG_TYPE)?;
    Ok(operations.iter().any(|operation| operation.text().as_deref() == Some(wanted)))
}

pub(super) fn text(jwk: &Document<'_>, name: &str) -> Result<Option<String>, KeyError> {
    let value = jwk.member(name);
    value.map(|value| value.text().map(|text| text.into_owned()).ok_or(WRONG_TYPE)).transpose()
}

/// A member of base64url, wiped after use: of some keys it is the secret.
pub(super) fn bytes(jwk: &Document<'_>, name: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let missing = KeyError { reason: "The key lacks a member that holds it (k, x, y, n, e, p or q)." };
    let encoded = Zeroizing::new(text(jwk, name)?.ok_or(missing)?);
    let decoded = URL_SAFE_NO_PAD.decode(encoded.as_bytes());
    decoded.map(Zeroizing::new).map_err(|_| KeyError { reason: "The key is not base64url without padding." })
}

const WRONG_TYPE: KeyError = KeyError { reason: "A member of the key has the wrong JSON type." };
