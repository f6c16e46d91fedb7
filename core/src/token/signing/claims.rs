//! Signing what somebody else claims.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto;

use super::SigningKey;
use crate::json::{Document, push_text};
use crate::rejection::Code;
use crate::secret::Secret;
use crate::token::TokenError;
use crate::token::compact::TOKEN_LEN_MAX;
use crate::token::header::ACCESS_TOKEN;

impl SigningKey {
    /// Signs any claims as an access token (`typ` is `at+jwt`, RFC 9068), in the very bytes of their JSON text. No
    /// clock is asked and nothing is added: what a verifier wants to see (`iss`, `sub`, `aud`, `iat`, `exp`) the
    /// claims have to say themselves.
    ///
    /// ```
    /// use countersign_core::token::{Algorithm, KeySet, SigningKey, verify_jws};
    ///
    /// let key = SigningKey::ed25519(&[7; 32]);
    /// let token = key.sign_claims(r#"{ "sub": "123", "scope": ["read"] }"#)?;
    ///
    /// let keys = KeySet::from(key.verifying_key().clone());
    /// let jws = verify_jws(token.expose(), &keys, &[Algorithm::EdDsa])?;
    /// assert_eq!(jws.payload, br#"{ "sub": "123", "scope": ["read"] }"#);
    /// # Ok::<(), countersign_core::token::TokenError>(())
    /// ```
    ///
    /// # Errors
    /// `token_malformed` where the claims are no strict JSON object, or the token would be longer than
    /// [`TOKEN_LEN_MAX`]; `internal` as [`SigningKey::sign_access_token`].
    pub fn sign_claims(&self, claims_json: &str) -> Result<Secret<String>, TokenError> {
        let malformed = TokenError::of(Code::TokenMalformed);
        if !Document::parse_text(claims_json).is_ok_and(|document| document.is_object()) {
            return Err(malformed);
        }
        let mut token = URL_SAFE_NO_PAD.encode(self.header_json());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims_json, &mut token);
        let signature = crypto::sign(token.as_bytes(), &self.encoding, self.header.alg)
            .map_err(|_| TokenError::of(Code::Internal))?;
        token.push('.');
        token.push_str(&signature);
        if token.len() > TOKEN_LEN_MAX { Err(malformed) } else { Ok(Secret::new(token)) }
    }

    fn header_json(&self) -> String {
        let mut json = String::from("{\"typ\":");
        push_text(&mut json, ACCESS_TOKEN);
        json.push_str(",\"alg\":");
        push_text(&mut json, self.algorithm().as_str());
        json.push_str(",\"kid\":");
        push_text(&mut json, self.kid());
        json.push('}');
        json
    }
}
