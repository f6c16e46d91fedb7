//! Mails that anybody asks for by an address: to reset a password, to verify the address.

use super::{RecentMails, window_start};
use crate::account::{Account, AccountStatus};
use crate::change::Change;
use crate::decision::Decision;
use crate::email::Email;
use crate::event::Event;
use crate::field::Field;
use crate::rejection::{Code, Fault};
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
}

/// Decides whether a mail is sent. The answer is the same in any case, and so is the work: a mail to nobody is written and
/// taken back in the transaction that counts it, so that neither says whether the address is anybody's.
///
/// ```
/// use countersign_core::change::Change;
/// use countersign_core::email::Email;
/// use countersign_core::mail::{RecentMails, Requested, request};
/// use countersign_core::secret::Secret;
/// use countersign_core::time::Timestamp;
/// use countersign_core::token::{ActionEntropy, ActionPurpose, MailKey};
///
/// let now = Timestamp::from_secs(1_700_000_000);
/// let entropy = ActionEntropy { token: Secret::new([1; 32]), nonce: [2; 24] };
/// let to = Email::parse("nobody@example.com").unwrap();
/// let token = MailKey::new(&[7; 32]).mail(ActionPurpose::ResetPassword, to, &entropy, now).unwrap();
///
/// let requested = |all| Requested { account: None, recent: RecentMails { all, verifications: 0 } };
/// let decision = request(&requested(2), token.clone(), now);
/// assert!(matches!(decision.changes[..], [Change::CountMail { .. }, Change::RehearseMail(_)]));
/// let decision = request(&requested(3), token, now);
/// assert_eq!(decision.changes, []);
/// ```
pub fn request(standing: &Requested, token: MailedToken, now: Timestamp) -> Decision<()> {
    let account = standing.account.as_ref();
    let user = account.map(|account| account.id);
    let purpose = token.purpose;
    if !standing.recent.allow(purpose) {
        return Decision::grant(()).with_event(Event::MailWithheld { user, code: Code::TooManyAttempts });
    }
    let wants_it = |account: &&Account| {
        let is_wanted = match purpose {
            ActionPurpose::VerifyEmail => !account.email_verified,
            ActionPurpose::ResetPassword => true,
        };
        is_wanted && account.status == AccountStatus::Active && account.email == token.to.as_str()
    };
    let counted =
        Change::CountMail { purpose, to: token.to.clone(), at: now, window_start: window_start(now) };
    let is_mailed = account.filter(wants_it).is_some();
    let token = Box::new(token);
    Decision::grant(())
        .with_change(counted)
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
    use crate::samples::{NOW, account, mailed_token};

    fn asked(account: Option<Account>, recent: RecentMails, purpose: ActionPurpose) -> Vec<Change> {
        let decision = request(&Requested { account, recent }, mailed_token(purpose), NOW);
        assert_eq!(decision.outcome, Ok(()));
        decision.changes
    }

    fn is_sent(account: Account, purpose: ActionPurpose) -> bool {
        let changes = asked(Some(account), RecentMails::default(), purpose);
        let [Change::CountMail { .. }, mail] = &changes[..] else { panic!("{changes:?}") };
        match mail {
            Change::MailToken(token) => *token == Box::new(mailed_token(purpose)),
            Change::RehearseMail(_) => false,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_an_account_in_use_is_written_to() {
        for purpose in [ActionPurpose::VerifyEmail, ActionPurpose::ResetPassword] {
            assert!(is_sent(account(), purpose));
            for status in [AccountStatus::Suspended, AccountStatus::Deleted] {
                assert!(!is_sent(Account { status, ..account() }, purpose));
            }
        }
        let verified = Account { email_verified: true, ..account() };
        assert!(!is_sent(verified.clone(), ActionPurpose::VerifyEmail));
        assert!(is_sent(verified, ActionPurpose::ResetPassword));
    }

    #[test]
    fn past_the_limit_nobody_is_written_to() {
        for account in [Some(account()), None] {
            for purpose in [ActionPurpose::VerifyEmail, ActionPurpose::ResetPassword] {
                let resets = |all| RecentMails { all, verifications: 0 };
                assert_eq!(asked(account.clone(), resets(2), purpose).len(), 2);
                assert_eq!(asked(account.clone(), resets(3), purpose), []);
            }
        }
    }

    #[test]
    fn no_number_of_requests_to_verify_an_address_withholds_a_reset() {
        for account in [Some(account()), Some(Account { email_verified: true, ..account() }), None] {
            let mut recent = RecentMails::default();
            for _ in 0..10 {
                let changes = asked(account.clone(), recent, ActionPurpose::VerifyEmail);
                if let [Change::CountMail { purpose, .. }, _] = &changes[..] {
                    assert_eq!(*purpose, ActionPurpose::VerifyEmail);
                    recent = RecentMails { all: recent.all + 1, verifications: recent.verifications + 1 };
                }
            }
            assert_eq!(recent, RecentMails { all: 2, verifications: 2 });
            assert_eq!(asked(account, recent, ActionPurpose::ResetPassword).len(), 2);
        }
    }

    #[test]
    fn whose_address_it_is_makes_no_difference_to_the_count() {
        for purpose in [ActionPurpose::VerifyEmail, ActionPurpose::ResetPassword] {
            let counted = |account| asked(account, RecentMails::default(), purpose).swap_remove(0);
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
