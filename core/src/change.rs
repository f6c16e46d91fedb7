//! What must become true in the store, each with the guard that it stands on.

use crate::account::NewAccount;
use crate::id::{SessionId, UserId};
use crate::password::PasswordHash;
use crate::secret::TokenDigest;
use crate::session::{Pair, Session};
use crate::throttle::GuessSubject;
use crate::time::Timestamp;

/// One thing to make true. All changes of a decision are stored in one transaction; where a guard does not
/// hold none is, and the host decides anew on what is stored now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// There is a new account. Guard: its username and e-mail address are free and its
    /// application is there.
    CreateAccount(Box<NewAccount>),
    /// One more guess at `subject` counts. Guard: fewer than [`GUESS_LIMIT`](crate::throttle::GUESS_LIMIT)
    /// since `window_start`.
    CountGuess {
        /// At what.
        subject: GuessSubject,
        /// When.
        at: Timestamp,
        /// Older guesses no longer count.
        window_start: Timestamp,
    },
    /// The newest guess at `subject` no longer counts: its password was right, though it opened nothing.
    TakeBackGuess {
        /// At what.
        subject: GuessSubject,
    },
    /// No guess at `subject` counts any more.
    ClearGuesses {
        /// At what.
        subject: GuessSubject,
    },
    /// There is a new session, and of the user's sessions only the newest
    /// [`SESSIONS_PER_USER`](crate::session::SESSIONS_PER_USER) stay. Guard: its user is active and the
    /// password's hash is still the one that was checked.
    OpenSession {
        /// The session.
        session: Box<Session>,
        /// The hash that the password was held against.
        checked_hash: PasswordHash,
    },
    /// Another pair of the session's tokens is out. Guard: `from` is still the number of the one that is.
    RotatePair {
        /// The session.
        session: SessionId,
        /// The number of the pair that is replaced.
        from: u32,
        /// The new pair. The session was used when it was given.
        to: Pair,
        /// Whether an access token still buys a new pair.
        bearer_refresh: bool,
    },
    /// The session was used.
    NoteUse {
        /// The session.
        session: SessionId,
        /// When.
        at: Timestamp,
    },
    /// The session has ended, whether or not it had before.
    EndSession {
        /// The session.
        session: SessionId,
    },
    /// The user's sessions have ended.
    EndSessions {
        /// Whose.
        user: UserId,
        /// The one that stays; `None` where none does.
        except: Option<SessionId>,
    },
    /// The user has been logged in from a device that knows a token with this digest. Of the user's devices
    /// only the newest [`DEVICES_PER_USER`](crate::session::DEVICES_PER_USER) stay known.
    RememberDevice {
        /// Of the device's token.
        digest: TokenDigest,
        /// Whose.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// The account's password has another hash. Guard: the one it had is still `from`.
    ReplaceHash {
        /// Whose.
        user: UserId,
        /// The hash that was checked.
        from: PasswordHash,
        /// The new hash of the same password.
        to: PasswordHash,
    },
}
