//! What becomes of a mail in the queue, attempt by attempt.

use super::MailKind;
use crate::change::Change;
use crate::session::Client;
use crate::time::Timestamp;
use crate::token::SealedToken;

/// Seconds after which an attempt is broken off. A mail server that takes longer is not there.
pub const ATTEMPT_SECS: u64 = 60;

/// Seconds for which whoever begins to send a mail has it alone: longer than an attempt takes. A process that is killed in
/// the middle leaves it to another one after that.
pub const CLAIM_SECS: i64 = 120;

/// Seconds to wait after the first attempt that failed; each next wait is twice as long.
const FIRST_WAIT_SECS: i64 = 5;

/// Seconds to wait at most, so that a mail server that comes back gets its mails within the hour.
const LONGEST_WAIT_SECS: i64 = 3_600;

/// A mail in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedMail {
    /// The number the store gave it.
    pub id: i64,
    /// What it is about.
    pub kind: MailKind,
    /// The address it goes to.
    pub to: String,
    /// The token that it carries; `None` for a notice, and once the mail is done with.
    pub token: Option<SealedToken>,
    /// Who did what it tells of, where it says so.
    pub client: Client,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it is to be tried; while somebody does, until when they have it alone.
    pub due_at: Timestamp,
    /// From when on it is no longer tried.
    pub expires_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was sent; `None` while it was not.
    pub sent_at: Option<Timestamp>,
    /// When it was given up; `None` where it was not.
    pub given_up_at: Option<Timestamp>,
}

/// How an attempt came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// The mail server has taken the mail over.
    Accepted,
    /// The mail server never takes this mail.
    Refused,
    /// The mail server was not there, or does not take it now.
    Deferred,
}

/// Begins an attempt. Whoever else begins one at the same time meets a guard that no longer holds. A mail that is too
/// old is given up instead.
pub fn claim(mail: &QueuedMail, now: Timestamp) -> Change {
    if now >= mail.expires_at {
        return Change::GiveUpMail { id: mail.id, at: now };
    }
    Change::ClaimMail { id: mail.id, attempts: mail.attempts, until: now.plus_secs(CLAIM_SECS) }
}

/// What follows from an attempt. `jitter` is a random number, by which mails that failed together are not tried together
/// again. A mail whose next attempt would come too late is given up.
///
/// ```
/// use countersign_core::change::Change;
/// use countersign_core::mail::{Attempt, MailKind, QueuedMail, after};
/// use countersign_core::session::Client;
/// use countersign_core::time::Timestamp;
///
/// let now = Timestamp::from_secs(1_700_000_000);
/// let mail = QueuedMail {
///     id: 1, kind: MailKind::PasswordChanged, to: "ada@example.com".to_owned(), token: None,
///     client: Client::default(), created_at: now, due_at: now, expires_at: now.plus_secs(86_400), attempts: 1,
///     sent_at: None, given_up_at: None,
/// };
/// assert_eq!(after(&mail, Attempt::Accepted, 0, now), Change::FinishMail { id: 1, at: now });
/// let due_at = now.plus_secs(5);
/// assert_eq!(after(&mail, Attempt::Deferred, 0, now), Change::RetryMail { id: 1, attempts: 1, due_at });
/// ```
pub fn after(mail: &QueuedMail, attempt: Attempt, jitter: u32, now: Timestamp) -> Change {
    let QueuedMail { id, attempts, .. } = *mail;
    match attempt {
        Attempt::Accepted => Change::FinishMail { id, at: now },
        Attempt::Refused => Change::GiveUpMail { id, at: now },
        Attempt::Deferred => {
            let due_at = now.plus_secs(wait_secs(attempts, jitter));
            if due_at >= mail.expires_at {
                Change::GiveUpMail { id, at: now }
            } else {
                Change::RetryMail { id, attempts, due_at }
            }
        }
    }
}

/// Doubled with each attempt, and up to half as much again by chance.
fn wait_secs(attempts: u32, jitter: u32) -> i64 {
    let doublings = attempts.saturating_sub(1).min(16);
    let wait = (FIRST_WAIT_SECS << doublings).min(LONGEST_WAIT_SECS);
    wait + i64::from(jitter) % (wait / 2 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::NOW;

    fn mail(attempts: u32, left_secs: i64) -> QueuedMail {
        QueuedMail {
            id: 3,
            kind: MailKind::ResetPassword,
            to: "ada@example.com".to_owned(),
            token: Some(SealedToken::stored("v1.…".to_owned())),
            client: Client::default(),
            created_at: NOW,
            due_at: NOW,
            expires_at: NOW.plus_secs(left_secs),
            attempts,
            sent_at: None,
            given_up_at: None,
        }
    }

    #[test]
    fn waits_double_up_to_an_hour_and_are_spread_by_half() {
        let waits: Vec<_> = (1..13).map(|attempts| wait_secs(attempts, 0)).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600]);
        for attempts in [1, 5, 12, u32::MAX] {
            let least = wait_secs(attempts, 0);
            let drawn: Vec<_> =
                [1, 77, 4_711, u32::MAX].into_iter().map(|jitter| wait_secs(attempts, jitter)).collect();
            assert!(drawn.iter().all(|wait| (least..=least + least / 2).contains(wait)), "{drawn:?}");
        }
        assert_ne!(wait_secs(9, 1), wait_secs(9, 500));
    }

    #[test]
    fn what_would_come_too_late_is_given_up() {
        let given_up = Change::GiveUpMail { id: 3, at: NOW };
        assert_eq!(claim(&mail(0, 0), NOW), given_up);
        assert_eq!(after(&mail(1, 5), Attempt::Deferred, 0, NOW), given_up);
        assert_eq!(after(&mail(1, 1_800), Attempt::Refused, 0, NOW), given_up);
        assert!(matches!(after(&mail(1, 6), Attempt::Deferred, 0, NOW), Change::RetryMail { .. }));
    }

    #[test]
    fn an_attempt_is_claimed_for_longer_than_it_takes() {
        let until = NOW.plus_secs(120);
        assert_eq!(claim(&mail(2, 1_800), NOW), Change::ClaimMail { id: 3, attempts: 2, until });
    }
}
