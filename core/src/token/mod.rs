//! Tokens: JWTs in the compact form (RFC 7519, RFC 7515) and refresh tokens of our own form.
//!
//! Cryptography stands in one room, [`provider`], which jsonwebtoken signs through. The rest of what makes
//! a token good (its form, header, types, times) is decided here, and in this order: form, header,
//! signature, claims. Nothing that a token says of itself is believed before its signature holds, and the
//! header picks neither a key that is not known nor an algorithm: each key has one.

mod access;
mod action;
mod bearer;
mod claims;
mod compact;
mod header;
mod jwk;
mod jws;
mod keys;
pub mod provider;
#[cfg(feature = "sign")]
mod public_jwk;
mod refresh;
mod revocations;
mod root;
#[cfg(feature = "sign")]
mod signing;
mod verifier;
mod verifying_key;

pub use access::{
    Expectation, LEEWAY_MAX_SECS, LIFETIME_MAX_SECS, Verified, verify_access_token, verify_claims,
    verify_token,
};
pub use action::{
    ACTION_TOKEN_LEN, ACTION_TOKENS_PER_USER, ActionPurpose, ActionStanding, ActionToken, MailedToken,
    SealedToken, StoredActionToken,
};
#[cfg(feature = "sign")]
pub use action::{ActionEntropy, MailKey};
pub use bearer::bearer;
pub use claims::{AccessClaims, Claims};
pub use compact::TOKEN_LEN_MAX;
pub use header::{Header, HeaderMemo};
pub use jws::{Decoded, Jws, decode_token, verify_jws};
pub use keys::KeySet;
#[cfg(feature = "sign")]
pub use public_jwk::PublicJwk;
pub use refresh::{RefreshKey, RefreshToken};
#[cfg(feature = "sign")]
pub use revocations::{Issuance, Revoked};
pub use revocations::{REVOCATIONS_LEN_MAX, RevocationList, RevocationsError};
pub use root::RootSecret;
#[cfg(feature = "sign")]
pub use signing::SigningKey;
pub use verifier::{Refused, Verifier, VerifierSettings};
pub use verifying_key::{HS256_SECRET_LEN_MIN, KeyError, VerifyingKey};

use std::fmt;

use crate::rejection::Code;

/// How a token is signed. There is no word for `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// HMAC with SHA-256 under a shared secret (RFC 7518 section 3.2).
    Hs256,
    /// Ed25519 (RFC 8037 section 3.1).
    EdDsa,
    /// ECDSA over P-256 with SHA-256 (RFC 7518 section 3.4).
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3).
    Rs256,
}

impl Algorithm {
    /// All there are. Of the last two a build links those whose features (`es256`, `rs256`) are on; without one,
    /// no key of it is taken.
    pub const ALL: [Self; 4] = [Self::Hs256, Self::EdDsa, Self::Es256, Self::Rs256];

    /// The name in the header parameter `alg`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Algorithm::Hs256 => "HS256",
            Algorithm::EdDsa => "EdDSA",
            Algorithm::Es256 => "ES256",
            Algorithm::Rs256 => "RS256",
        }
    }

    /// The algorithm of this name, letter case included (RFC 7515 section 4.1.1); `None` for any other.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }
}

/// Why a token is refused. It repeats nothing of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenError {
    /// The stable word.
    pub code: Code,
    /// The claim at fault, `None` where the fault lies elsewhere.
    pub claim: Option<&'static str>,
}

impl TokenError {
    /// A refusal for which no claim is to blame.
    pub const fn of(code: Code) -> Self {
        Self { code, claim: None }
    }

    /// A refusal for a claim.
    pub const fn claim(code: Code, claim: &'static str) -> Self {
        Self { code, claim: Some(claim) }
    }

    /// The value of the header `WWW-Authenticate` (RFC 6750 section 3). Where no token came, it names no
    /// error (section 3.1).
    ///
    /// ```
    /// use countersign_core::rejection::Code;
    /// use countersign_core::token::TokenError;
    ///
    /// assert_eq!(
    ///     TokenError::claim(Code::TokenExpired, "exp").www_authenticate(),
    ///     r#"Bearer error="invalid_token", error_description="The token has expired.""#,
    /// );
    /// assert_eq!(TokenError::of(Code::TokenRequired).www_authenticate(), "Bearer");
    /// ```
    pub fn www_authenticate(&self) -> String {
        if self.code == Code::TokenRequired {
            return "Bearer".to_owned();
        }
        let mut value = String::from("Bearer error=\"invalid_token\", error_description=\"");
        self.describe(&mut |text| value.push_str(text));
        value.push('"');
        value
    }

    fn describe(&self, write: &mut dyn FnMut(&str)) {
        write(self.code.meaning());
        // That it is `exp` which says so is clear.
        let claim = self.claim.filter(|_| self.code != Code::TokenExpired);
        if let Some(claim) = claim {
            write(" (");
            write(claim);
            write(")");
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = Ok(());
        self.describe(&mut |text| written = written.and_then(|()| f.write_str(text)));
        written
    }
}

impl std::error::Error for TokenError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_keeps_to_the_characters_that_a_header_may_hold() {
        // RFC 6750 section 3: %x20-21 / %x23-5B / %x5D-7E.
        for code in Code::ALL.iter().filter(|code| code.as_str().starts_with("token_")) {
            let shown = TokenError::claim(*code, "auth_time").to_string();
            assert!(
                shown.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'),
                "{shown}"
            );
        }
    }
}
