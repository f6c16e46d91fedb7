//! The authenticators of the users, by somebody else's hand (totp-rs).

use totp_rs::{Algorithm, TOTP};

use crate::operation::Code;

/// Seconds that one code is shown for (RFC 6238 section 5.2).
const STEP_SECS: i64 = 30;

/// The bytes of the secret of this number.
pub(crate) fn secret(number: u32) -> [u8; 20] {
    std::array::from_fn(|place| number.to_be_bytes()[place % 4] ^ (place as u8).wrapping_mul(37))
}

/// The half minute that `now` lies in.
pub(crate) fn step(now: i64) -> i64 {
    now / STEP_SECS
}

/// The code of a half minute.
pub(crate) fn code_of(secret_number: u32, step: i64) -> String {
    let secret = secret(secret_number).to_vec();
    let totp = TOTP::new(Algorithm::SHA1, 6, 1, STEP_SECS as u64, secret).unwrap();
    totp.generate((step * STEP_SECS) as u64)
}

/// What is typed in for a code of the authenticator that was set up last; `None` for a recovery code.
pub(crate) fn typed(secret_number: Option<u32>, code: Code, now: i64) -> Option<String> {
    let number = secret_number.unwrap_or_default();
    match code {
        Code::Totp { drift } => Some(code_of(number, step(now) + drift)),
        Code::WrongTotp => {
            let near: Vec<_> = (-1..=1).map(|drift| code_of(number, step(now) + drift)).collect();
            (0..4).map(|wrong| format!("{wrong:06}")).find(|wrong| !near.contains(wrong))
        }
        Code::Recovery { .. } => None,
    }
}
