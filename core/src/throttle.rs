//! How often one may guess.
//!
//! A guess is counted before its password is looked at, by a guarded change, so that of a thousand guesses
//! that arrive at once no more than the limit are looked at. A finished log-in clears the count
//! (OWASP Authentication Cheat Sheet, "Account Lockout").

use crate::id::UserId;
use crate::secret::TokenDigest;
use crate::time::Timestamp;

/// Guesses at one subject within [`GUESS_WINDOW_SECS`]; the next one is refused unseen. Well under the 100
/// consecutive ones that NIST SP 800-63B section 3.2.2 allows at the very most.
pub const GUESS_LIMIT: u32 = 20;

/// The window slides: each guess counts for one hour from its own time.
pub const GUESS_WINDOW_SECS: i64 = 3_600;

/// What guesses are counted on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GuessSubject {
    /// An account, whichever of its names was used.
    Account(UserId),
    /// A name of nobody, which must look no different from an account.
    Name(TokenDigest),
    /// A device that the account was logged in from before. Strangers cannot use its count up.
    Device(TokenDigest),
    /// The second factor of an account, whichever session or log-in the code is for.
    SecondFactor(UserId),
    /// An address that mails with a token are sent to, whether or not it is anybody's.
    Address(TokenDigest),
}

impl GuessSubject {
    /// The subject of a name that no account has, however it is capitalised.
    pub fn of_name(name: &str) -> Self {
        GuessSubject::Name(TokenDigest::of(name.to_ascii_lowercase().as_bytes()))
    }

    /// The subject of an e-mail address, however it is capitalised.
    pub fn of_address(address: &str) -> Self {
        GuessSubject::Address(TokenDigest::of(address.to_ascii_lowercase().as_bytes()))
    }

    /// The text that names it in the store.
    pub fn key(&self) -> String {
        match self {
            GuessSubject::Account(user) => ["account:", &user.value().to_string()].concat(),
            GuessSubject::Name(digest) => ["name:", &digest.encode()].concat(),
            GuessSubject::Device(digest) => ["device:", &digest.encode()].concat(),
            GuessSubject::SecondFactor(user) => ["code:", &user.value().to_string()].concat(),
            GuessSubject::Address(digest) => ["mail:", &digest.encode()].concat(),
        }
    }
}

/// The guesses at one subject that still count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guesses {
    /// How many.
    pub count: u32,
    /// The time of the oldest; `None` where there is none.
    pub oldest: Option<Timestamp>,
}

impl Guesses {
    /// Since when guesses count.
    pub fn window_start(now: Timestamp) -> Timestamp {
        now.plus_secs(-GUESS_WINDOW_SECS)
    }

    /// `None` where one more guess is allowed, else the seconds until it is.
    ///
    /// ```
    /// use countersign_core::throttle::{GUESS_LIMIT, Guesses};
    /// use countersign_core::time::Timestamp;
    ///
    /// let now = Timestamp::from_secs(10_000);
    /// let spent = Guesses { count: GUESS_LIMIT, oldest: Some(now.plus_secs(-3_000)) };
    /// assert_eq!(Guesses::default().wait_secs(now), None);
    /// assert_eq!(spent.wait_secs(now), Some(600));
    /// ```
    pub fn wait_secs(&self, now: Timestamp) -> Option<u32> {
        let oldest = self.oldest.filter(|_| self.count >= GUESS_LIMIT)?;
        let wait = oldest.plus_secs(GUESS_WINDOW_SECS).secs_since(now).clamp(1, GUESS_WINDOW_SECS);
        u32::try_from(wait).ok()
    }
}

/// Wrong codes of a second factor in a row after which none is looked at for [`CODE_LOCK_SECS`]. Three codes of
/// a million are good at any moment, so that it takes years to meet one (RFC 4226 section 7.3).
pub const WRONG_CODES_LIMIT: u32 = 5;

/// How long no code is looked at, counted from the last wrong one.
pub const CODE_LOCK_SECS: i64 = 900;

/// The wrong codes in a row at one account's second factor. They count for [`GUESS_WINDOW_SECS`], longer than the
/// lock: whoever comes back after it has one guess, not five more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WrongCodes {
    /// How many.
    pub count: u32,
    /// The time of the newest; `None` where there is none.
    pub newest: Option<Timestamp>,
}

impl WrongCodes {
    /// `None` where one more code is looked at, else the seconds until one is.
    ///
    /// ```
    /// use countersign_core::throttle::{WRONG_CODES_LIMIT, WrongCodes};
    /// use countersign_core::time::Timestamp;
    ///
    /// let now = Timestamp::from_secs(10_000);
    /// let spent = WrongCodes { count: WRONG_CODES_LIMIT, newest: Some(now.plus_secs(-300)) };
    /// assert_eq!(WrongCodes::default().wait_secs(now), None);
    /// assert_eq!(spent.wait_secs(now), Some(600));
    /// assert_eq!(spent.wait_secs(now.plus_secs(600)), None);
    /// ```
    pub fn wait_secs(&self, now: Timestamp) -> Option<u32> {
        let newest = self.newest.filter(|_| self.count >= WRONG_CODES_LIMIT)?;
        let wait = newest.plus_secs(CODE_LOCK_SECS).secs_since(now);
        u32::try_from(wait.min(CODE_LOCK_SECS)).ok().filter(|secs| *secs > 0)
    }
}
