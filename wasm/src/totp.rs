//! Time-based one-time passwords.

use countersign_core::mfa::{TotpCode, TotpSecret, TotpStep, otpauth_url};
use countersign_core::rejection::Code;
use countersign_core::time::Timestamp;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer;

/// The secret of these random bytes, as it is typed into an authenticator.
#[wasm_bindgen(js_name = totpSecret)]
pub fn totp_secret(entropy: &[u8]) -> String {
    match entropy.try_into() {
        Ok(bytes) => answer::text(TotpSecret::from_bytes(bytes).base32().expose()),
        Err(_) => answer::argument(Code::InvalidFormat, "A secret is made of 20 bytes."),
    }
}

/// The URI that an authenticator reads from a QR code.
#[wasm_bindgen(js_name = totpUri)]
pub fn totp_uri(secret: &str, issuer: &str, account: &str) -> String {
    match TotpSecret::from_base32(secret) {
        Some(secret) => answer::text(otpauth_url(issuer, account, &secret).expose()),
        None => not_a_secret(),
    }
}

/// The step whose code this is, else null. `now` is in seconds; `last_step` is -1 where no code was taken yet.
#[wasm_bindgen(js_name = totpVerify)]
pub fn totp_verify(secret: &str, code: &str, now: f64, last_step: f64) -> String {
    let Some(secret) = TotpSecret::from_base32(secret) else {
        return not_a_secret();
    };
    // JavaScript has no 64-bit integers but for this; what is beyond them is as far as they go.
    let (now, last_step) = (Timestamp::from_secs(now as i64), TotpStep::new(last_step as i64));
    match TotpCode::parse(code).and_then(|code| secret.verify(&code, now, Some(last_step))) {
        Some(step) => answer::value(&step.number().to_string()),
        None => answer::value("null"),
    }
}

fn not_a_secret() -> String {
    answer::argument(Code::InvalidFormat, "secret must be 32 characters of base32.")
}
