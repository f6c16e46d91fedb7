//! The public keys that tokens are verified by.

use countersign_core::token::PublicJwk;
use serde::Serialize;
use utoipa::ToSchema;

/// A set of public keys (RFC 7517 section 5).
#[derive(Debug, Serialize, ToSchema)]
pub struct Jwks<'a> {
    /// Each key once; none where tokens are signed with a shared secret.
    pub keys: Vec<Jwk<'a>>,
}

/// A public key (RFC 7518 section 6, RFC 8037 section 2), of whose members each kind has its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct Jwk<'a> {
    /// The kind of key.
    #[schema(example = "OKP")]
    pub kty: &'static str,
    /// The curve, of OKP and EC.
    #[schema(example = "Ed25519")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crv: Option<&'static str>,
    /// The point of OKP or the first coordinate of EC, in base64url.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// The second coordinate of EC, in base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// The modulus of RSA, in base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// The exponent of RSA, in base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
    /// The `kid` in the header of tokens that it verifies.
    #[schema(example = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<&'a str>,
    /// The one algorithm it verifies.
    #[schema(example = "EdDSA")]
    pub alg: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    pub usage: &'static str,
}

impl<'a> From<PublicJwk<'a>> for Jwk<'a> {
    fn from(key: PublicJwk<'a>) -> Self {
        let PublicJwk { kty, crv, x, y, n, e, kid, alg, usage } = key;
        Self { kty, crv, x, y, n, e, kid, alg, usage }
    }
}
