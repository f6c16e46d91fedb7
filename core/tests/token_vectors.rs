//! The vectors of `tests/vectors` for tokens, keys and strict JSON, held against core. The same bodies run
//! natively and, under `wasm-bindgen-test`, in wasm.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that meets a malformed file must fail")]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_core::id::SessionId;
use countersign_core::json::Document;
use countersign_core::time::Timestamp;
use countersign_core::token::{
    Algorithm, Expectation, KeySet, RefreshToken, RootSecret, SigningKey, TokenError, decode_token,
    verify_access_token, verify_jws, verify_token,
};
use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test;

/// The vectors of one file.
fn vectors(file: &str) -> Value {
    serde_json::from_str(file).unwrap()
}

/// The files of signatures and keys: by hand, and made by make_asymmetric.py.
fn jws_files() -> [Value; 2] {
    [include_str!("../../tests/vectors/jws.json"), include_str!("../../tests/vectors/asymmetric.json")]
        .map(vectors)
}

fn list<'a>(vectors: &'a Value, name: &str) -> &'a [Value] {
    let cases = vectors[name].as_array().unwrap();
    assert!(!cases.is_empty(), "no cases under {name}");
    cases
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap_or_else(|| panic!("{name} is no text in {case}"))
}

fn algorithms(case: &Value) -> Vec<Algorithm> {
    list_of_texts(&case["algorithms"]).map(|name| Algorithm::from_name(name).unwrap()).collect()
}

fn list_of_texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap())
}

/// A base64url member, as its bytes.
fn bytes(case: &Value, name: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text(case, name)).unwrap()
}

/// Collects what differs, so that one run shows all of it.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn hold(&mut self, name: &str, found: &Value, expected: &Value) {
        if found != expected {
            self.0.push(format!("{name}\n    expected {expected}\n    found    {found}"));
        }
    }

    fn none(self) {
        assert!(self.0.is_empty(), "{} differ:\n{}", self.0.len(), self.0.join("\n"));
    }
}

/// A refusal in the words of the vectors.
fn refusal(error: TokenError) -> Value {
    match error.claim {
        None => json!({ "ok": false, "code": error.code.as_str() }),
        Some(claim) => json!({ "ok": false, "code": error.code.as_str(), "claim": claim }),
    }
}

/// The members of a case that say how it comes out.
fn verdict(case: &Value, members: &[&str]) -> Value {
    let wanted = members.iter().filter_map(|name| Some((name.to_string(), case.get(name)?.clone())));
    Value::Object(wanted.collect())
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn access_tokens_are_taken_and_refused_as_the_vectors_say() {
    let vectors = vectors(include_str!("../../tests/vectors/jwt.json"));
    let mut differences = Differences::default();
    for case in list(&vectors, "cases") {
        let keys = KeySet::from_json(&case["keys"].to_string()).unwrap();
        let algorithms = algorithms(case);
        let now = Timestamp::from_secs(case["now"].as_i64().unwrap());
        let mut expectation = Expectation::new(&algorithms, text(case, "issuer"), now);
        expectation.audience = case["audience"].as_str();
        let token = text(case, "token");
        let good = |header: &str, claims: &str| json!({ "ok": true, "header": vectors_json(header), "claims": vectors_json(claims) });
        let found = match text(case, "profile") {
            "countersign" => verify_access_token(token, &keys, &expectation).map(|verified| {
                hold_ours(&verified.claims, &vectors_json(&verified.claims_json));
                good(&verified.header.json, &verified.claims_json)
            }),
            "rfc9068" => verify_token(token, &keys, &expectation)
                .map(|verified| good(&verified.header.json, &verified.claims_json)),
            other => panic!("no profile {other}"),
        };
        let expected = verdict(case, &["ok", "header", "claims", "code", "claim"]);
        differences.hold(text(case, "name"), &found.unwrap_or_else(refusal), &expected);
    }
    differences.none();
}

fn vectors_json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// What core reads out of the claims is what another parser reads.
fn hold_ours(claims: &countersign_core::token::AccessClaims, json: &Value) {
    let read = json!({
        "iss": claims.issuer, "sub": claims.subject, "aud": claims.audience,
        "iat": claims.issued_at.as_secs(), "exp": claims.expires_at.as_secs(),
        "jti": claims.token_id.encode(), "sid": claims.session_id.encode(),
        "auth_time": claims.auth_time.as_secs(), "amr": claims.amr,
    });
    for (name, value) in read.as_object().unwrap() {
        assert_eq!(value, &json[name], "{name}");
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn no_token_changed_in_one_character_is_taken() {
    let vectors = vectors(include_str!("../../tests/vectors/jwt.json"));
    let good =
        list(&vectors, "cases").iter().find(|case| text(case, "name") == "EdDSA with a named key").unwrap();
    let keys = KeySet::from_json(&good["keys"].to_string()).unwrap();
    let now = Timestamp::from_secs(good["now"].as_i64().unwrap());
    let expectation = Expectation::new(&[Algorithm::EdDsa], text(good, "issuer"), now);
    let token = text(good, "token");
    assert!(verify_access_token(token, &keys, &expectation).is_ok());
    for place in 0..token.len() {
        for replacement in ["A", "B", "_", ".", "=", "\0", "é", ""] {
            let changed = [&token[..place], replacement, &token[place + 1..]].concat();
            let refused = verify_access_token(&changed, &keys, &expectation).is_err();
            assert!(refused || changed == token, "{replacement:?} at {place}");
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn decoding_shows_what_any_good_token_says() {
    let vectors = vectors(include_str!("../../tests/vectors/jwt.json"));
    for case in list(&vectors, "cases") {
        let decoded = decode_token(text(case, "token"));
        match (case["ok"].as_bool().unwrap(), case["code"].as_str()) {
            (true, _) => {
                let decoded = decoded.unwrap();
                assert_eq!(vectors_json(&decoded.header_json), case["header"], "{}", case["name"]);
                assert_eq!(vectors_json(&decoded.claims_json), case["claims"], "{}", case["name"]);
            }
            // It asks for nothing but the form: a token with a wrong signature or claim is shown as well.
            (false, Some("token_claim_invalid" | "token_expired")) => {
                assert!(decoded.is_ok(), "{}", case["name"])
            }
            _ => {}
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn signatures_hold_as_the_rfcs_say() {
    let mut differences = Differences::default();
    for case in jws_files().iter().flat_map(|vectors| list(vectors, "signatures")) {
        let keys = KeySet::from_json(&case["keys"].to_string()).unwrap();
        let found = verify_jws(text(case, "token"), &keys, &algorithms(case));
        let found =
            found.map(|jws| json!({ "ok": true, "payload": String::from_utf8(jws.payload).unwrap() }));
        let expected = verdict(case, &["ok", "payload", "code"]);
        differences.hold(text(case, "name"), &found.unwrap_or_else(refusal), &expected);
    }
    differences.none();
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn keys_are_taken_and_refused_as_the_vectors_say() {
    let mut differences = Differences::default();
    for case in jws_files().iter().flat_map(|vectors| list(vectors, "keys")) {
        let found = match KeySet::from_json(text(case, "json")) {
            Ok(set) => {
                let keys: Vec<_> =
                    set.keys().iter().map(|key| json!([key.algorithm().as_str(), key.kid()])).collect();
                json!({ "ok": true, "keys": keys })
            }
            Err(error) => json!({ "ok": false, "code": error.code().as_str() }),
        };
        differences.hold(text(case, "name"), &found, &verdict(case, &["ok", "keys", "code"]));
    }
    differences.none();
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn keys_are_named_and_derived_as_the_vectors_say() {
    let vectors = vectors(include_str!("../../tests/vectors/jws.json"));
    for case in list(&vectors, "kids") {
        let key = match text(case, "algorithm") {
            "EdDSA" => SigningKey::ed25519(&bytes(case, "seed").try_into().unwrap()),
            _ => SigningKey::hs256(&bytes(case, "secret")).unwrap(),
        };
        assert_eq!(key.kid(), text(case, "kid"), "{}", case["name"]);
    }
    let derived = &vectors["derived"];
    let root = RootSecret::new(&bytes(derived, "root")).unwrap();
    let seed = bytes(derived, "ed25519_seed").try_into().unwrap();
    assert_eq!(root.signing_key(Algorithm::EdDsa).unwrap().kid(), SigningKey::ed25519(&seed).kid());

    let refresh = &derived["refresh"];
    let session = SessionId::from_bytes(bytes(refresh, "session").try_into().unwrap());
    let number = refresh["number"].as_u64().unwrap().try_into().unwrap();
    let token = RefreshToken::mint(&root.refresh_key(), session, number);
    assert_eq!(token.expose(), text(refresh, "token"));
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn json_is_walked_as_the_vectors_say() {
    let vectors = vectors(include_str!("../../tests/vectors/json.json"));
    let mut differences = Differences::default();
    for case in list(&vectors, "cases") {
        let input = match case["text"].as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => from_hex(text(case, "hex")),
        };
        let found = match Document::parse(&input) {
            Ok(document) => {
                assert_eq!(
                    document.root().raw(),
                    case["text"].as_str().unwrap().trim_matches([' ', '\t', '\r', '\n'])
                );
                json!({ "ok": true })
            }
            Err(error) => json!({ "ok": false, "fault": error.fault.as_str(), "offset": error.offset }),
        };
        let name = String::from_utf8_lossy(&input).into_owned();
        differences.hold(&name, &found, &verdict(case, &["ok", "fault", "offset"]));
    }
    differences.none();
}

fn from_hex(digits: &str) -> Vec<u8> {
    let pair = |place: usize| u8::from_str_radix(&digits[place..place + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(pair).collect()
}
