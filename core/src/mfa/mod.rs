//! The second factor: codes that change every 30 seconds (TOTP, RFC 6238), and recovery codes for the day
//! the authenticator is lost.
//!
//! [`propose`] makes a secret, [`confirm`] turns it on once its owner has shown a code of it, [`show`] takes a code
//! of a factor that is on, [`renew_recovery_codes`] and [`disable`] do what they say. The part of a log-in stands in
//! [`login`](crate::login).
//!
//! A code is counted in the same transaction that takes or refuses it, and nobody is told what it was before that
//! is stored. So of a thousand codes that arrive at once five are told to be wrong, and the others are not told
//! anything.

mod base32;
mod decide;
mod factor;
mod recovery;
#[cfg(feature = "sign")]
mod sealing;
mod shown;
#[cfg(test)]
mod tests;
mod totp;
mod uri;

pub use decide::{Confirmed, Renewal, confirm, disable, propose, renew_recovery_codes, show};
pub use factor::{Factor, FactorStanding, SealedSecret, StoredFactor};
pub use recovery::{RECOVERY_CODES, RecoveryCode, RecoveryDigest, RecoveryEntropy, RecoveryKey};
#[cfg(feature = "sign")]
pub use sealing::SealingKey;
pub use shown::ShownCode;
pub use totp::{TotpCode, TotpSecret, TotpStep};
pub use uri::otpauth_url;
