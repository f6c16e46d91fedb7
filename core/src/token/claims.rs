//! The claims of a token whose signature holds: their types first, then their values.

use std::borrow::Cow;

use super::TokenError;
use super::compact::MALFORMED;
use crate::id::{SessionId, TokenId};
use crate::json::{Document, Value};
use crate::permission::{Permission, are_few_enough};
use crate::rejection::Code;
use crate::time::Timestamp;

/// What any access token says (RFC 9068 section 2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// `iss`: who issued it.
    pub issuer: String,
    /// `sub`: whom it is about.
    pub subject: String,
    /// `aud`: the application it is for.
    pub audience: String,
    /// `iat`: when it was issued.
    pub issued_at: Timestamp,
    /// `exp`: from when on it is refused.
    pub expires_at: Timestamp,
}

/// What an access token of ours says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// `iss`: who issued it.
    pub issuer: String,
    /// `sub`: the user's number, as text.
    pub subject: String,
    /// `aud`: the application it is for.
    pub audience: String,
    /// `iat`: when it was issued.
    pub issued_at: Timestamp,
    /// `exp`: from when on it is refused.
    pub expires_at: Timestamp,
    /// `jti`: the token itself.
    pub token_id: TokenId,
    /// `sid`: the log-in it came of.
    pub session_id: SessionId,
    /// `auth_time`: when the user last proved who they are.
    pub auth_time: Timestamp,
    /// `amr`: how (RFC 8176: `pwd`, `otp`, `mfa`).
    pub amr: Vec<String>,
    /// `grants`: what the user may do in the application, as of `iat`; `None` where that is too much for a token, and
    /// the server has to be asked. The server itself never believes it.
    pub grants: Option<Vec<Permission>>,
}

/// The claims that have a meaning here, each of the right type if it is there at all. What else a payload
/// holds is let be (RFC 7519 section 4).
#[derive(Default)]
pub(super) struct ClaimSet<'a> {
    pub(super) issuer: Option<Cow<'a, str>>,
    pub(super) subject: Option<Cow<'a, str>>,
    pub(super) audience: Option<Cow<'a, str>>,
    pub(super) issued_at: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) not_before: Option<Timestamp>,
    pub(super) token_id: Option<Cow<'a, str>>,
    pub(super) session_id: Option<Cow<'a, str>>,
    pub(super) auth_time: Option<Timestamp>,
    pub(super) amr: Option<Vec<String>>,
    pub(super) grants: Option<Vec<Permission>>,
}

impl<'a> ClaimSet<'a> {
    /// Reads the payload's JSON.
    ///
    /// # Errors
    /// `token_malformed` where it is no strict JSON object, `token_claim_invalid` for a wrong type.
    pub(super) fn read(json: &'a str) -> Result<Self, TokenError> {
        let document = Document::parse_text(json).map_err(|_| MALFORMED)?;
        if !document.is_object() {
            return Err(MALFORMED);
        }
        let mut set = Self::default();
        for (name, value) in document.members() {
            let (claim, right) = match name {
                "iss" => ("iss", put(&mut set.issuer, value.text())),
                "sub" => ("sub", put(&mut set.subject, value.text())),
                "aud" => ("aud", put(&mut set.audience, value.text())),
                "iat" => ("iat", put(&mut set.issued_at, date(value))),
                "exp" => ("exp", put(&mut set.expires_at, date(value))),
                "nbf" => ("nbf", put(&mut set.not_before, date(value))),
                "jti" => ("jti", put(&mut set.token_id, value.text())),
                "sid" => ("sid", put(&mut set.session_id, value.text())),
                "auth_time" => ("auth_time", put(&mut set.auth_time, date(value))),
                "amr" => ("amr", put(&mut set.amr, texts(value))),
                "grants" => ("grants", put(&mut set.grants, granted(value))),
                _ => continue,
            };
            if !right {
                return Err(invalid(claim));
            }
        }
        Ok(set)
    }
}

/// Keeps what was read; false where the value was not of the type that is read.
fn put<T>(claim: &mut Option<T>, read: Option<T>) -> bool {
    *claim = read;
    claim.is_some()
}

fn texts(value: Value<'_>) -> Option<Vec<String>> {
    value.items()?.into_iter().map(|item| item.text().map(Cow::into_owned)).collect()
}

/// As strictly as where a role is defined, and no more than a token of ours ever carries.
fn granted(value: Value<'_>) -> Option<Vec<Permission>> {
    Permission::parse_list(Some(value)).ok().filter(|grants| are_few_enough(grants))
}

/// 9999-12-31T23:59:59Z, the last second that RFC 3339 can write.
const DATE_MAX: i64 = 253_402_300_799;

/// A NumericDate (RFC 7519 section 2) that is a whole number of seconds, as all that we issue are: a
/// fraction would be cut by one verifier and rounded by the next.
pub(super) fn date(value: Value<'_>) -> Option<Timestamp> {
    let secs = value.integer().filter(|secs| (0..=DATE_MAX).contains(secs));
    secs.map(Timestamp::from_secs)
}

/// A claim that has to be there.
///
/// # Errors
/// `token_claim_missing`.
pub(super) fn required<T>(claim: Option<T>, name: &'static str) -> Result<T, TokenError> {
    claim.ok_or(TokenError::claim(Code::TokenClaimMissing, name))
}

/// The refusal of a claim's type or value.
pub(super) const fn invalid(name: &'static str) -> TokenError {
    TokenError::claim(Code::TokenClaimInvalid, name)
}
