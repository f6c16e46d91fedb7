//! Keys that sign.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::provider::sign::{ed25519_pair, install};
use super::root::derive;
use super::{AccessClaims, Algorithm, KeyError, TokenError, VerifyingKey};
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
    /// Where the secret has fewer than [`HS256_SECRET_LEN_MIN`](super::HS256_SECRET_LEN_MIN) bytes.
    pub fn hs256(secret: &[u8]) -> Result<Self, KeyError> {
        let verifying = VerifyingKey::hs256(secret)?;
        Ok(Self::new(EncodingKey::from_secret(secret), hs256_kid(secret), verifying))
    }

    /// Ed25519 of a seed (RFC 8032 section 5.1.5, the member `d` of RFC 8037). Its name is the thumbprint of
    /// the public key (RFC 7638).
    pub fn ed25519(seed: &[u8; 32]) -> Self {
        let (encoding, public) = ed25519_pair(seed);
        Self::new(encoding, ed25519_kid(public.bytes()), public.into())
    }

    fn new(encoding: EncodingKey, kid: String, verifying: VerifyingKey) -> Self {
        install();
        let mut header = Header::new(match verifying.algorithm() {
            Algorithm::Hs256 => jsonwebtoken::Algorithm::HS256,
            Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        });
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(kid.clone());
        let verifying = verifying.named(Some(kid.clone()));
        Self { encoding, header, kid, verifying }
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
        jsonwebtoken::encode(&self.header, &Payload::from(claims), &self.encoding)
            .map(Secret::new)
            .map_err(|_| TokenError::of(Code::Internal))
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
        }
    }
}

/// The name of an Ed25519 key: its thumbprint (RFC 7638, RFC 8037 appendix A.3).
fn ed25519_kid(public: &[u8; 32]) -> String {
    let x = URL_SAFE_NO_PAD.encode(public);
    let canonical = [r#"{"crv":"Ed25519","kty":"OKP","x":""#, &x, r#""}"#].concat();
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
}

/// The name of a shared secret. It is derived and 96 bits long: enough to tell keys apart, and of no use
/// for guessing a weak secret faster than the token's own signature allows.
fn hs256_kid(secret: &[u8]) -> String {
    let name: Secret<[u8; 12]> = derive(secret, b"countersign/kid/hs256/1");
    URL_SAFE_NO_PAD.encode(name.expose())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{SessionId, TokenId};
    use crate::time::Timestamp;
    use crate::token::decode_token;

    #[test]
    fn a_token_says_who_for_what_and_until_when() {
        let claims = AccessClaims {
            issuer: "https://auth.example".to_owned(),
            subject: "123".to_owned(),
            audience: "default".to_owned(),
            issued_at: Timestamp::from_secs(1_700_000_000),
            expires_at: Timestamp::from_secs(1_700_003_600),
            token_id: TokenId::from_bytes([0; 16]),
            session_id: SessionId::from_bytes([255; 16]),
            auth_time: Timestamp::from_secs(1_699_999_999),
            amr: vec!["pwd".to_owned(), "a \"quote\"".to_owned()],
        };
        let key = SigningKey::hs256(&[7; 32]).unwrap();
        let token = key.sign_access_token(&claims).unwrap();
        let decoded = decode_token(token.expose()).unwrap();
        assert_eq!(decoded.header_json, format!(r#"{{"typ":"at+jwt","alg":"HS256","kid":"{}"}}"#, key.kid()));
        assert_eq!(
            decoded.claims_json,
            r#"{"iss":"https://auth.example","sub":"123","aud":"default","iat":1700000000,"exp":1700003600,"#
                .to_owned()
                + r#""jti":"AAAAAAAAAAAAAAAAAAAAAA","sid":"_____________________w","auth_time":1699999999,"#
                + r#""amr":["pwd","a \"quote\""]}"#
        );
    }

    #[test]
    fn a_key_shows_its_name_and_nothing_more() {
        let key = SigningKey::hs256(b"a secret of at least thirty-two bytes").unwrap();
        let shown = format!("{key:?} {:?}", key.verifying_key());
        assert_eq!(
            shown,
            format!(
                "SigningKey {{ algorithm: Hs256, kid: {0:?}, .. }} VerifyingKey {{ algorithm: Hs256, kid: Some({0:?}), .. }}",
                key.kid()
            )
        );
        assert_eq!(SigningKey::hs256(&[7; 31]).map_err(|error| error.code()).unwrap_err(), Code::KeyInvalid);
    }
}
