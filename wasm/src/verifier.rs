//! The verifier that stays: settings, keys and the list of what is revoked are read once, and kept here.

use countersign_core::rejection::Code;
use countersign_core::time::Timestamp;
use countersign_core::token::{self, Refused, TokenError, VerifierSettings};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer;
use crate::tokens::{answered, named};

/// One verifier of the edge. Times are in seconds since 1970.
#[wasm_bindgen]
pub struct Verifier(token::Verifier);

#[wasm_bindgen]
impl Verifier {
    /// A verifier without keys. It accepts no algorithm where one has a name that [`check_algorithms`] refuses.
    #[wasm_bindgen(constructor)]
    pub fn new(
        algorithms: Vec<String>,
        issuer: String,
        audience: String,
        stale_max_secs: u32,
        needs_revocations: bool,
    ) -> Verifier {
        let algorithms = named(&algorithms).unwrap_or_default();
        let settings = VerifierSettings { algorithms, issuer, audience, stale_max_secs, needs_revocations };
        Verifier(token::Verifier::new(settings))
    }

    /// Takes the JSON text of keys that are settled for good.
    #[wasm_bindgen(js_name = settleKeys)]
    pub fn settle_keys(&mut self, json: &str) -> String {
        self.take_keys(json, None)
    }

    /// Takes the JSON text of keys that were fetched at this time.
    #[wasm_bindgen(js_name = setKeys)]
    pub fn set_keys(&mut self, json: &str, now: f64) -> String {
        self.take_keys(json, Some(moment(now)))
    }

    /// Notes that the issuer still has the same keys.
    #[wasm_bindgen(js_name = confirmKeys)]
    pub fn confirm_keys(&mut self, now: f64) {
        self.0.confirm_keys(moment(now));
    }

    /// Takes a signed list, and answers when the one that it has then was made and is followed: `[iat, next]`. A list
    /// under a key that is not known is refused with `token_key_unknown`, as fresh keys may know it.
    #[wasm_bindgen(js_name = setRevocations)]
    pub fn set_revocations(&mut self, signed: &str, now: f64) -> String {
        match self.0.set_revocations(signed, moment(now)) {
            Ok(list) => {
                let (made_at, next_at) = (list.made_at().as_secs(), list.next_at().as_secs());
                answer::value(&["[", &made_at.to_string(), ",", &next_at.to_string(), "]"].concat())
            }
            Err(error) if error.is_key_unknown() => answer::token(&TokenError::of(Code::TokenKeyUnknown)),
            Err(error) => answer::argument(error.code(), &error.to_string()),
        }
    }

    /// The claims of the token in this value of `Authorization`; `None` where there is no such header.
    #[wasm_bindgen(js_name = verifyBearer)]
    pub fn verify_bearer(&self, authorization: Option<String>, now: f64) -> String {
        let shown = authorization.as_deref().ok_or(TokenError::of(Code::TokenRequired));
        match shown.and_then(token::bearer) {
            Ok(token) => self.verify(token, now),
            Err(error) => answer::token(&error),
        }
    }

    /// The claims of a token.
    pub fn verify(&self, token: &str, now: f64) -> String {
        match self.0.verify(token, moment(now)) {
            Ok(verified) => verified.claims_json,
            Err(Refused::Token(error)) => answer::token(&error),
            Err(Refused::Unavailable(code)) => answer::unavailable(code),
        }
    }

    fn take_keys(&mut self, json: &str, heard_at: Option<Timestamp>) -> String {
        match self.0.set_keys(json, heard_at) {
            Ok(()) => answer::value("true"),
            Err(error) => answer::argument(error.code(), error.reason),
        }
    }
}

/// Whether all of these are algorithms.
#[wasm_bindgen(js_name = checkAlgorithms)]
pub fn check_algorithms(names: Vec<String>) -> String {
    answered(named(&names).map(|_| answer::value("true")))
}

/// JavaScript has no 64-bit integers but for this; what is beyond them is as far as they go.
fn moment(secs: f64) -> Timestamp {
    Timestamp::from_secs(secs as i64)
}
