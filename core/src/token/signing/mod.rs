//! Keys that sign.

mod claims;
mod jwk;
mod material;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header};
use serde::Serialize;

use super::header::ACCESS_TOKEN;
#[cfg(feature = "sign-rs256")]
use super::provider::Rs256;
use super::provider::sign::{self, install};
use super::revocations::REVOCATIONS;
use super::root::derive;
use super::verifying_key::Check;
use super::{AccessClaims, Algorithm, KeyError, RevocationList, TokenError, VerifyingKey};
use crate::rejection::Code;
use crate::secret::Secret;

/// A key that signs access tokens, and gives the key that verifies them.
///
/// ```
/// use countersign_core::id::{SessionId, TokenId};
/// use countersign_core::time::Timestamp;
/// use countersign_core::token::{AccessClaims, Algorithm, Expectation, KeySet, SigningKey, verify_access_token};
///
/// let now = Timestamp::from_secs(1_700_000_000);
/// let claims = AccessClaims {
///     issuer: "https://auth.example".to_owned(),
///     subject: "123".to_owned(),
///     audience: "default".to_owned(),
///     issued_at: now,
///     expires_at: now.plus_secs(3_600),
///     token_id: TokenId::from_bytes([1; 16]),
///     session_id: SessionId::from_bytes([2; 16]),
///     auth_time: now,
///     amr: vec!["pwd".to_owned()],
///     grants: None,
/// };
/// let key = SigningKey::ed25519(&[7; 32]);
/// let token = key.sign_access_token(&claims)?;
///
/// let keys = KeySet::from(key.verifying_key().clone());
/// let expectation = Expectation::new(&[Algorithm::EdDsa], "https://auth.example", now);
/// assert_eq!(verify_access_token(token.expose(), &keys, &expectation)?.claims, claims);
/// # Ok::<(), countersign_core::token::TokenError>(())
/// ```
#[derive(Clone)]
pub struct SigningKey {
    encoding: EncodingKey,
    header: Header,
    kid: String,
    verifying: VerifyingKey,
}

impl SigningKey {
    /// HS256 under a shared secret. Its name (`kid`) is derived of it.
    ///
    /// # Errors
    /// As [`VerifyingKey::hs256`].
    pub fn hs256(secret: &[u8]) -> Result<Self, KeyError> {
        let verifying = VerifyingKey::hs256(secret)?;
        Ok(Self::new(EncodingKey::from_secret(secret), hs256_kid(secret), verifying))
    }

    /// Ed25519 of a seed (RFC 8032 section 5.1.5, the member `d` of RFC 8037). Its name is the thumbprint of
    /// the public key (RFC 7638), as it is for all kinds that have one.
    pub fn ed25519(seed: &[u8; 32]) -> Self {
        let (encoding, public) = sign::ed25519::pair(seed);
        Self::published(encoding, Check::EdDsa(public))
    }

    /// ES256 of the private scalar (RFC 7518 section 6.2.2, the member `d`), big-endian.
    ///
    /// # Errors
    /// Where it is zero, or not below the order of the curve.
    #[cfg(feature = "es256")]
    pub fn es256(scalar: &[u8; 32]) -> Result<Self, KeyError> {
        let pair =
            sign::es256::pair(scalar).ok_or(KeyError { reason: "This is no private key of P-256." })?;
        let (encoding, public) = pair;
        Ok(Self::published(encoding, Check::Es256(public)))
    }

    #[cfg(feature = "sign-rs256")]
    fn rs256((encoding, public): (EncodingKey, Rs256)) -> Self {
        Self::published(encoding, Check::Rs256(public))
    }

    /// A key whose public half names it.
    fn published(encoding: EncodingKey, public: Check) -> Self {
        let verifying = VerifyingKey::from(public);
        let kid = verifying.to_jwk().map(|jwk| jwk.thumbprint()).unwrap_or_default();
        Self::new(encoding, kid, verifying)
    }

    fn new(encoding: EncodingKey, kid: String, verifying: VerifyingKey) -> Self {
        install();
        let header = Header::new(match verifying.algorithm() {
            Algorithm::Hs256 => jsonwebtoken::Algorithm::HS256,
            Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
            Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
            Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        });
        Self { encoding, header, kid: String::new(), verifying }.named(kid)
    }

    /// The same key under another name.
    fn named(mut self, kid: String) -> Self {
        self.header.kid = Some(kid.clone());
        self.verifying = self.verifying.named(Some(kid.clone()));
        Self { kid, ..self }
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        self.verifying.algorithm()
    }

    /// The name that its tokens carry; it tells nothing of the secret.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key that verifies what this one signs, under the same name.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// Signs an access token (RFC 9068).
    ///
    /// # Errors
    /// `internal` where the host has installed a provider of jsonwebtoken's that cannot sign with this
    /// algorithm; never with [`PROVIDER`](super::provider::PROVIDER).
    pub fn sign_access_token(&self, claims: &AccessClaims) -> Result<Secret<String>, TokenError> {
        self.sign(ACCESS_TOKEN, &Payload::from(claims)).map(Secret::new)
    }

    /// Signs a list of what is revoked, which anyone may see.
    ///
    /// # Errors
    /// As [`SigningKey::sign_access_token`].
    pub fn sign_revocations(&self, list: &RevocationList) -> Result<String, TokenError> {
        self.sign(REVOCATIONS, &list.payload())
    }

    /// The type keeps a token of one kind from ever being taken for one of another (RFC 8725 section 3.11).
    fn sign(&self, typ: &str, payload: &impl Serialize) -> Result<String, TokenError> {
        let header = Header { typ: Some(typ.to_owned()), ..self.header.clone() };
        jsonwebtoken::encode(&header, payload, &self.encoding).map_err(|_| TokenError::of(Code::Internal))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm())
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// The claims under their names in JSON.
#[derive(Serialize)]
struct Payload<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    sid: String,
    auth_time: i64,
    amr: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    grants: Option<Vec<Grant<'a>>>,
}

/// A permission, as a role's are written everywhere.
#[derive(Serialize)]
struct Grant<'a> {
    action: &'a str,
    resource: &'a str,
}

impl<'a> From<&'a AccessClaims> for Payload<'a> {
    fn from(claims: &'a AccessClaims) -> Self {
        Self {
            iss: &claims.issuer,
            sub: &claims.subject,
            aud: &claims.audience,
            iat: claims.issued_at.as_secs(),
            exp: claims.expires_at.as_secs(),
            jti: claims.token_id.encode(),
            sid: claims.session_id.encode(),
            auth_time: claims.auth_time.as_secs(),
            amr: &claims.amr,
            grants: claims.grants.as_ref().map(|grants| {
                grants.iter().map(|it| Grant { action: &it.action, resource: &it.resource }).collect()
            }),
        }
    }
}

/// The name of a shared secret. It is derived and 96 bits long: enough to tell keys apart, and of no use
/// for guessing a weak secret faster than the token's own signature allows.
fn hs256_kid(secret: &[u8]) -> String {
    let name: Secret<[u8; 12]> = derive(secret, b"countersign/kid/hs256/1");
    URL_SAFE_NO_PAD.encode(name.expose())
}

#[cfg(test)]
mod tests;
