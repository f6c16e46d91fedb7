//! Another password by the token that was mailed to the account's address.
//!
//! Who has the token reads the mails of the address, so the address is verified with it. All sessions and devices are at an
//! end: the reason for a reset may be that somebody else has them. A second factor stays, unless it was turned on while
//! nobody had shown that the address was theirs: then it may be one by which a stranger who registered first keeps the
//! owner out.
//!
//! Wrong log-ins stay counted, which only a finished log-in changes. While strangers keep using up the account's
//! guesses, its owner gets in all the same: a reset answers a `device_token`, which has a count of its own. Only guesses
//! in a row are counted anew, since they were guesses at another password; those at codes too, for which there is no
//! other way out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::account::Account;
use crate::change::Change;
use crate::decision::Decision;
use crate::event::Event;
use crate::field::Field;
use crate::mail::Notice;
use crate::mfa::StoredFactor;
use crate::password::{Password, PasswordContext, PasswordHash};
use crate::rejection::{Code, Fault, Rejection};
use crate::secret::{Secret, TokenDigest};
use crate::throttle::{FromAddress, GuessSubject};
use crate::time::Timestamp;
use crate::token::{ActionPurpose, ActionStanding};
use crate::verify_email;

/// The fields of a reset as they came.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is named as the request names it")]
pub struct ResetForm<'a> {
    pub token: Field<'a>,
    pub password: Field<'a>,
}

/// A reset of which all is there.
///
/// ```
/// use countersign_core::rejection::Code;
/// use countersign_core::reset::{Reset, ResetForm};
///
/// let form = ResetForm { token: "3kTf…".into(), ..ResetForm::default() };
/// let faults = Reset::parse(&form).unwrap_err();
/// assert_eq!((faults[0].field.as_ref(), faults[0].code), ("password", Code::Required));
/// ```
#[derive(Debug, Clone)]
pub struct Reset {
    /// Of the token. A text that could be no token is just a wrong one.
    pub digest: TokenDigest,
    /// As it was typed. What it is held to is known once the token has said whose it is.
    password: Secret<String>,
}

impl Reset {
    /// Reads a form.
    ///
    /// # Errors
    /// Every field that is missing or no text.
    pub fn parse(form: &ResetForm<'_>) -> Result<Self, Vec<Fault>> {
        let password = form.password.required("password").map(|text| Secret::new(text.to_owned()));
        match (verify_email::parse(&form.token), password) {
            (Ok(digest), Ok(password)) => Ok(Self { digest, password }),
            (token, password) => Err(token.err().into_iter().flatten().chain(password.err()).collect()),
        }
    }
}

/// What the store says of a reset.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The token and its account.
    pub action: ActionStanding,
    /// The account's second factor, on or not; `None` where there is none.
    pub factor: Option<StoredFactor>,
}

/// The password that a reset asks for, judged as at the registration. The host asks before it spends the hash; a token
/// whose password is refused stays good. `standing` is `None` where the store knows no such token.
pub fn check(
    reset: &Reset,
    standing: Option<&Standing>,
    from_address: &FromAddress,
    password_min_length: u16,
    now: Timestamp,
) -> Decision<Password> {
    verify_email::counted(from_address, now, || {
        let Some(account) = opened(standing, now) else { return refuse() };
        let context = PasswordContext {
            min_length: password_min_length,
            username: account.username.as_deref(),
            email: Some(&account.email),
        };
        match Password::parse(reset.password.expose(), context) {
            Ok(password) => Decision::grant(password),
            Err(fault) => Decision::refuse(Rejection::validation(vec![fault])),
        }
    })
}

/// What a reset gives.
#[derive(Debug, Clone)]
pub struct Done {
    /// Tells the owner's device at the next log-in.
    pub device_token: Secret<String>,
}

/// Decides a reset, of which `to` is the hash of the password. `device` are the random bytes that the device token is made
/// of.
pub fn decide(
    standing: Option<&Standing>,
    from_address: &FromAddress,
    to: &PasswordHash,
    device: &Secret<[u8; 32]>,
    now: Timestamp,
) -> Decision<Done> {
    verify_email::counted(from_address, now, || {
        let found = standing.and_then(|standing| Some((standing, opened(Some(standing), now)?)));
        found.map_or_else(refuse, |(standing, account)| granted(standing, account, to, device, now))
    })
}

fn granted(
    standing: &Standing,
    account: &Account,
    to: &PasswordHash,
    device: &Secret<[u8; 32]>,
    now: Timestamp,
) -> Decision<Done> {
    let user = account.id;
    let device_token = Secret::new(URL_SAFE_NO_PAD.encode(device.expose()));
    let device = TokenDigest::of(device_token.expose().as_bytes());
    let (digest, purpose) = (standing.action.token.digest, ActionPurpose::ResetPassword);
    let (from, email) = (account.password_hash.clone(), account.email.clone());
    let in_a_row = [GuessSubject::Account(user), GuessSubject::SecondFactor(user)];
    let mut decision = Decision::grant(Done { device_token })
        .with_change(Change::SpendActionToken { digest, purpose, at: now })
        .with_change(Change::VerifyEmail { user, email, at: now })
        .with_change(Change::SetPassword { user, from, to: to.clone(), except: None, at: now })
        .with_change(Change::RemoveUnverifiedFactor { user, at: now })
        .with_change(Change::RememberDevice { digest: device, user, at: now })
        .with_changes(in_a_row.map(|subject| Change::ClearGuesses { subject: subject.in_a_row() }))
        .with_change(Change::Notify { user, notice: Notice::PasswordReset, at: now })
        .with_event(Event::PasswordReset { user });
    if !account.email_verified {
        decision = decision.with_event(Event::EmailVerified { user });
    }
    if standing.factor.as_ref().is_some_and(StoredFactor::may_be_a_strangers) {
        decision = decision
            .with_change(Change::Notify { user, notice: Notice::SecondFactorDisabled, at: now })
            .with_event(Event::SecondFactorDisabled { user });
    }
    decision
}

fn refuse<T>() -> Decision<T> {
    verify_email::refuse(Rejection::of(Code::InvalidToken))
}

fn opened(standing: Option<&Standing>, now: Timestamp) -> Option<&Account> {
    standing?.action.opens(ActionPurpose::ResetPassword, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::Argon2Cost;
    use crate::samples::{NOW, account, action_standing, counted_on_address, factor, from_address};

    fn standing(factor: Option<StoredFactor>) -> Standing {
        Standing { action: action_standing(ActionPurpose::ResetPassword), factor }
    }

    fn reset(password: &str) -> Reset {
        Reset::parse(&ResetForm { token: "token".into(), password: password.into() }).unwrap()
    }

    fn checked(password: &str, standing: Option<&Standing>) -> Result<Password, Rejection> {
        check(&reset(password), standing, &FromAddress::default(), 8, NOW).outcome
    }

    fn decided(standing: Option<&Standing>, now: Timestamp) -> Decision<Done> {
        let to = PasswordHash::decoy(Argon2Cost::new(8, 1, 1).unwrap());
        decide(standing, &FromAddress::default(), &to, &Secret::new([5; 32]), now)
    }

    fn set_while(address_verified: bool) -> Option<StoredFactor> {
        Some(StoredFactor { address_verified, ..factor(true).stored })
    }

    #[test]
    fn the_new_password_is_judged_as_at_the_registration() {
        let code = |password| checked(password, Some(&standing(None))).map_err(|it| it.faults[0].code).err();
        assert_eq!(code("a new password"), None);
        assert_eq!(code("short"), Some(Code::TooShort));
        assert_eq!(code("Ada@Example.com"), Some(Code::PasswordIsIdentity));
        assert_eq!(code("password"), Some(Code::PasswordTooCommon));
    }

    #[test]
    fn without_a_good_token_nothing_is_told_of_the_password() {
        for password in ["a new password", "short"] {
            assert_eq!(checked(password, None).map_err(|it| it.code).err(), Some(Code::InvalidToken));
        }
        let other = Standing { action: action_standing(ActionPurpose::VerifyEmail), ..standing(None) };
        for standing in [None, Some(&other)] {
            let decision = decided(standing, NOW);
            assert_eq!(decision.outcome.map_err(|it| it.code).err(), Some(Code::InvalidToken));
            assert_eq!(decision.changes, []);
        }
        let later = decided(Some(&standing(None)), NOW.plus_secs(1_800));
        assert!(later.outcome.is_err(), "half an hour is over");
    }

    #[test]
    fn a_token_is_counted_on_its_address_whether_or_not_its_password_is_refused() {
        let [count, take_back] = counted_on_address();
        let checked = |password: &str, standing, guesses| {
            check(&reset(password), standing, &from_address(guesses), 8, NOW)
        };
        let standing = standing(None);
        assert_eq!(checked("a new password", None, 99).changes, std::slice::from_ref(&count));
        for password in ["a new password", "short"] {
            let right = checked(password, Some(&standing), 99);
            assert_eq!(right.changes, [count.clone(), take_back.clone()], "{password}");
            let refused = checked(password, Some(&standing), 100);
            assert_eq!(refused.outcome.unwrap_err(), Rejection::retry_after(Code::TooManyAttempts, 3_000));
        }
        let to = PasswordHash::decoy(Argon2Cost::new(8, 1, 1).unwrap());
        let decided =
            |guesses| decide(Some(&standing), &from_address(guesses), &to, &Secret::new([5; 32]), NOW);
        assert_eq!(decided(99).changes.last(), Some(&take_back));
        assert_eq!(decided(100).changes, []);
    }

    #[test]
    fn all_that_a_reset_does_is_one_decision() {
        let standing = standing(None);
        let decision = decided(Some(&standing), NOW);
        let device_token = decision.outcome.unwrap().device_token;
        let (user, at) = (account().id, NOW);
        let to = PasswordHash::decoy(Argon2Cost::new(8, 1, 1).unwrap());
        assert_eq!(
            decision.changes,
            [
                Change::SpendActionToken {
                    digest: standing.action.token.digest,
                    purpose: ActionPurpose::ResetPassword,
                    at
                },
                Change::VerifyEmail { user, email: account().email, at },
                Change::SetPassword { user, from: account().password_hash, to, except: None, at },
                Change::RemoveUnverifiedFactor { user, at },
                Change::RememberDevice {
                    digest: TokenDigest::of(device_token.expose().as_bytes()),
                    user,
                    at
                },
                Change::ClearGuesses { subject: GuessSubject::Account(user).in_a_row() },
                Change::ClearGuesses { subject: GuessSubject::SecondFactor(user).in_a_row() },
                Change::Notify { user, notice: Notice::PasswordReset, at },
            ]
        );
    }

    #[test]
    fn only_a_factor_that_may_be_a_strangers_is_told_to_be_gone() {
        let told = |factor| {
            let decision = decided(Some(&standing(factor)), NOW);
            decision.events.contains(&Event::SecondFactorDisabled { user: account().id })
        };
        assert!(told(set_while(false)));
        assert!(!told(set_while(true)));
        assert!(!told(None));
        let waiting = StoredFactor { address_verified: false, ..factor(false).stored };
        assert!(!told(Some(waiting)));
    }
}
