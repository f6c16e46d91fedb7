//! Verifying access tokens (RFC 9068 section 4, RFC 8725).

use std::borrow::Cow;

use super::claims::{ClaimSet, invalid, required};
use super::compact::{Compact, decode_text};
use super::header::{ACCESS_TOKEN, HeaderMemo, UnverifiedHeader};
use super::{AccessClaims, Algorithm, Claims, Header, KeySet, TokenError};
use crate::id::{SessionId, TokenId};
use crate::rejection::Code;
use crate::time::Timestamp;

/// Seconds by which the issuer's clock may run ahead of the verifier's. Machines that keep time by NTP
/// differ by less.
pub const LEEWAY_MAX_SECS: u32 = 5;

/// Seconds that a token may be good for at most: the longest `ACCESS_TOKEN_TTL_SECS` there is. A longer
/// one was not issued by us, whatever its signature.
pub const LIFETIME_MAX_SECS: i64 = 86_400;

/// What a verifier holds a token to.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    /// The algorithms that are accepted; none of them by default.
    pub algorithms: &'a [Algorithm],
    /// The `iss`, letter for letter.
    pub issuer: &'a str,
    /// The `aud`; `None` takes tokens of every application, as the server that issues them does.
    pub audience: Option<&'a str>,
    /// The present.
    pub now: Timestamp,
    /// Seconds that `iat` and `nbf` may lie in the future; more than [`LEEWAY_MAX_SECS`] count as that
    /// many. `exp` has no leeway: a token is never good for longer than it says.
    pub leeway_secs: u32,
    /// Whether a token may be past its `exp`. It must have one nonetheless, and all else is held to.
    pub forgives_expiry: bool,
}

impl<'a> Expectation<'a> {
    /// Any application's tokens of this issuer, with the longest leeway there is.
    pub const fn new(algorithms: &'a [Algorithm], issuer: &'a str, now: Timestamp) -> Self {
        Self { algorithms, issuer, audience: None, now, leeway_secs: LEEWAY_MAX_SECS, forgives_expiry: false }
    }

    /// The same for one application alone.
    pub const fn for_audience(self, audience: &'a str) -> Self {
        Self { audience: Some(audience), ..self }
    }

    /// The same for a token whose expiry does not matter, as when it is shown to be refreshed or ended.
    pub const fn forgiving_expiry(self) -> Self {
        Self { forgives_expiry: true, ..self }
    }
}

/// A token that is good, with the claims `C` that it was read for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<C> {
    /// Its header.
    pub header: Header,
    /// What it says.
    pub claims: C,
    /// All that it says, as its own JSON text.
    pub claims_json: String,
}

/// Verifies an access token of ours, which has every claim of [`AccessClaims`].
///
/// ```
/// use countersign_core::rejection::Code;
/// use countersign_core::time::Timestamp;
/// use countersign_core::token::{Algorithm, Expectation, KeySet, VerifyingKey, verify_access_token};
///
/// let keys = KeySet::from(VerifyingKey::hs256(b"a secret of at least thirty-two bytes")?);
/// let now = Timestamp::from_secs(1_700_000_000);
/// let expectation = Expectation::new(&[Algorithm::Hs256], "https://auth.example", now);
///
/// // {"alg":"none"}
/// let refused = verify_access_token("eyJhbGciOiJub25lIn0.e30.", &keys, &expectation);
/// assert_eq!(refused.map_err(|error| error.code), Err(Code::TokenAlgorithmNotAllowed));
/// # Ok::<(), countersign_core::token::KeyError>(())
/// ```
///
/// # Errors
/// The first fault, looked for in this order: form and header (`token_malformed`,
/// `token_algorithm_not_allowed`, `token_critical_unsupported`, `token_type_invalid`), key and signature
/// (`token_key_unknown`, `token_signature_invalid`), claims (`token_claim_invalid`, `token_claim_missing`,
/// `token_not_yet_valid`). `token_expired` is the last of all: such a token would be good but for its age.
pub fn verify_access_token(
    token: &str,
    keys: &KeySet,
    expectation: &Expectation<'_>,
) -> Result<Verified<AccessClaims>, TokenError> {
    verify(token, keys, expectation, |set, claims| {
        let claims = Claims::from(claims);
        let token_id = required(set.token_id, "jti")?;
        let session_id = required(set.session_id, "sid")?;
        Ok(AccessClaims {
            issuer: claims.issuer,
            subject: claims.subject,
            audience: claims.audience,
            issued_at: claims.issued_at,
            expires_at: claims.expires_at,
            token_id: TokenId::parse(&token_id).ok_or(invalid("jti"))?,
            session_id: SessionId::parse(&session_id).ok_or(invalid("sid"))?,
            auth_time: required(set.auth_time, "auth_time")?,
            amr: required(set.amr, "amr")?,
            grants: set.grants,
        })
    })
}

/// Verifies an access token of any issuer that keeps to RFC 9068: of the claims, only those of [`Claims`]
/// have to be there.
///
/// # Errors
/// As [`verify_access_token`].
pub fn verify_token(
    token: &str,
    keys: &KeySet,
    expectation: &Expectation<'_>,
) -> Result<Verified<Claims>, TokenError> {
    verify(token, keys, expectation, |_, claims| Ok(claims.into()))
}

/// The JSON text of the claims of a token that [`verify_token`] finds good: for whoever needs nothing else of it, and
/// verifies many of one issuer.
///
/// # Errors
/// As [`verify_access_token`].
pub fn verify_claims(
    token: &str,
    keys: &KeySet,
    expectation: &Expectation<'_>,
    memo: &mut HeaderMemo,
) -> Result<String, TokenError> {
    let compact = Compact::split(token)?;
    let claims_json = signed_claims(&compact, memo.read(compact.header)?, keys, expectation)?;
    judge(&claims_json, expectation, |_, _| Ok(()))?;
    Ok(claims_json)
}

fn verify<C>(
    token: &str,
    keys: &KeySet,
    expectation: &Expectation<'_>,
    read: impl FnOnce(ClaimSet<'_>, Held<'_>) -> Result<C, TokenError>,
) -> Result<Verified<C>, TokenError> {
    let compact = Compact::split(token)?;
    let unverified = UnverifiedHeader::read(compact.header)?;
    let claims_json = signed_claims(&compact, &unverified, keys, expectation)?;
    let claims = judge(&claims_json, expectation, read)?;
    Ok(Verified { header: unverified.header, claims, claims_json })
}

/// The payload of an access token, once its signature holds.
fn signed_claims(
    compact: &Compact<'_>,
    unverified: &UnverifiedHeader,
    keys: &KeySet,
    expectation: &Expectation<'_>,
) -> Result<String, TokenError> {
    unverified.require_type(ACCESS_TOKEN)?;
    check_signature(compact, unverified, keys, expectation.algorithms)?;
    decode_text(compact.payload)
}

/// Whether the claims are those of a token that is good now, and what is read of them.
fn judge<C>(
    claims_json: &str,
    expectation: &Expectation<'_>,
    read: impl FnOnce(ClaimSet<'_>, Held<'_>) -> Result<C, TokenError>,
) -> Result<C, TokenError> {
    let mut set = ClaimSet::read(claims_json)?;
    let claims = hold_to_values(&mut set, expectation)?;
    let (issued_at, expires_at, not_before) = (claims.issued_at, claims.expires_at, set.not_before);
    let claims = read(set, claims)?;

    let latest = expectation.now.plus_secs(expectation.leeway_secs.min(LEEWAY_MAX_SECS).into());
    if issued_at > latest {
        return Err(TokenError::claim(Code::TokenNotYetValid, "iat"));
    }
    if not_before.is_some_and(|not_before| not_before > latest) {
        return Err(TokenError::claim(Code::TokenNotYetValid, "nbf"));
    }
    // "On or after" the second of `exp` it is refused (RFC 7519 section 4.1.4).
    if expectation.now >= expires_at && !expectation.forgives_expiry {
        return Err(TokenError::claim(Code::TokenExpired, "exp"));
    }
    Ok(claims)
}

/// The claims of [`Claims`], in the text that they stand in.
struct Held<'a> {
    issuer: Cow<'a, str>,
    subject: Cow<'a, str>,
    audience: Cow<'a, str>,
    issued_at: Timestamp,
    expires_at: Timestamp,
}

impl From<Held<'_>> for Claims {
    fn from(held: Held<'_>) -> Self {
        Self {
            issuer: held.issuer.into_owned(),
            subject: held.subject.into_owned(),
            audience: held.audience.into_owned(),
            issued_at: held.issued_at,
            expires_at: held.expires_at,
        }
    }
}

/// The claims that every access token has, with the values that are expected.
fn hold_to_values<'a>(set: &mut ClaimSet<'a>, expectation: &Expectation<'_>) -> Result<Held<'a>, TokenError> {
    let issuer = required(set.issuer.take(), "iss")?;
    if issuer != expectation.issuer {
        return Err(invalid("iss"));
    }
    let subject = required(set.subject.take(), "sub")?;
    if subject.is_empty() {
        return Err(invalid("sub"));
    }
    let audience = required(set.audience.take(), "aud")?;
    if expectation.audience.is_some_and(|expected| expected != audience) {
        return Err(invalid("aud"));
    }
    let issued_at = required(set.issued_at, "iat")?;
    let expires_at = required(set.expires_at, "exp")?;
    if !(1..=LIFETIME_MAX_SECS).contains(&expires_at.secs_since(issued_at)) {
        return Err(invalid("exp"));
    }
    Ok(Held { issuer, subject, audience, issued_at, expires_at })
}

/// Whether the signature holds under the key that the header names. Until it does, nothing of the token is believed.
///
/// # Errors
/// `token_algorithm_not_allowed`, `token_key_unknown`, `token_malformed`, `token_signature_invalid`.
pub(super) fn check_signature(
    compact: &Compact<'_>,
    unverified: &UnverifiedHeader,
    keys: &KeySet,
    algorithms: &[Algorithm],
) -> Result<(), TokenError> {
    let UnverifiedHeader { header, .. } = unverified;
    if !algorithms.contains(&header.algorithm) {
        return Err(TokenError::of(Code::TokenAlgorithmNotAllowed));
    }
    let key = keys.find(header.kid.as_deref(), header.algorithm)?;
    if compact.signature_holds(key)? { Ok(()) } else { Err(TokenError::of(Code::TokenSignatureInvalid)) }
}

#[cfg(test)]
#[cfg(feature = "sign")]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use hmac::{Hmac, Mac};
    use sha2::Sha256;

    use super::*;
    use crate::token::{SigningKey, VerifyingKey};

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

    fn verified_after(secs: i64, leeway_secs: u32) -> Result<(), Code> {
        let at = NOW.plus_secs(secs);
        verified(Expectation { leeway_secs, ..Expectation::new(&[Algorithm::Hs256], "us", at) })
    }

    fn verified(expectation: Expectation<'_>) -> Result<(), Code> {
        let key = SigningKey::hs256(&[7; 32]).unwrap();
        let claims = AccessClaims {
            issuer: "us".to_owned(),
            subject: "1".to_owned(),
            audience: "default".to_owned(),
            issued_at: NOW,
            expires_at: NOW.plus_secs(60),
            token_id: TokenId::from_bytes([1; 16]),
            session_id: SessionId::from_bytes([2; 16]),
            auth_time: NOW,
            amr: vec![],
            grants: None,
        };
        let token = key.sign_access_token(&claims).unwrap();
        let keys = KeySet::from(key.verifying_key().clone());
        verify_access_token(token.expose(), &keys, &expectation).map(|_| ()).map_err(|error| error.code)
    }

    #[test]
    fn leeway_is_for_clocks_that_run_ahead_and_ends_at_five_seconds() {
        assert_eq!(verified_after(0, 0), Ok(()));
        assert_eq!(verified_after(-1, 0), Err(Code::TokenNotYetValid));
        assert_eq!(verified_after(-2, 2), Ok(()));
        assert_eq!(verified_after(-3, 2), Err(Code::TokenNotYetValid));
        assert_eq!(verified_after(-5, 60), Ok(()));
        assert_eq!(verified_after(-6, u32::MAX), Err(Code::TokenNotYetValid));
        assert_eq!(verified_after(59, 5), Ok(()));
        assert_eq!(verified_after(60, 5), Err(Code::TokenExpired));
    }

    #[test]
    fn grants_are_read_as_they_are_issued_or_not_at_all() {
        let read = |grants: &str| {
            let json = format!(r#"{{"grants":{grants}}}"#);
            let set = ClaimSet::read(&json).map_err(|error| (error.code, error.claim))?;
            Ok(set.grants.map(|grants| grants.len()))
        };
        let one = r#"{"action":"read","resource":"*"}"#;
        let list = |count: usize| format!("[{}]", vec![one; count].join(","));
        assert_eq!(read("[]"), Ok(Some(0)));
        assert_eq!(read(&list(16)), Ok(Some(16)));
        let long = format!(r#"[{{"action":"read","resource":"{}"}}]"#, "x".repeat(129));
        for wrong in [
            "null",
            "{}",
            "true",
            r#"["read"]"#,
            r#"[{"action":"read"}]"#,
            r#"[{"action":"read","resource":7}]"#,
            r#"[{"action":"read","resource":"*","effect":"deny"}]"#,
            r#"[{"action":"re*","resource":"*"}]"#,
            &list(17),
            &long,
        ] {
            assert_eq!(read(wrong), Err((Code::TokenClaimInvalid, Some("grants"))), "{wrong}");
        }
    }

    #[test]
    fn a_header_that_is_remembered_is_read_as_any_other() {
        let keys = KeySet::new(vec![VerifyingKey::hs256(&[7; 32]).unwrap()]).unwrap();
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let made = |header: &str, at: i64| {
            let payload = format!(r#"{{"iss":"us","sub":"1","aud":"default","iat":{at},"exp":{}}}"#, at + 60);
            let content = format!("{}.{}", part(header), part(&payload));
            let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&[7; 32]).unwrap();
            mac.update(content.as_bytes());
            format!("{content}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
        };
        let good = r#"{"alg":"HS256","typ":"at+jwt"}"#;
        let headers = [
            good,
            good,
            r#"{"typ":"at+jwt","alg":"HS256"}"#,
            r#"{"alg":"HS256","typ":"JWT"}"#,
            r#"{"alg":"HS256","typ":"JWT"}"#,
            good,
            r#"{"alg":"none","typ":"at+jwt"}"#,
            r#"{"alg":"EdDSA","typ":"at+jwt"}"#,
            r#"{"alg":"HS256","typ":"at+jwt","crit":[]}"#,
            "",
            good,
        ];
        let mut memo = HeaderMemo::default();
        let expectation = Expectation::new(&[Algorithm::Hs256], "us", NOW);
        let mut taken = 0;
        for header in headers {
            let token = made(header, 1_700_000_000);
            let spoilt = format!("{}A", &token[..token.len() - 1]);
            for token in [token.clone(), spoilt, made(header, 1_600_000_000), token.replace('.', "..")] {
                let plain = verify_token(&token, &keys, &expectation).map(|verified| verified.claims_json);
                taken += usize::from(plain.is_ok());
                assert_eq!(verify_claims(&token, &keys, &expectation, &mut memo), plain, "{header}");
            }
        }
        assert_eq!(taken, 5);
    }

    #[test]
    fn forgiving_the_expiry_forgives_nothing_else() {
        let forgiven = |secs: i64, issuer: &str| {
            verified(Expectation::new(&[Algorithm::Hs256], issuer, NOW.plus_secs(secs)).forgiving_expiry())
        };
        assert_eq!(forgiven(1_000_000, "us"), Ok(()));
        assert_eq!(forgiven(1_000_000, "them"), Err(Code::TokenClaimInvalid));
        assert_eq!(forgiven(-6, "us"), Err(Code::TokenNotYetValid));
        let other_audience =
            Expectation::new(&[Algorithm::Hs256], "us", NOW).forgiving_expiry().for_audience("other");
        assert_eq!(verified(other_audience), Err(Code::TokenClaimInvalid));
    }
}
