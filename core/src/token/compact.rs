//! The compact form of RFC 7515 section 7.1: three parts of base64url, joined by dots.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::{DecodeSliceError, Engine};

use super::provider::SIGNATURE_LEN_MAX;
use super::{TokenError, VerifyingKey};
use crate::rejection::Code;

/// Bytes of a token at most. Ours have about 400; 16 KiB is all that Node takes as headers by default, and
/// bounds the work that a text can ask for before its signature holds.
pub const TOKEN_LEN_MAX: usize = 16 * 1024;

/// The parts of a token, not yet decoded.
pub(super) struct Compact<'a> {
    pub(super) header: &'a str,
    pub(super) payload: &'a str,
    pub(super) signature: &'a str,
    /// The header and payload with the dot between them: what is signed (RFC 7515 section 5.1).
    signed: &'a str,
}

impl<'a> Compact<'a> {
    /// Cuts a token at its two dots.
    ///
    /// # Errors
    /// `token_malformed` for more or fewer parts, or more than [`TOKEN_LEN_MAX`] bytes.
    pub(super) fn split(token: &'a str) -> Result<Self, TokenError> {
        Self::split_within(token, TOKEN_LEN_MAX)
    }

    /// The same for what may be of so many bytes.
    ///
    /// # Errors
    /// As [`Compact::split`].
    pub(super) fn split_within(token: &'a str, len_max: usize) -> Result<Self, TokenError> {
        if token.len() > len_max {
            return Err(MALFORMED);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(MALFORMED)?;
        let (header, payload) = signed.split_once('.').ok_or(MALFORMED)?;
        if payload.contains('.') {
            return Err(MALFORMED);
        }
        Ok(Self { header, payload, signature, signed })
    }

    /// Whether the signature is one of this key over the header and payload, exactly as they are spelt.
    ///
    /// # Errors
    /// `token_malformed` where it is not base64url.
    pub(super) fn signature_holds(&self, key: &VerifyingKey) -> Result<bool, TokenError> {
        let mut bytes = [0; SIGNATURE_LEN_MAX];
        match URL_SAFE_NO_PAD.decode_slice(self.signature, &mut bytes) {
            Ok(length) => Ok(key.matches(self.signed.as_bytes(), &bytes[..length])),
            Err(DecodeSliceError::OutputSliceTooSmall) => Ok(false),
            Err(DecodeSliceError::DecodeError(_)) => Err(MALFORMED),
        }
    }
}

/// The bytes of one part. Padding, blanks and stray bits in the last character are refused, so that each
/// part has one spelling (RFC 7515 section 2; RFC 4648 section 3.5).
///
/// # Errors
/// `token_malformed`.
pub(super) fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    let mut bytes = Vec::with_capacity(base64::decoded_len_estimate(part.len()));
    URL_SAFE_NO_PAD.decode_vec(part, &mut bytes).map_err(|_| MALFORMED)?;
    Ok(bytes)
}

/// The text of one part.
///
/// # Errors
/// `token_malformed` where it is not base64url of UTF-8.
pub(super) fn decode_text(part: &str) -> Result<String, TokenError> {
    String::from_utf8(decode(part)?).map_err(|_| MALFORMED)
}

/// The refusal of what is no token at all.
pub(super) const MALFORMED: TokenError = TokenError::of(Code::TokenMalformed);
