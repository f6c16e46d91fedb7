//! Mails that anybody asks for by an address: to reset a password, to verify the address.

use super::{Occasion, RecentMails};
use crate::account::{Account, AccountStatus};
use crate::change::Change;
use crate::decision::Decision;
use crate::email::Email;
use crate::event::Event;
use crate::field::Field;
use crate::rejection::{Code, Fault};
use crate::throttle::FromAddress;
use crate::time::Timestamp;
use crate::token::{ActionPurpose, MailedToken};

/// Reads the address that a mail is asked for.
///
/// # Errors
/// One fault of the field `email`.
pub fn parse(email: &Field<'_>) -> Result<Email, Vec<Fault>> {
    email.required("email").and_then(Email::parse).map_err(|fault| vec![fault])
}

/// What the store says of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requested {
    /// The account that has it; `None` where it is nobody's.
    pub account: Option<Account>,
    /// The mails with a token that count for it at the moment.
    pub recent: RecentMails,
    /// The mails that were asked for from where this one is.
    pub from_address: FromAddress,
}

/// Decides whether a mail is sent. The answer is the same in any case, and so is the work: a mail to nobody is written and
/// taken back in the transaction that counts it, so that neither says whether the address is anybody's. Past a limit the log
/// alone is told.
///
/// ```
/// use countersign_core::change::Change;
/// use countersign_core::email::Email;
/// use countersign_core::mail::{RecentMails, Requested, request};
/// use countersign_core::secret::Secret;
/// use countersign_core::throttle::FromAddress;
/// use countersign_core::time::Timestamp;
/// use countersign_core::token::{ActionEntropy, ActionPurpose, MailKey};
///
/// let now = Timestamp::from_secs(1_700_000_000);
/// let entropy = ActionEntropy { token: Secret::new([1; 32]), nonce: [2; 24] };
/// let to = Email::parse("nobody@example.com").unwrap();
/// let token = MailKey::new(&[7; 32]).mail(ActionPurpose::ResetPassword, to, &entropy, now).unwrap();
///
/// let requested = |all| Requested {
///     account: None,
///     recent: RecentMails { all, ..RecentMails::default() },
///     from_address: FromAddress::default(),
/// };
/// let decision = request(&requested(2), token.clone(), now);
/// assert!(matches!(decision.changes[..], [.., Change::RehearseMail(_)]));
/// let decision = request(&requested(3), token, now);
/// assert_eq!(decision.changes, []);
/// ```
pub fn request(standing: &Requested, token: MailedToken, now: Timestamp) -> Decision<()> {
    let account = standing.account.as_ref();
    let user = account.map(|account| account.id);
    let purpose = token.purpose;
    let occasion = match purpose {
        ActionPurpose::VerifyEmail => Occasion::Resend,
        ActionPurpose::ResetPassword => Occasion::Forgotten,
    };
    let may_ask = standing.from_address.wait_secs(now).is_none();
    let counted = standing.recent.count(occasion, &token.to, now).filter(|_| may_ask);
    let Some(counted) = counted else {
        return Decision::grant(()).with_event(Event::MailWithheld { user, code: Code::TooManyAttempts });
    };
    let wants_it = |account: &&Account| {
        let is_wanted = match purpose {
            ActionPurpose::VerifyEmail => !account.email_verified,
            ActionPurpose::ResetPassword => true,
        };
        is_wanted && account.status == AccountStatus::Active && account.email == token.to.as_str()
    };
    let is_mailed = account.filter(wants_it).is_some();
    let token = Box::new(token);
    Decision::grant(())
        .with_changes(counted)
        .with_changes(standing.from_address.count(now))
        .with_change(if is_mailed { Change::MailToken(token) } else { Change::RehearseMail(token) })
        .with_event(match purpose {
            ActionPurpose::VerifyEmail => Event::VerificationRequested { user },
            ActionPurpose::ResetPassword => Event::PasswordResetRequested { user },
        })
}

#[cfg(test)]
#[cfg(feature = "sign")]
mod tests {
    use super::*;
    use crate::network::Network;
    use crate::samples::{NOW, account, mailed_token};
    use crate::throttle::{GuessSubject, Guesses};

    const RESET: ActionPurpose = ActionPurpose::ResetPassword;
    const VERIFY: ActionPurpose = ActionPurpose::VerifyEmail;

    fn asked(account: Option<Account>, recent: RecentMails, purpose: ActionPurpose) -> Vec<Change> {
        let standing = Requested { account, recent, from_address: FromAddress::default() };
        let decision = request(&standing, mailed_token(purpose), NOW);
        assert_eq!(decision.outcome, Ok(()));
        decision.changes
    }

    fn is_sent(account: Account, purpose: ActionPurpose) -> bool {
        let changes = asked(Some(account), RecentMails::default(), purpose);
        let [Change::CountGuess { .. }, Change::CountGuess { .. }, mail] = &changes[..] else {
            panic!("{changes:?}")
        };
        match mail {
            Change::MailToken(token) => *token == Box::new(mailed_token(purpose)),
            Change::RehearseMail(_) => false,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_an_account_in_use_is_written_to() {
        for purpose in [VERIFY, RESET] {
            assert!(is_sent(account(), purpose));
            for status in [AccountStatus::Suspended, AccountStatus::Deleted] {
                assert!(!is_sent(Account { status, ..account() }, purpose));
            }
        }
        let verified = Account { email_verified: true, ..account() };
        assert!(!is_sent(verified.clone(), VERIFY));
        assert!(is_sent(verified, RESET));
    }

    #[test]
    fn past_the_limit_nobody_is_written_to() {
        for account in [Some(account()), Some(Account { email_verified: true, ..account() }), None] {
            let is_counted = |all, resends, live_resets, purpose| {
                let recent = RecentMails { all, resends, live_resets };
                !asked(account.clone(), recent, purpose).is_empty()
            };
            for (all, resends, live_resets, reset, verify) in [
                (1, 0, 1, true, true),
                (1, 1, 0, true, false),
                (2, 0, 0, true, false),
                (2, 1, 1, false, false),
                (2, 0, 2, false, false),
                (3, 0, 0, false, false),
            ] {
                let recent = (all, resends, live_resets);
                assert_eq!(is_counted(all, resends, live_resets, RESET), reset, "{recent:?}");
                assert_eq!(is_counted(all, resends, live_resets, VERIFY), verify, "{recent:?}");
            }
        }
    }

    #[test]
    fn the_last_mail_is_counted_under_the_guard_that_no_reset_is_alive() {
        let counted = |all| {
            let changes = asked(None, RecentMails { all, ..RecentMails::default() }, RESET);
            let guard = |change: &Change| match change {
                Change::CountGuess { subject, limit, at: NOW, window_start } => {
                    Some((subject.clone(), *limit, NOW.secs_since(*window_start)))
                }
                _ => None,
            };
            changes.iter().filter_map(guard).collect::<Vec<_>>()
        };
        let (mails, resets) =
            (GuessSubject::of_mails_to("ada@example.com"), GuessSubject::of_reset("ada@example.com"));
        assert_eq!(counted(1), [(mails.clone(), 2, 3_600), (resets.clone(), 3, 3_600)]);
        assert_eq!(counted(2), [(mails, 3, 3_600), (resets, 1, 1_800)]);
    }

    #[test]
    fn past_the_limit_of_those_who_ask_nothing_is_counted_and_the_log_alone_is_told() {
        let network = Network::parse("2001:db8::1").unwrap();
        for account in [Some(account()), Some(Account { email_verified: true, ..account() }), None] {
            for purpose in [VERIFY, RESET] {
                let asked = |count| {
                    let mails = Guesses { count, oldest: Some(NOW.plus_secs(-600)) };
                    let standing = Requested {
                        account: account.clone(),
                        recent: RecentMails::default(),
                        from_address: FromAddress::of_mails(network, mails),
                    };
                    let decision = request(&standing, mailed_token(purpose), NOW);
                    assert_eq!(decision.outcome, Ok(()));
                    (decision.changes, decision.events)
                };
                let (changes, _) = asked(99);
                let (subject, window_start) = (GuessSubject::MailsFrom(network), Guesses::window_start(NOW));
                let counted = Change::CountGuess { subject, limit: 100, at: NOW, window_start };
                assert!(changes.contains(&counted), "{changes:?}");
                let (changes, events) = asked(100);
                assert_eq!(changes, []);
                assert!(!events.is_empty() && events.iter().all(|event| !event.is_audited()), "{events:?}");
            }
        }
    }

    #[test]
    fn whose_address_it_is_makes_no_difference_to_the_count() {
        for purpose in [VERIFY, RESET] {
            let counted = |account| {
                let mut changes = asked(account, RecentMails::default(), purpose);
                changes.truncate(2);
                changes
            };
            assert_eq!(counted(None), counted(Some(account())));
        }
    }

    #[test]
    fn what_is_no_address_is_told() {
        for (text, code) in [("", Code::Required), ("ada", Code::InvalidFormat)] {
            assert_eq!(parse(&text.into()).unwrap_err()[0].code, code);
        }
        let email = parse(&"Ada@Example.com".into()).unwrap();
        assert_eq!(email.as_str(), "ada@example.com");
    }
}
