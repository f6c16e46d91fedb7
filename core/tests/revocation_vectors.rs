//! The vectors of `tests/vectors` for lists of what is revoked, held against core. The same bodies run natively
//! and, under `wasm-bindgen-test`, in wasm.
#![expect(clippy::unwrap_used, reason = "a test that meets a malformed file must fail")]

use countersign_core::time::Timestamp;
use countersign_core::token::{
    Algorithm, Expectation, KeySet, RevocationList, RevocationsError, verify_access_token,
};
use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test;

/// The cases of one name; there is at least one.
fn cases(name: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("../../tests/vectors/revocations.json")).unwrap();
    let cases = file[name].as_array().unwrap().clone();
    assert!(!cases.is_empty(), "no cases under {name}");
    cases
}

/// What every case says of its verifier.
struct Verifier {
    keys: KeySet,
    algorithms: Vec<Algorithm>,
    issuer: String,
    now: Timestamp,
}

impl Verifier {
    fn of(case: &Value) -> Self {
        let algorithms = case["algorithms"].as_array().unwrap().iter();
        Self {
            keys: KeySet::from_json(&case["keys"].to_string()).unwrap(),
            algorithms: algorithms
                .map(|name| Algorithm::from_name(name.as_str().unwrap()).unwrap())
                .collect(),
            issuer: case["issuer"].as_str().unwrap().to_owned(),
            now: Timestamp::from_secs(case["now"].as_i64().unwrap()),
        }
    }

    fn list(&self, case: &Value) -> Result<RevocationList, RevocationsError> {
        let signed = case["list"].as_str().unwrap();
        RevocationList::verify(signed, &self.keys, &self.algorithms, &self.issuer, self.now)
    }
}

/// All that differs, so that one run shows it.
fn hold(cases: &[Value], members: &[&str], found: impl Fn(&Value) -> Value) {
    let expected = |case: &Value| {
        let wanted = members.iter().filter_map(|name| Some(((*name).to_owned(), case.get(name)?.clone())));
        Value::Object(wanted.collect())
    };
    let differing = cases.iter().filter(|case| found(case) != expected(case));
    let shown: Vec<_> =
        differing.map(|case| format!("{}\n  {}\n  {}", case["name"], expected(case), found(case))).collect();
    assert!(shown.is_empty(), "{} differ:\n{}", shown.len(), shown.join("\n"));
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn lists_are_taken_and_refused_as_the_vectors_say() {
    hold(&cases("lists"), &["ok", "iat", "next", "fault"], |case| match Verifier::of(case).list(case) {
        Ok(list) => {
            json!({ "ok": true, "iat": list.made_at().as_secs(), "next": list.next_at().as_secs() })
        }
        Err(RevocationsError::Signature(error)) => json!({ "ok": false, "fault": error.code.as_str() }),
        Err(RevocationsError::Content(member)) => json!({ "ok": false, "fault": member }),
    });
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn tokens_are_held_against_lists_as_the_vectors_say() {
    hold(&cases("checks"), &["ok", "code", "claim"], |case| {
        let verifier = Verifier::of(case);
        let expectation = Expectation::new(&verifier.algorithms, &verifier.issuer, verifier.now);
        let token = case["token"].as_str().unwrap();
        let verified = verify_access_token(token, &verifier.keys, &expectation).unwrap();
        match verifier.list(case).unwrap().check(&verified.claims) {
            Ok(()) => json!({ "ok": true }),
            Err(error) => json!({ "ok": false, "code": error.code.as_str(), "claim": error.claim }),
        }
    });
}
