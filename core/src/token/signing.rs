//! Keys that sign.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header};
use serde::Serialize;

use super::header::ACCESS_TOKEN;
#[cfg(feature = "rs256")]
use super::provider::Rs256;
use super::provider::sign::{self, install};
use super::revocations::REVOCATIONS;
use super::root::derive;
use super::verifying::Check;
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
    /// A key of this algorithm made of 32 random bytes, always the same of the same ones.
    ///
    /// An RSA key has 2048 bits and takes a few tenths of a second to find. Which one a seed leads to may change
    /// with the library that looks for it, so what is to last is [`SigningKey::private_bytes`].
    ///
    /// ```
    /// use countersign_core::token::{Algorithm, SigningKey};
    ///
    /// let key = SigningKey::generate(Algorithm::Es256, &[7; 32])?;
    /// let kept = key.private_bytes()?;
    /// assert_eq!(SigningKey::from_private_bytes(Algorithm::Es256, kept.expose())?.kid(), key.kid());
    /// assert_eq!(format!("{kept:?}"), "[redacted]");
    /// # Ok::<(), countersign_core::token::KeyError>(())
    /// ```
    ///
    /// # Errors
    /// Where this build does not link the algorithm, or no RSA key is found, which is not known to happen.
    pub fn generate(algorithm: Algorithm, seed: &[u8; 32]) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::Hs256 => Self::hs256(seed),
            Algorithm::EdDsa => Ok(Self::ed25519(seed)),
            #[cfg(feature = "es256")]
            Algorithm::Es256 => Self::es256(&sign::es256::scalar_of(seed)),
            #[cfg(feature = "rs256")]
            Algorithm::Rs256 => {
                let pair = sign::rs256::generate(*seed);
                pair.map(Self::rs256).ok_or(KeyError { reason: "No RSA key was found." })
            }
            #[cfg(not(all(feature = "es256", feature = "rs256")))]
            _ => Err(NOT_LINKED),
        }
    }

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

    #[cfg(feature = "rs256")]
    fn rs256((encoding, public): (EncodingKey, Rs256)) -> Self {
        Self::published(encoding, Check::Rs256(public))
    }

    /// The key of what [`SigningKey::private_bytes`] gave.
    ///
    /// # Errors
    /// Where the bytes are no private key of this algorithm, or it is not linked. RSA keys have 2048 to 4096 bits.
    pub fn from_private_bytes(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, KeyError> {
        let reason = "These bytes are no private key of this algorithm.";
        match algorithm {
            Algorithm::Hs256 => Self::hs256(bytes),
            Algorithm::EdDsa => {
                bytes.try_into().map(Self::ed25519).map_err(|_wrong_length| KeyError { reason })
            }
            #[cfg(feature = "es256")]
            Algorithm::Es256 => {
                let scalar = bytes.try_into().map_err(|_wrong_length| KeyError { reason })?;
                Self::es256(scalar)
            }
            #[cfg(feature = "rs256")]
            Algorithm::Rs256 => sign::rs256::from_pkcs8(bytes).map(Self::rs256).ok_or(KeyError { reason }),
            #[cfg(not(all(feature = "es256", feature = "rs256")))]
            _ => Err(NOT_LINKED),
        }
    }

    /// What has to be kept to have the key again: the secret of HS256, the 32 bytes of Ed25519 or P-256, or RSA in
    /// PKCS#8 (RFC 5958, DER).
    ///
    /// # Errors
    /// None for a key that was made here.
    pub fn private_bytes(&self) -> Result<Secret<Vec<u8>>, KeyError> {
        let encoded = self.encoding.as_bytes();
        let bytes = match self.algorithm() {
            Algorithm::Hs256 => Some(encoded.to_vec()),
            Algorithm::EdDsa => sign::ed25519::seed(encoded).map(|seed| seed.to_vec()),
            #[cfg(feature = "es256")]
            Algorithm::Es256 => sign::es256::scalar(encoded).map(|scalar| scalar.to_vec()),
            #[cfg(feature = "rs256")]
            Algorithm::Rs256 => sign::rs256::to_pkcs8(encoded).map(|der| der.to_vec()),
            #[cfg(not(all(feature = "es256", feature = "rs256")))]
            _ => None,
        };
        bytes.map(Secret::new).ok_or(KeyError { reason: "The private key cannot be written." })
    }

    /// A key whose public half names it.
    fn published(encoding: EncodingKey, public: Check) -> Self {
        let verifying = VerifyingKey::from(public);
        let kid = verifying.to_jwk().map(|jwk| jwk.thumbprint()).unwrap_or_default();
        Self::new(encoding, kid, verifying)
    }

    fn new(encoding: EncodingKey, kid: String, verifying: VerifyingKey) -> Self {
        install();
        let mut header = Header::new(match verifying.algorithm() {
            Algorithm::Hs256 => jsonwebtoken::Algorithm::HS256,
            Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
            Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
            Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        });
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

#[cfg(not(all(feature = "es256", feature = "rs256")))]
const NOT_LINKED: KeyError = KeyError { reason: "This build does not link the algorithm." };

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
mod tests {
    use std::sync::OnceLock;

    use super::*;
    use crate::id::{SessionId, TokenId};
    use crate::samples::read;
    use crate::time::Timestamp;
    use crate::token::{KeySet, decode_token, verify_jws};

    fn claims() -> AccessClaims {
        AccessClaims {
            issuer: "https://auth.example".to_owned(),
            subject: "123".to_owned(),
            audience: "default".to_owned(),
            issued_at: Timestamp::from_secs(1_700_000_000),
            expires_at: Timestamp::from_secs(1_700_003_600),
            token_id: TokenId::from_bytes([0; 16]),
            session_id: SessionId::from_bytes([255; 16]),
            auth_time: Timestamp::from_secs(1_699_999_999),
            amr: vec!["pwd".to_owned(), "a \"quote\"".to_owned()],
            grants: Some(vec![read("a \"quote\"")]),
        }
    }

    #[test]
    fn a_token_says_who_for_what_and_until_when() {
        let key = SigningKey::hs256(&[7; 32]).unwrap();
        let token = key.sign_access_token(&claims()).unwrap();
        let decoded = decode_token(token.expose()).unwrap();
        assert_eq!(decoded.header_json, format!(r#"{{"typ":"at+jwt","alg":"HS256","kid":"{}"}}"#, key.kid()));
        assert_eq!(
            decoded.claims_json,
            r#"{"iss":"https://auth.example","sub":"123","aud":"default","iat":1700000000,"exp":1700003600,"#
                .to_owned()
                + r#""jti":"AAAAAAAAAAAAAAAAAAAAAA","sid":"_____________________w","auth_time":1699999999,"#
                + r#""amr":["pwd","a \"quote\""],"grants":[{"action":"read","resource":"a \"quote\""}]}"#
        );
    }

    /// A key of each algorithm, made once: RSA takes its time.
    fn keys() -> &'static [SigningKey; 4] {
        static KEYS: OnceLock<[SigningKey; 4]> = OnceLock::new();
        KEYS.get_or_init(|| {
            Algorithm::ALL.map(|algorithm| SigningKey::generate(algorithm, &[7; 32]).unwrap())
        })
    }

    #[test]
    fn each_algorithm_verifies_what_it_signed_and_no_other_does() {
        for key in keys() {
            let token = key.sign_access_token(&claims()).unwrap();
            let algorithm = key.algorithm();
            let set = KeySet::from(key.verifying_key().clone());
            assert!(verify_jws(token.expose(), &set, &Algorithm::ALL).is_ok(), "{algorithm:?}");
            assert_eq!(key.sign_access_token(&claims()).unwrap(), token, "{algorithm:?}");

            let (signed, signature) = token.expose().rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            for other in keys() {
                let holds = other.verifying_key().matches(signed.as_bytes(), &signature);
                assert_eq!(holds, other.algorithm() == algorithm, "{algorithm:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_seed_leads_to_one_key_and_another_to_another() {
        for key in keys() {
            let algorithm = key.algorithm();
            assert_eq!(SigningKey::generate(algorithm, &[7; 32]).unwrap().kid(), key.kid());
            assert_ne!(SigningKey::generate(algorithm, &[8; 32]).unwrap().kid(), key.kid());
        }
        // No scalar of P-256, since it is not below the order of the curve.
        let beyond = SigningKey::generate(Algorithm::Es256, &[255; 32]).unwrap();
        let digest: [u8; 32] =
            sha2::Digest::finalize(sha2::Digest::chain_update(sha2::Sha256::default(), [255; 32])).into();
        assert_eq!(beyond.private_bytes().unwrap().expose(), &digest);
    }

    #[test]
    fn what_is_kept_of_a_key_is_the_key() {
        for key in keys() {
            let algorithm = key.algorithm();
            let kept = key.private_bytes().unwrap();
            let read = SigningKey::from_private_bytes(algorithm, kept.expose()).unwrap();
            assert_eq!(read.kid(), key.kid());
            assert_eq!(read.verifying_key().to_jwk(), key.verifying_key().to_jwk());
            assert_eq!(read.sign_access_token(&claims()).unwrap(), key.sign_access_token(&claims()).unwrap());
            assert_eq!(format!("{kept:?}"), "[redacted]");
            match algorithm {
                // Exponents and coefficient are read over and made anew: they are the last third.
                Algorithm::Rs256 => {
                    for place in (0..kept.expose().len() * 2 / 3).step_by(61) {
                        let mut wrong = kept.expose().clone();
                        wrong[place] ^= 1;
                        assert!(SigningKey::from_private_bytes(algorithm, &wrong).is_err(), "{place}");
                    }
                    assert!(SigningKey::from_private_bytes(algorithm, &kept.expose()[1..]).is_err());
                }
                _ => assert_eq!(kept.expose(), &[7; 32]),
            }
            assert!(SigningKey::from_private_bytes(algorithm, &[7; 31]).is_err(), "{algorithm:?}");
        }
        for no_scalar in [[0; 32], [255; 32]] {
            assert!(SigningKey::from_private_bytes(Algorithm::Es256, &no_scalar).is_err());
        }
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
        for key in keys() {
            let (algorithm, kid) = (key.algorithm(), key.kid());
            assert_eq!(
                format!("{key:?}"),
                format!("SigningKey {{ algorithm: {algorithm:?}, kid: {kid:?}, .. }}")
            );
        }
        assert_eq!(SigningKey::hs256(&[7; 31]).map_err(|error| error.code()).unwrap_err(), Code::KeyInvalid);
    }
}
