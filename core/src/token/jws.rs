//! Tokens looked at for less than all that makes an access token good.

use super::access::check_signature;
use super::compact::{Compact, MALFORMED, decode, decode_text};
use super::header::UnverifiedHeader;
use super::{Algorithm, Header, KeySet, TokenError};
use crate::json::Document;

/// A payload whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jws {
    /// The header.
    pub header: Header,
    /// The payload, which may be anything.
    pub payload: Vec<u8>,
}

/// Checks a signature in the compact form (RFC 7515 section 5.2) and nothing else: the payload may be any
/// bytes, the `typ` any type.
///
/// ```
/// use countersign_core::token::{Algorithm, KeySet, verify_jws};
///
/// // RFC 8037, appendix A.2 and A.4.
/// let keys = KeySet::from_json(
///     r#"{ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }"#,
/// )?;
/// let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
///     hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
/// let jws = verify_jws(token, &keys, &[Algorithm::EdDsa])?;
/// assert_eq!(jws.payload, b"Example of Ed25519 signing");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `token_malformed`, `token_algorithm_not_allowed`, `token_critical_unsupported`, `token_key_unknown`,
/// `token_signature_invalid`.
pub fn verify_jws(token: &str, keys: &KeySet, algorithms: &[Algorithm]) -> Result<Jws, TokenError> {
    let compact = Compact::split(token)?;
    let unverified = UnverifiedHeader::read(compact.header)?;
    check_signature(&compact, &unverified, keys, algorithms)?;
    Ok(Jws { header: unverified.header, payload: decode(compact.payload)? })
}

/// What a token claims, true or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The header's JSON text.
    pub header_json: String,
    /// The payload's JSON text.
    pub claims_json: String,
}

/// Reads a token WITHOUT verifying it: anybody can have written what comes out. Good for showing, never
/// for deciding.
///
/// # Errors
/// `token_malformed` where it is not of the compact form, or one part is no strict JSON object.
pub fn decode_token(token: &str) -> Result<Decoded, TokenError> {
    let compact = Compact::split(token)?;
    decode(compact.signature)?;
    Ok(Decoded { header_json: object(compact.header)?, claims_json: object(compact.payload)? })
}

fn object(part: &str) -> Result<String, TokenError> {
    let json = decode_text(part)?;
    match Document::parse_text(&json) {
        Ok(document) if document.is_object() => Ok(json),
        _ => Err(MALFORMED),
    }
}
