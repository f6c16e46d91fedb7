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
use crate::change::Change;
use crate::email::Email;
use crate::session::Client;
use crate::throttle::GuessSubject;
use crate::time::Timestamp;
use crate::token::ActionPurpose;

/// Mails with a token that go to one address within [`MAIL_WINDOW_SECS`], whatever has them sent. Enough for mails that
/// got lost, and too few to fill a stranger's mailbox.
pub const TOKEN_MAILS_LIMIT: u32 = 3;

/// Those of them that are sent for the asking. The last is kept for a reset, and is sent only while no reset's token of
/// before is alive. So whoever asks for mails all day long keeps no reset from the owner: one of those before the last
/// was a reset itself ([`RESENDS_LIMIT`]) whose token was over by then, and no longer counts when the last one's is. Only
/// where an account got the address within the hour may one be a resend and the other tell of that.
pub const MAILS_FOR_THE_ASKING: u32 = TOKEN_MAILS_LIMIT - 1;

/// Those of them that verify the address because somebody wants that mail once more. They may send nothing and count all
/// the same, and two of them would leave the last alone for resets.
pub const RESENDS_LIMIT: u32 = 1;

/// Notices of one kind that go to one address within [`MAIL_WINDOW_SECS`]: whoever knows a password can log in all day
/// long, and the third mail of it tells nothing new.
pub const NOTICES_LIMIT: u32 = 3;

/// The window slides: each mail counts for one hour.
pub const MAIL_WINDOW_SECS: i64 = 3_600;

// What the last of the mails stands on: two tokens of resets, one after the other, live as long as a mail counts.
const _: () = assert!(2 * ActionPurpose::ResetPassword.ttl_secs() >= MAIL_WINDOW_SECS);

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

/// What has a mail with a token sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Somebody says that the password is forgotten.
    Forgotten,
    /// Somebody wants the verification once more.
    Resend,
    /// The address is that of a new account, or the new one of an account.
    NewAddress,
}

/// The mails with a token that count for an address at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecentMails {
    /// All of them.
    pub all: u32,
    /// Those that somebody asked for to verify it.
    pub resends: u32,
    /// Those that reset a password and whose token is alive, unless it was used meanwhile or the address is nobody's: what
    /// there is of an account makes no difference here.
    pub live_resets: u32,
}

impl RecentMails {
    /// What counts one more to this address, whether or not it is anybody's, under guards that many at once do not get
    /// around; `None` where no more is sent.
    ///
    /// ```
    /// use countersign_core::email::Email;
    /// use countersign_core::mail::Occasion::{Forgotten, Resend};
    /// use countersign_core::mail::RecentMails;
    /// use countersign_core::time::Timestamp;
    ///
    /// let (to, now) = (Email::parse("ada@example.com").unwrap(), Timestamp::from_secs(1_700_000_000));
    /// let recent = RecentMails { all: 2, resends: 1, live_resets: 0 };
    /// assert_eq!(recent.count(Resend, &to, now), None);
    /// assert!(recent.count(Forgotten, &to, now).is_some());
    /// let one_is_alive = RecentMails { live_resets: 1, ..recent };
    /// assert_eq!(one_is_alive.count(Forgotten, &to, now), None);
    /// ```
    pub fn count(self, occasion: Occasion, to: &Email, now: Timestamp) -> Option<Vec<Change>> {
        let count =
            |subject, limit, window_start| Change::CountGuess { subject, limit, at: now, window_start };
        let since = window_start(now);
        let all = |limit| count(GuessSubject::of_mails_to(to.as_str()), limit, since);
        let reset = |limit, since| count(GuessSubject::of_reset(to.as_str()), limit, since);
        if self.all < MAILS_FOR_THE_ASKING {
            let all = all(MAILS_FOR_THE_ASKING);
            return match occasion {
                Occasion::Forgotten => Some(vec![all, reset(TOKEN_MAILS_LIMIT, since)]),
                Occasion::Resend if self.resends < RESENDS_LIMIT => {
                    Some(vec![all, count(GuessSubject::of_verification(to.as_str()), RESENDS_LIMIT, since)])
                }
                Occasion::Resend => None,
                Occasion::NewAddress => Some(vec![all]),
            };
        }
        let is_last =
            self.all < TOKEN_MAILS_LIMIT && occasion == Occasion::Forgotten && self.live_resets == 0;
        is_last.then(|| vec![all(TOKEN_MAILS_LIMIT), reset(1, alive_since(now))])
    }
}

/// Since when mails count.
pub fn window_start(now: Timestamp) -> Timestamp {
    now.plus_secs(-MAIL_WINDOW_SECS)
}

/// Since when a reset was mailed whose token may be alive.
pub fn alive_since(now: Timestamp) -> Timestamp {
    now.plus_secs(-ActionPurpose::ResetPassword.ttl_secs())
}
