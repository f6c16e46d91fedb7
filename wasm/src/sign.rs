//! Signing tokens.

use countersign_core::rejection::Code;
use countersign_core::token::SigningKey;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer;

/// The token that says these claims, a JSON object, signed by a secret of HS256 or else by the JSON text of a private
/// key.
#[wasm_bindgen(js_name = signToken)]
pub fn sign_token(claims: &str, key: &[u8], key_is_secret: bool) -> String {
    let key = if key_is_secret {
        SigningKey::hs256(key)
    } else {
        // It comes out of an encoder, so it is UTF-8; were it not, an empty text is no key.
        SigningKey::from_jwk(std::str::from_utf8(key).unwrap_or_default())
    };
    match key.map(|key| key.sign_claims(claims)) {
        Ok(Ok(token)) => answer::text(token.expose()),
        Ok(Err(_)) => {
            answer::argument(Code::InvalidFormat, "claims must be JSON that fits a token of 16 KiB.")
        }
        Err(error) => answer::argument(error.code(), error.reason),
    }
}
