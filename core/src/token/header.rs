//! The header of a token (RFC 7515 section 4).

use std::borrow::Cow;

use super::compact::{MALFORMED, decode_text};
use super::{Algorithm, TokenError};
use crate::json::{Document, Value};
use crate::rejection::Code;

/// What the header of a verified token says.
///
/// `jku`, `jwk`, `x5u` and `x5c` would have the token name its own key; nothing reads or follows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// How the token is signed.
    pub algorithm: Algorithm,
    /// The key's name, `None` where the token names none.
    pub kid: Option<String>,
    /// The header as its own JSON text.
    pub json: String,
}

/// A header that is well formed, of a token whose signature nobody has looked at yet.
#[derive(Debug, Clone)]
pub(super) struct UnverifiedHeader {
    pub(super) header: Header,
    typ: Option<String>,
}

impl UnverifiedHeader {
    /// Reads the first part of a token.
    ///
    /// # Errors
    /// `token_malformed` where it is no JSON object of the right types, `token_algorithm_not_allowed` for
    /// any algorithm but those of [`Algorithm`], `token_critical_unsupported` for any `crit`, and for a
    /// `b64` that changes what is signed (RFC 7797 section 7 forbids it in JWTs).
    pub(super) fn read(part: &str) -> Result<Self, TokenError> {
        let json = decode_text(part)?;
        let document = Document::parse_text(&json).map_err(|_| MALFORMED)?;
        if !document.is_object() {
            return Err(MALFORMED);
        }
        let (mut algorithm, mut kid, mut typ) = (None, None, None);
        for (name, value) in document.members() {
            match name {
                "alg" => algorithm = Some(text(value)?),
                "kid" => kid = Some(text(value)?.into_owned()),
                "typ" => typ = Some(text(value)?),
                "crit" => return Err(TokenError::of(Code::TokenCriticalUnsupported)),
                "b64" if value.boolean() != Some(true) => {
                    return Err(TokenError::of(Code::TokenCriticalUnsupported));
                }
                _ => {}
            }
        }
        let algorithm = Algorithm::from_name(&algorithm.ok_or(MALFORMED)?)
            .ok_or(TokenError::of(Code::TokenAlgorithmNotAllowed))?;
        let typ = typ.map(Cow::into_owned);
        Ok(Self { header: Header { algorithm, kid, json }, typ })
    }

    /// Holds the token to be of one type, whose name is taken in any letter case, with or without
    /// `application/` before it (RFC 9068 section 4, RFC 7515 section 4.1.9).
    ///
    /// # Errors
    /// `token_type_invalid` for any other type, and for none.
    pub(super) fn require_type(&self, wanted: &str) -> Result<(), TokenError> {
        const PREFIX: &str = "application/";
        let typ = self.typ.as_deref().unwrap_or_default();
        let short = match typ.split_at_checked(PREFIX.len()) {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
            _ => typ,
        };
        if short.eq_ignore_ascii_case(wanted) { Ok(()) } else { Err(TokenError::of(Code::TokenTypeInvalid)) }
    }
}

/// The header that was read last, and how it was spelt. The tokens of an issuer mostly have one and the same, and to
/// compare it takes a tenth of the time that reading it does. It knows nothing of signatures.
#[derive(Debug, Clone, Default)]
pub struct HeaderMemo(Option<(String, UnverifiedHeader)>);

impl HeaderMemo {
    /// Reads the first part of a token.
    ///
    /// # Errors
    /// As [`UnverifiedHeader::read`].
    pub(super) fn read(&mut self, part: &str) -> Result<&UnverifiedHeader, TokenError> {
        let known = self.0.take().filter(|(spelt, _)| spelt == part);
        let known = match known {
            Some(known) => known,
            None => (part.to_owned(), UnverifiedHeader::read(part)?),
        };
        Ok(&self.0.insert(known).1)
    }
}

/// The type of access tokens (RFC 9068 section 2.1).
pub(super) const ACCESS_TOKEN: &str = "at+jwt";

fn text(value: Value<'_>) -> Result<Cow<'_, str>, TokenError> {
    value.text().ok_or(MALFORMED)
}
