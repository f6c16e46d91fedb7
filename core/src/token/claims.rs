//! The claims of a token whose signature holds: their types first, then their values.

use std::borrow::Cow;

use super::TokenError;
use super::compact::{MALFORMED, decode};
use crate::id::{SessionId, TokenId};
use crate::json::{Document, Value};
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
}

/// The claims that have a meaning here, each of the right type if it is there at all. What else a payload
/// holds is let be (RFC 7519 section 4).
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
}

impl<'a> ClaimSet<'a> {
    /// Reads the payload's JSON.
    ///
    /// # Errors
    /// `token_malformed` where it is no strict JSON object, `token_claim_invalid` for a wrong type.
    pub(super) fn read(json: &'a str) -> Result<Self, TokenError> {
        let document = Document::parse(json.as_bytes()).map_err(|_| MALFORMED)?;
        if !document.is_object() {
            return Err(MALFORMED);
        }
        let claim = |name| Claim { name, value: document.member(name) };
        Ok(Self {
            issuer: claim("iss").text()?,
            subject: claim("sub").text()?,
            audience: claim("aud").text()?,
            issued_at: claim("iat").date()?,
            expires_at: claim("exp").date()?,
            not_before: claim("nbf").date()?,
            token_id: claim("jti").text()?,
            session_id: claim("sid").text()?,
            auth_time: claim("auth_time").date()?,
            amr: claim("amr").texts()?,
        })
    }
}

/// The text of a payload.
///
/// # Errors
/// `token_malformed` where it is not base64url of UTF-8.
pub(super) fn payload_text(part: &str) -> Result<String, TokenError> {
    String::from_utf8(decode(part)?).map_err(|_| MALFORMED)
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

/// One claim as it stands in the payload. Each reading is `None` where it is not there.
struct Claim<'a> {
    name: &'static str,
    value: Option<Value<'a>>,
}

/// 9999-12-31T23:59:59Z, the last second that RFC 3339 can write.
const DATE_MAX: i64 = 253_402_300_799;

impl<'a> Claim<'a> {
    fn text(self) -> Result<Option<Cow<'a, str>>, TokenError> {
        self.read(Value::text)
    }

    /// A NumericDate (RFC 7519 section 2) that is a whole number of seconds, as all that we issue are: a
    /// fraction would be cut by one verifier and rounded by the next.
    fn date(self) -> Result<Option<Timestamp>, TokenError> {
        self.read(|value| {
            let secs = value.integer()?;
            (0..=DATE_MAX).contains(&secs).then(|| Timestamp::from_secs(secs))
        })
    }

    fn texts(self) -> Result<Option<Vec<String>>, TokenError> {
        self.read(|value| value.items()?.into_iter().map(|item| Some(item.text()?.into_owned())).collect())
    }

    fn read<T>(self, reading: impl FnOnce(Value<'a>) -> Option<T>) -> Result<Option<T>, TokenError> {
        self.value.map(|value| reading(value).ok_or(invalid(self.name))).transpose()
    }
}
