//! Verifying tokens.

use std::cell::RefCell;

use countersign_core::rejection::Code;
use countersign_core::time::Timestamp;
use countersign_core::token::{self, Algorithm, Expectation, HeaderMemo, KeySet, TokenError, VerifyingKey};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer;
use crate::fields::unpack;

/// What tokens are held to: keys and expectations that were read once, for the many tokens that are held to the same.
#[wasm_bindgen]
pub struct Standard {
    keys: KeySet,
    algorithms: Vec<Algorithm>,
    issuer: String,
    audience: String,
    memo: RefCell<HeaderMemo>,
}

#[wasm_bindgen]
impl Standard {
    /// `key` is a secret of HS256 or else the JSON text of a key or key set; `expected` (see `fields`) holds issuer and
    /// audience, then the algorithms. A wrong one is answered by what the glue throws.
    #[wasm_bindgen(constructor)]
    pub fn new(key: &[u8], key_is_secret: bool, expected: &str) -> Result<Standard, String> {
        let mut texts =
            unpack(expected).map(|field| field.present("expected").map(str::to_owned).unwrap_or_default());
        let (issuer, audience) = (texts.next().unwrap_or_default(), texts.next().unwrap_or_default());
        let read = || {
            let keys = keys(key, key_is_secret)?;
            Ok((keys, named(&texts.collect::<Vec<_>>())?))
        };
        let read = read();
        #[cfg(target_arch = "wasm32")]
        crate::memory::wipe_stack();
        let (keys, algorithms) = read.map_err(|refusal| answered(Err(refusal)))?;
        Ok(Self { keys, algorithms, issuer, audience, memo: RefCell::default() })
    }

    /// The claims of an access token, in UTF-8, that is good in every respect; `now` is in seconds.
    pub fn verify(&self, token: &[u8], now: f64) -> String {
        // JavaScript has no 64-bit integers but for this; what is beyond them is as far as they go.
        let now = Timestamp::from_secs(now as i64);
        let expectation = Expectation::new(&self.algorithms, &self.issuer, now).for_audience(&self.audience);
        let memo = &mut self.memo.borrow_mut();
        let claims = token::verify_claims(text(token), &self.keys, &expectation, memo);
        claims.unwrap_or_else(|error| answer::token(&error))
    }

    /// The header and payload of any token whose signature holds: an answer, a zero byte, the payload.
    #[wasm_bindgen(js_name = verifyJws)]
    pub fn verify_jws(&self, token: &[u8]) -> Vec<u8> {
        let (answer, payload) = match token::verify_jws(text(token), &self.keys, &self.algorithms) {
            Ok(jws) => (answer::value(&jws.header.json), jws.payload),
            Err(error) => (answer::token(&error), Vec::new()),
        };
        [answer.as_bytes(), &[0], &payload].concat()
    }
}

/// The claims and header as a token states them, not verified.
#[wasm_bindgen(js_name = decodeToken)]
pub fn decode_token(token: &str) -> String {
    answered((|| {
        let decoded = token::decode_token(token)?;
        let (claims, header) = (&decoded.claims_json, &decoded.header_json);
        Ok(answer::value(&["{\"claims\":", claims, ",\"header\":", header, "}"].concat()))
    })())
}

/// What is thrown: for a wrong key or algorithm another error than for a refused token.
pub(crate) enum Refusal {
    Argument(Code, &'static str),
    Token(TokenError),
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Refusal::Token(error)
    }
}

pub(crate) fn answered(outcome: Result<String, Refusal>) -> String {
    match outcome {
        Ok(json) => json,
        Err(Refusal::Argument(code, message)) => answer::argument(code, message),
        Err(Refusal::Token(error)) => answer::token(&error),
    }
}

fn keys(key: &[u8], key_is_secret: bool) -> Result<KeySet, Refusal> {
    let read =
        if key_is_secret { VerifyingKey::hs256(key).map(KeySet::from) } else { KeySet::from_json(text(key)) };
    read.map_err(|error| Refusal::Argument(error.code(), error.reason))
}

pub(crate) fn named(names: &[String]) -> Result<Vec<Algorithm>, Refusal> {
    let unknown = Refusal::Argument(
        Code::InvalidFormat,
        "algorithms are \"HS256\", \"EdDSA\", \"ES256\" and \"RS256\".",
    );
    names.iter().map(|name| Algorithm::from_name(name)).collect::<Option<_>>().ok_or(unknown)
}

/// What comes out of an encoder, so it is UTF-8; were it not, an empty text is neither a key nor a token.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
