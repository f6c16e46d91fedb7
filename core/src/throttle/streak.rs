//! How often one may guess in a row, however long it takes.
//!
//! NIST SP 800-63B-4 section 3.2.2 has a verifier limit consecutive failed attempts on an account to no more than 100. Twenty
//! an hour are a limit of their own, and go on for ever. So guesses in a row are counted besides, whoever makes them and
//! from wherever, until a log-in of the account is finished or its password is reset; and wrong codes of a second factor
//! until one is right or, again, the password is reset.
//!
//! Strangers are refused some guesses before that, so that what is left is for devices that the account knows and for its
//! sessions. The owner of an account that is under attack for ever gets in by such a device, or by the reset mail, and
//! whoever is signed in changes the password meanwhile.
//!
//! A name of nobody is counted like an account, or a lock would tell that there is one. Nobody ever logs in by it, so
//! that its count only grows, and strangers could make up names until the disk is full: it is forgotten once nobody has
//! guessed at the name for [`NOBODYS_ROW_SECS`]. So whoever locks a name and comes back after all that time without a guess
//! at it learns whether it is somebody's. An account's count is never forgotten: to wait is not to be right.

use super::{GUESS_WINDOW_SECS, GuessSubject};
use crate::time::Timestamp;

/// Guesses in a row that are looked at: the most that NIST SP 800-63B-4 section 3.2.2 allows.
pub const IN_A_ROW_LIMIT: u32 = 100;

/// Those of them that are looked at from strangers. Known devices and sessions have the other 20, as many as one of them has
/// in an hour.
pub const STRANGERS_IN_A_ROW_LIMIT: u32 = IN_A_ROW_LIMIT - super::GUESS_LIMIT;

/// Seconds after the last guess at a name of nobody that the count of guesses in a row is kept for: 90 days.
pub const NOBODYS_ROW_SECS: i64 = 90 * 86_400;

/// Since when guesses in a row at this count.
pub(super) fn window_start(of: &GuessSubject, now: Timestamp) -> Timestamp {
    match of {
        GuessSubject::Name(_) => now.plus_secs(-NOBODYS_ROW_SECS),
        _ => Timestamp::from_secs(i64::MIN),
    }
}

/// `None` where one more guess is allowed, else the seconds after which to ask again. By then somebody may have
/// logged in; time itself helps nobody.
pub(super) fn wait_secs(count: u32, limit: u32) -> Option<u32> {
    u32::try_from(GUESS_WINDOW_SECS).ok().filter(|_| count >= limit)
}
