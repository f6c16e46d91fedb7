//! Verifying tokens.

use std::rc::Rc;

use countersign_core::rejection::Code;
use countersign_core::time::Timestamp;
use countersign_core::token::{self, Algorithm, Expectation, KeySet, TokenError, VerifyingKey};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer;
use crate::fields::unpack;
use crate::read_keys;

/// The claims and header of an access token that is good in every respect. `key` is a secret of HS256 or
/// else the JSON text of a key or key set; `algorithms` are packed (see `fields`), `now` is in seconds.
#[wasm_bindgen(js_name = verifyToken)]
pub fn verify_token(
    token: &str,
    key: &[u8],
    key_is_secret: bool,
    algorithms: &str,
    issuer: &str,
    audience: &str,
    now: f64,
) -> String {
    answered((|| {
        let keys = keys(key, key_is_secret)?;
        let algorithms = listed(algorithms)?;
        // JavaScript has no 64-bit integers but for this; what is beyond them is as far as they go.
        let now = Timestamp::from_secs(now as i64);
        let expectation = Expectation::new(&algorithms, issuer, now).for_audience(audience);
        let verified = token::verify_token(token, &keys, &expectation)?;
        Ok(claims_and_header(&verified.claims_json, &verified.header.json))
    })())
}

/// The header and payload of any token whose signature holds: an answer, a zero byte, the payload.
#[wasm_bindgen(js_name = verifyJws)]
pub fn verify_jws(token: &str, key: &[u8], key_is_secret: bool, algorithms: &str) -> Vec<u8> {
    let mut payload = Vec::new();
    let mut answer = answered((|| {
        let keys = keys(key, key_is_secret)?;
        let jws = token::verify_jws(token, &keys, &listed(algorithms)?)?;
        payload = jws.payload;
        Ok(answer::value(&jws.header.json))
    })())
    .into_bytes();
    answer.push(0);
    answer.append(&mut payload);
    answer
}

/// The claims and header as a token states them, not verified.
#[wasm_bindgen(js_name = decodeToken)]
pub fn decode_token(token: &str) -> String {
    answered((|| {
        let decoded = token::decode_token(token)?;
        Ok(claims_and_header(&decoded.claims_json, &decoded.header_json))
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

/// The keys that are written here, as they were read before where they were.
fn keys(key: &[u8], key_is_secret: bool) -> Result<Rc<KeySet>, Refusal> {
    read_keys::of(key, key_is_secret, || {
        let read = if key_is_secret {
            VerifyingKey::hs256(key).map(KeySet::from)
        } else {
            // It comes out of an encoder, so it is UTF-8; were it not, an empty text is no key.
            KeySet::from_json(std::str::from_utf8(key).unwrap_or_default())
        };
        read.map_err(|error| Refusal::Argument(error.code(), error.reason))
    })
}

fn listed(packed: &str) -> Result<Vec<Algorithm>, Refusal> {
    let names =
        unpack(packed).map(|field| field.required("algorithms").map(str::to_owned).unwrap_or_default());
    named(&names.collect::<Vec<_>>())
}

pub(crate) fn named(names: &[String]) -> Result<Vec<Algorithm>, Refusal> {
    let unknown = Refusal::Argument(
        Code::InvalidFormat,
        "algorithms are \"HS256\", \"EdDSA\", \"ES256\" and \"RS256\".",
    );
    names.iter().map(|name| Algorithm::from_name(name)).collect::<Option<_>>().ok_or(unknown)
}

fn claims_and_header(claims: &str, header: &str) -> String {
    answer::value(&["{\"claims\":", claims, ",\"header\":", header, "}"].concat())
}
