//! Reading and publishing a JSON Web Key (RFC 7517; kinds of key in RFC 7518 section 6 and RFC 8037 section 2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
#[cfg(feature = "sign")]
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

#[cfg(feature = "rs256")]
use super::provider::{Refused, Rs256};
#[cfg(feature = "rs256")]
use super::verifying::Check;
use super::{Algorithm, KeyError, VerifyingKey};
use crate::json::{Document, Value};

/// The members of a JSON Web Key that anyone may see.
///
/// Of the members that hold the key, each kind has its own, in base64url; the others are `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicJwk<'a> {
    /// The kind of key: `OKP` (RFC 8037 section 2), `EC` or `RSA` (RFC 7518 section 6).
    pub kty: &'static str,
    /// The curve, `Ed25519` or `P-256`; `None` for RSA.
    pub crv: Option<&'static str>,
    /// The point of Ed25519, or the first coordinate of one of P-256; `None` for RSA.
    pub x: Option<String>,
    /// The second coordinate of a point of P-256; `None` for the other kinds.
    pub y: Option<String>,
    /// The modulus of RSA; `None` for the other kinds.
    pub n: Option<String>,
    /// The exponent of RSA; `None` for the other kinds.
    pub e: Option<String>,
    /// The name that tokens call it by; `None` for a key that takes tokens of any name.
    pub kid: Option<&'a str>,
    /// The one algorithm it verifies.
    pub alg: &'static str,
    /// What it is for, `sig`. In JSON the member is `use`.
    pub usage: &'static str,
}

#[cfg(feature = "sign")]
impl<'a> PublicJwk<'a> {
    /// A point of Ed25519 under this name.
    pub(super) fn ed25519(kid: Option<&'a str>, public: &[u8; 32]) -> Self {
        let x = Some(URL_SAFE_NO_PAD.encode(public));
        Self { crv: Some("Ed25519"), x, ..Self::empty("OKP", Algorithm::EdDsa, kid) }
    }

    /// A point of P-256 under this name.
    #[cfg(feature = "es256")]
    pub(super) fn p256(kid: Option<&'a str>, x: &[u8; 32], y: &[u8; 32]) -> Self {
        let (x, y) = (Some(URL_SAFE_NO_PAD.encode(x)), Some(URL_SAFE_NO_PAD.encode(y)));
        Self { crv: Some("P-256"), x, y, ..Self::empty("EC", Algorithm::Es256, kid) }
    }

    /// An RSA key under this name, its numbers as big-endian bytes.
    #[cfg(feature = "rs256")]
    pub(super) fn rsa(kid: Option<&'a str>, modulus: &[u8], exponent: &[u8]) -> Self {
        let (n, e) = (Some(URL_SAFE_NO_PAD.encode(modulus)), Some(URL_SAFE_NO_PAD.encode(exponent)));
        Self { n, e, ..Self::empty("RSA", Algorithm::Rs256, kid) }
    }

    fn empty(kty: &'static str, algorithm: Algorithm, kid: Option<&'a str>) -> Self {
        let alg = algorithm.as_str();
        Self { kty, crv: None, x: None, y: None, n: None, e: None, kid, alg, usage: "sig" }
    }

    /// The digest of what makes it the key that it is, which serves as its name (RFC 7638, RFC 8037 appendix A.3).
    pub(super) fn thumbprint(&self) -> String {
        // By the names of the members, in the order that section 3.3 asks for.
        let members = [
            ("crv", self.crv),
            ("e", self.e.as_deref()),
            ("kty", Some(self.kty)),
            ("n", self.n.as_deref()),
            ("x", self.x.as_deref()),
            ("y", self.y.as_deref()),
        ];
        let mut digest = Sha256::new();
        let mut separator = "{\"";
        for (name, value) in members.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            for part in [separator, name, "\":\"", value, "\""] {
                digest.update(part);
            }
            separator = ",\"";
        }
        digest.update("}");
        URL_SAFE_NO_PAD.encode(digest.finalize())
    }
}

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
    let algorithm = algorithm(jwk)?;
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
        #[cfg(feature = "es256")]
        Algorithm::Es256 => VerifyingKey::es256(&bytes(jwk, "x")?, &bytes(jwk, "y")?)?,
        #[cfg(feature = "rs256")]
        Algorithm::Rs256 => Check::Rs256(Rs256::from_numbers(&bytes(jwk, "n")?, &bytes(jwk, "e")?)?).into(),
        #[cfg(not(all(feature = "es256", feature = "rs256")))]
        _ => return Err(Unusable::NotForUs("This build takes no keys of this kty.")),
    };
    Ok(key.named(text(jwk, "kid")?))
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
    let missing = KeyError { reason: "The key lacks a member that holds it (k, x, y, n or e)." };
    let encoded = Zeroizing::new(text(jwk, name)?.ok_or(missing)?);
    let decoded = URL_SAFE_NO_PAD.decode(encoded.as_bytes());
    decoded.map(Zeroizing::new).map_err(|_| KeyError { reason: "The key is not base64url without padding." })
}

const WRONG_TYPE: KeyError = KeyError { reason: "A member of the key has the wrong JSON type." };
