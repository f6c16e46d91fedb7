//! Runs `tests/vectors/legacy.json`: hashes that older systems made. Natively alone, since the browser does not carry them.
#![cfg(all(feature = "legacy", not(target_arch = "wasm32")))]
#![expect(clippy::unwrap_used, reason = "a test that meets a malformed file must fail")]

use countersign_core::password::{Argon2Cost, Argon2Workspace, HashBounds, HashKind, Password, StoredHash};
use serde_json::Value;

fn text<'a>(case: &'a Value, member: &str) -> &'a str {
    case[member].as_str().unwrap()
}

/// What the file says of a case: `function …, matches …` or `code …`.
fn expected(case: &Value) -> String {
    if case["valid"] == true {
        format!("{} matches {}", text(case, "function"), case["matches"])
    } else {
        text(case, "code").to_owned()
    }
}

#[test]
fn each_hash_is_known_by_its_own_password_alone_and_others_are_refused() {
    let file: Value = serde_json::from_str(include_str!("../../tests/vectors/legacy.json")).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 150, "only {} cases", cases.len());
    let mut workspace = Argon2Workspace::new();
    let differing: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let seen = match StoredHash::parse_within(text(case, "input"), HashBounds::default()) {
                Ok(hash) => {
                    assert_eq!(hash.as_str(), text(case, "input"));
                    assert!(hash.needs_rehash(&Argon2Cost::new(8, 1, 1).unwrap()), "{case}");
                    let kind = hash.kind();
                    assert_eq!(HashKind::of_word(&kind.word()), Some(kind), "{case}");
                    let matches = workspace.verify_stored(&Password::prepare(text(case, "password")), &hash);
                    format!("{} matches {matches}", kind.word())
                }
                Err(code) => code.to_string(),
            };
            let expected = expected(case);
            (expected != seen).then(|| format!("{case}\n  expected {expected}\n  seen     {seen}"))
        })
        .collect();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}
