//! What is published of a key: a JSON Web Key without its private half (RFC 7517), and its thumbprint (RFC 7638).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::Algorithm;

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
