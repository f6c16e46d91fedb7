//! The token that a request shows.

use super::TokenError;
use crate::rejection::Code;

/// The token in the value of the one header `Authorization` (RFC 6750 section 2.1; the scheme's letter case does not
/// matter, RFC 9110 section 11.1).
///
/// ```
/// use countersign_core::rejection::Code;
/// use countersign_core::token::{TokenError, bearer};
///
/// assert_eq!(bearer("Bearer abc"), Ok("abc"));
/// assert_eq!(bearer("Basic YWRhOjE="), Err(TokenError::of(Code::TokenRequired)));
/// ```
///
/// # Errors
/// `token_required` where it is of another scheme.
pub fn bearer(authorization: &str) -> Result<&str, TokenError> {
    let (scheme, token) = authorization.split_once(' ').unwrap_or((authorization, ""));
    let token = token.trim_start_matches(' ');
    scheme.eq_ignore_ascii_case("bearer").then_some(token).ok_or(TokenError::of(Code::TokenRequired))
}
