//! Mails: what they are about, how many of them, and how long they are tried.
//!
//! A mail is a change like any other: it is queued in the transaction of what it tells, and the host sends it
//! afterwards. Two kinds of mail carry a token ([`MailedToken`](crate::token::MailedToken)); all others are a
//! [`Notice`] to the owner of an account. The queue holds what a mail is about and no text, which the host writes when
//! it sends it.

mod delivery;
mod requested;

pub use delivery::{ATTEMPT_SECS, Attempt, CLAIM_SECS, QueuedMail, after, claim};
pub use requested::{Requested, parse, request};

use crate::account::words;
use crate::session::Client;
use crate::throttle::GuessSubject;
use crate::time::Timestamp;
use crate::token::ActionPurpose;

/// Mails with a token that somebody can have sent to one address within [`MAIL_WINDOW_SECS`]. Enough for mails that got
/// lost, and too few to fill a stranger's mailbox.
pub const TOKEN_MAILS_LIMIT: u32 = 3;

/// Those of them that ask to verify the address. The rest is for resets: requests for verification may send nothing and
/// count all the same, and if they used the whole count up, anybody could keep a reset from the owner.
pub const VERIFICATION_MAILS_LIMIT: u32 = 2;

/// Notices of one kind that go to one address within [`MAIL_WINDOW_SECS`]: whoever knows a password can log in all day
/// long, and the third mail of it tells nothing new.
pub const NOTICES_LIMIT: u32 = 3;

/// The window slides: each mail counts for one hour.
pub const MAIL_WINDOW_SECS: i64 = 3_600;

/// Seconds in which a notice is tried to be sent: three days, in which a mail server comes back.
pub const NOTICE_TTL_SECS: i64 = 3 * 24 * 3_600;

/// Seconds for which the queue remembers a mail, sent or not: the longest that one is tried, and a week in which to look
/// up what became of it.
pub const QUEUE_MEMORY_SECS: i64 = NOTICE_TTL_SECS + 7 * 24 * 3_600;

words! {
    /// What a mail is about.
    MailKind {
        /// Asks to show that the address is its reader's.
        VerifyEmail = "verify_email",
        /// Lets its reader set another password.
        ResetPassword = "reset_password",
        /// The password was changed.
        PasswordChanged = "password_changed",
        /// The password was set anew by a mailed token.
        PasswordReset = "password_reset",
        /// The account has another e-mail address. Goes to the old one.
        EmailChanged = "email_changed",
        /// A second factor was turned on.
        SecondFactorEnabled = "second_factor_enabled",
        /// The second factor was turned off.
        SecondFactorDisabled = "second_factor_disabled",
        /// The recovery codes were replaced by new ones.
        RecoveryCodesReplaced = "recovery_codes_replaced",
        /// A recovery code was spent.
        RecoveryCodeUsed = "recovery_code_used",
        /// All recovery codes were taken away, since an earlier copy of the database was put in its place.
        RecoveryCodesVoided = "recovery_codes_voided",
        /// A log-in from a device that was not known.
        NewDevice = "new_device",
    }
}

impl MailKind {
    /// What the token is good for that such a mail carries; `None` for a notice, which carries none.
    pub const fn purpose(self) -> Option<ActionPurpose> {
        match self {
            MailKind::VerifyEmail => Some(ActionPurpose::VerifyEmail),
            MailKind::ResetPassword => Some(ActionPurpose::ResetPassword),
            _ => None,
        }
    }

    /// The kind of mail that carries a token of this purpose.
    pub const fn carrying(purpose: ActionPurpose) -> Self {
        match purpose {
            ActionPurpose::VerifyEmail => MailKind::VerifyEmail,
            ActionPurpose::ResetPassword => MailKind::ResetPassword,
        }
    }
}

/// What the owner of an account is told of, lest it was somebody else's doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The password was changed.
    PasswordChanged,
    /// The password was set anew by a mailed token.
    PasswordReset,
    /// The account has another e-mail address.
    EmailChanged,
    /// A second factor was turned on.
    SecondFactorEnabled,
    /// The second factor was turned off.
    SecondFactorDisabled,
    /// The recovery codes were replaced by new ones.
    RecoveryCodesReplaced,
    /// A recovery code was spent.
    RecoveryCodeUsed,
    /// Somebody logged in from a device that was not known; the account had been logged in to before.
    NewDevice(Client),
}

impl Notice {
    /// What kind of mail it is.
    pub const fn kind(&self) -> MailKind {
        match self {
            Notice::PasswordChanged => MailKind::PasswordChanged,
            Notice::PasswordReset => MailKind::PasswordReset,
            Notice::EmailChanged => MailKind::EmailChanged,
            Notice::SecondFactorEnabled => MailKind::SecondFactorEnabled,
            Notice::SecondFactorDisabled => MailKind::SecondFactorDisabled,
            Notice::RecoveryCodesReplaced => MailKind::RecoveryCodesReplaced,
            Notice::RecoveryCodeUsed => MailKind::RecoveryCodeUsed,
            Notice::NewDevice(_) => MailKind::NewDevice,
        }
    }

    /// Who did it, as far as the host can tell; `None` where the mail does not say.
    pub const fn client(&self) -> Option<&Client> {
        match self {
            Notice::NewDevice(client) => Some(client),
            _ => None,
        }
    }
}

/// What a mail with a token is counted on, each with its limit: the address, whether or not it is anybody's, and what
/// it is asked for.
pub fn counted_on(purpose: ActionPurpose, address: &str) -> Vec<(GuessSubject, u32)> {
    let all = (GuessSubject::of_mails_to(address), TOKEN_MAILS_LIMIT);
    match purpose {
        ActionPurpose::VerifyEmail => {
            vec![all, (GuessSubject::of_verification(address), VERIFICATION_MAILS_LIMIT)]
        }
        ActionPurpose::ResetPassword => vec![all],
    }
}

/// The mails with a token that count for an address at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecentMails {
    /// All of them.
    pub all: u32,
    /// Those that ask to verify it.
    pub verifications: u32,
}

impl RecentMails {
    /// Whether one more is sent for this purpose.
    ///
    /// ```
    /// use countersign_core::mail::RecentMails;
    /// use countersign_core::token::ActionPurpose::{ResetPassword, VerifyEmail};
    ///
    /// let recent = RecentMails { all: 2, verifications: 2 };
    /// assert!(!recent.allow(VerifyEmail));
    /// assert!(recent.allow(ResetPassword));
    /// ```
    pub const fn allow(self, purpose: ActionPurpose) -> bool {
        let of_purpose = match purpose {
            ActionPurpose::VerifyEmail => self.verifications < VERIFICATION_MAILS_LIMIT,
            ActionPurpose::ResetPassword => true,
        };
        of_purpose && self.all < TOKEN_MAILS_LIMIT
    }
}

/// Since when mails count.
pub fn window_start(now: Timestamp) -> Timestamp {
    now.plus_secs(-MAIL_WINDOW_SECS)
}
