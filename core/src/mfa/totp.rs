//! Time-based one-time passwords: HMAC-SHA1 over the number of the half minute (RFC 6238, RFC 4226).

use std::fmt;

use hmac::{Hmac, Mac};
use sha1::Sha1;
use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::base32;
use crate::secret::Secret;
use crate::time::Timestamp;

/// Seconds that one code is shown for (RFC 6238 section 5.2).
pub(super) const STEP_SECS: i64 = 30;

/// Steps that the owner's clock may be off by, either way (RFC 6238 section 5.2 recommends at most one for
/// the way through the network; a clock is off to both sides).
const DRIFT_STEPS: i64 = 1;

/// Digits of a code: all that authenticators can be relied on to show.
pub(super) const DIGITS: usize = 6;

/// The half minute that a code belongs to, counted from 1970. Each is good for one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TotpStep(i64);

impl TotpStep {
    /// The step of this number.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The step that this moment lies in.
    pub const fn at(now: Timestamp) -> Self {
        Self(now.as_secs().div_euclid(STEP_SECS))
    }

    /// The newest step whose code is taken at this moment, which is a step ahead of it.
    pub const fn newest_taken_at(now: Timestamp) -> Self {
        Self(Self::at(now).0.saturating_add(DRIFT_STEPS))
    }

    /// The number itself.
    pub const fn number(self) -> i64 {
        self.0
    }
}

/// Six digits, as they were typed.
///
/// ```
/// use countersign_core::mfa::TotpCode;
///
/// assert!(TotpCode::parse("012345").is_some());
/// for refused in ["12345", "1234567", "12345 ", "+12345", "٠١٢٣٤٥"] {
///     assert!(TotpCode::parse(refused).is_none());
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TotpCode(Secret<u32>);

impl TotpCode {
    /// Reads exactly six ASCII digits, `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok().map(|number| Self(Secret::new(number)))).flatten()
    }
}

impl fmt::Debug for TotpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpCode([redacted])")
    }
}

/// What an authenticator and the server share: 160 random bits, as many as the hash puts out (RFC 4226
/// section 4, requirement R6).
///
/// ```
/// use countersign_core::mfa::{TotpCode, TotpSecret};
/// use countersign_core::time::Timestamp;
///
/// let secret = TotpSecret::from_bytes(*b"12345678901234567890");
/// let code = TotpCode::parse("287082").ok_or("six digits")?;
/// let now = Timestamp::from_secs(59);
/// let step = secret.verify(&code, now, None).ok_or("the code of this step")?;
/// assert_eq!(step.number(), 1);
/// assert_eq!(secret.verify(&code, now, Some(step)), None, "each step is good for one code");
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotpSecret(Secret<[u8; TotpSecret::LEN]>);

impl TotpSecret {
    /// Its bytes.
    pub const LEN: usize = 20;

    /// The secret of these random bytes.
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The bytes themselves. Whoever calls this answers for where they go.
    pub const fn expose(&self) -> &[u8; Self::LEN] {
        self.0.expose()
    }

    /// 32 characters of base32 (RFC 4648), as they are typed into an authenticator.
    pub fn base32(&self) -> Secret<String> {
        base32::encode(base32::RFC_4648, self.expose())
    }

    /// Reads what [`TotpSecret::base32`] writes, in either letter case; `None` for any other text.
    ///
    /// ```
    /// use countersign_core::mfa::TotpSecret;
    ///
    /// let secret = TotpSecret::from_bytes(*b"12345678901234567890");
    /// assert_eq!(TotpSecret::from_base32(secret.base32().expose()), Some(secret));
    /// assert_eq!(TotpSecret::from_base32("GEZDGNBVGY3TQOJQ"), None);
    /// ```
    pub fn from_base32(text: &str) -> Option<Self> {
        base32::decode(base32::RFC_4648, text).map(|bytes| Self::from_bytes(*bytes))
    }

    /// The step whose code this is, out of the present one and its neighbours; `None` for a wrong code, and for
    /// one of `last_used` or an earlier step. `last_used` is `None` while no code was ever taken.
    ///
    /// How long it takes tells nothing of how much of the code is right.
    pub fn verify(&self, code: &TotpCode, now: Timestamp, last_used: Option<TotpStep>) -> Option<TotpStep> {
        let TotpCode(given) = code;
        let TotpStep(present) = TotpStep::at(now);
        let floor = last_used.map_or(-1, TotpStep::number).max(-1);
        // Where one code is that of two steps, the later is taken, so that the code is used up with both.
        let found = (-DRIFT_STEPS..=DRIFT_STEPS).fold(floor, |found, drift| {
            let step = present.saturating_add(drift);
            let right = self.code_of(step).ct_eq(given.expose());
            i64::conditional_select(&found, &step.max(found), right)
        });
        (found > floor).then_some(TotpStep(found))
    }

    /// The code of a step (RFC 4226 section 5.3).
    fn code_of(&self, step: i64) -> u32 {
        // HMAC pads its key with zeros to a block (RFC 2104 section 2); done here, it cannot fail.
        let mut block = Zeroizing::new([0; 64]);
        block[..Self::LEN].copy_from_slice(self.expose());
        let mac = <Hmac<Sha1> as hmac::digest::KeyInit>::new((&*block).into());
        let hash: [u8; 20] = mac.chain_update(step.to_be_bytes()).finalize().into_bytes().into();
        let start = usize::from(hash[19] & 0x0f);
        let number = [hash[start] & 0x7f, hash[start + 1], hash[start + 2], hash[start + 3]];
        u32::from_be_bytes(number) % 10_u32.pow(DIGITS as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_010);
    const PRESENT: i64 = 1_700_000_010 / STEP_SECS;

    fn secret() -> TotpSecret {
        TotpSecret::from_bytes(*b"12345678901234567890")
    }

    fn code(step: i64) -> TotpCode {
        TotpCode::parse(&format!("{:06}", secret().code_of(step))).unwrap()
    }

    #[test]
    fn a_code_is_taken_one_step_early_or_late_and_no_further() {
        for (step, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let step = PRESENT + step;
            assert_eq!(secret().verify(&code(step), NOW, None), taken.then_some(TotpStep(step)), "{step}");
        }
    }

    #[test]
    fn the_newest_step_that_is_taken_is_known() {
        let TotpStep(newest) = TotpStep::newest_taken_at(NOW);
        assert_eq!(secret().verify(&code(newest), NOW, None), Some(TotpStep(newest)));
        assert_eq!(secret().verify(&code(newest + 1), NOW, None), None);
    }

    #[test]
    fn a_step_and_all_before_it_are_good_once() {
        let used = |last: i64, step: i64| {
            secret().verify(&code(PRESENT + step), NOW, Some(TotpStep(PRESENT + last)))
        };
        assert_eq!(used(-1, 0), Some(TotpStep(PRESENT)));
        assert_eq!(used(0, 1), Some(TotpStep(PRESENT + 1)));
        for (last, step) in [(-1, -1), (0, 0), (0, -1), (1, 1), (1, 0), (1, -1)] {
            assert_eq!(used(last, step), None, "{last} {step}");
        }
    }

    #[test]
    fn no_clock_however_wrong_makes_a_fault() {
        for secs in [i64::MIN, -31, -1, 0, 29, i64::MAX] {
            let now = Timestamp::from_secs(secs);
            let TotpStep(step) = TotpStep::at(now);
            let found = secret().verify(&code(step), now, None);
            assert_eq!(found, (step >= 0).then_some(TotpStep(step)), "{secs}");
        }
    }

    #[test]
    fn a_secret_and_a_code_show_nothing_of_themselves() {
        assert_eq!(format!("{:?} {:?}", secret(), code(1)), "TotpSecret([redacted]) TotpCode([redacted])");
    }
}
