//! The second factor: codes that change every 30 seconds (TOTP, RFC 6238), and recovery codes for the day
//! the authenticator is lost.

mod base32;
mod recovery;
#[cfg(feature = "sign")]
mod sealing;
mod totp;
mod uri;

pub use recovery::{RECOVERY_CODES, RecoveryCode, RecoveryDigest, RecoveryKey};
#[cfg(feature = "sign")]
pub use sealing::{SealError, SealingKey};
pub use totp::{TotpCode, TotpSecret, TotpStep};
pub use uri::otpauth_url;
