//! The codes of `tests/vectors/totp.json`, natively and on wasm32.

use countersign_core::mfa::{TotpCode, TotpSecret, TotpStep};
use countersign_core::time::Timestamp;
use serde_json::Value;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn the_codes_of_the_rfcs_are_those_of_their_steps() {
    let file: Value = serde_json::from_str(include_str!("../../tests/vectors/totp.json")).unwrap();
    let secret = TotpSecret::from_bytes(*b"12345678901234567890");
    assert_eq!(secret.base32().expose(), file["secret"].as_str().unwrap());
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 16);
    for case in cases {
        let code = TotpCode::parse(case["code"].as_str().unwrap()).unwrap();
        let now = Timestamp::from_secs(case["now"].as_i64().unwrap());
        let step = TotpStep::new(case["step"].as_i64().unwrap());
        assert_eq!(secret.verify(&code, now, None), Some(step), "{case}");
        assert_eq!(secret.verify(&code, now, Some(step)), None, "{case}");
        // Two minutes later it is nobody's code any more.
        assert_eq!(secret.verify(&code, now.plus_secs(120), None), None, "{case}");
    }
}
