//! Proof that whoever holds a session is its owner, asked for before what a thief would do first: another
//! password, another e-mail address, another second factor (OWASP ASVS 5.0 V7.5.1).

use crate::account::{Account, AccountRole};
use crate::decision::Decision;
use crate::event::{Event, LoginFailure};
use crate::id::ApplicationId;
use crate::login::PasswordCheck;
use crate::policy::Policy;
use crate::rejection::{Code, Fault, Rejection};
use crate::session::Session;
use crate::throttle::{Guess, Tally};
use crate::time::Timestamp;

/// That the owner is there. Only this module makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof(());

/// The proof that a session itself gives: a log-in not long ago; `None` where that was too long ago.
///
/// ```
/// use countersign_core::policy::Policy;
/// use countersign_core::reauthenticate;
/// use countersign_core::time::Timestamp;
///
/// let policy = Policy { reauth_window_secs: 600, ..Policy::default() };
/// let logged_in = Timestamp::from_secs(1_700_000_000);
/// assert!(reauthenticate::by_auth_time(logged_in, &policy, logged_in.plus_secs(600)).is_some());
/// assert!(reauthenticate::by_auth_time(logged_in, &policy, logged_in.plus_secs(601)).is_none());
/// ```
pub fn by_auth_time(auth_time: Timestamp, policy: &Policy, now: Timestamp) -> Option<Proof> {
    let window_secs = i64::from(policy.reauth_window_secs);
    (window_secs == 0 || now.secs_since(auth_time) <= window_secs).then_some(Proof(()))
}

/// The proof that a checked password gives; `None` where it is another than the account's.
pub fn by_check(account: &Account, check: &PasswordCheck) -> Option<Proof> {
    // The hash may have been replaced while this one was being checked.
    (check.matches && check.checked == account.password_hash).then_some(Proof(()))
}

/// The proof that a session gives, or else a right `current_password`. An admin's session of another application
/// than `default` gives none: that application sees its tokens, and must not become admin by them.
///
/// # Errors
/// `reauthentication_required` where there is neither.
pub fn require(
    account: &Account,
    session: &Session,
    by_password: Option<Proof>,
    policy: &Policy,
    now: Timestamp,
) -> Result<Proof, Rejection> {
    let trusted =
        account.role != AccountRole::Admin || session.application == ApplicationId::default_application();
    by_password
        .or_else(|| by_auth_time(session.auth_time, policy, now).filter(|_| trusted))
        .ok_or_else(|| Rejection::of(Code::ReauthenticationRequired))
}

/// The guess that a password is which is shown in this session: it counts on the session, so that no stranger who guesses
/// at the log-in keeps the owner from the change that would end it.
pub fn guess(session: &Session) -> Guess {
    Guess::in_session(session.user, session.id)
}

/// Whether one more password may be looked at.
pub fn admit(account: &Account, guess: &Guess, tallies: &[Tally], now: Timestamp) -> Decision<()> {
    match guess.admit(tallies, now) {
        Ok(counted) => Decision::grant(()).with_changes(counted),
        Err(secs) => Decision::refuse(Rejection::retry_after(Code::TooManyAttempts, secs))
            .with_event(failed(account, LoginFailure::LockedOut)),
    }
}

/// Decides what the check of `current_password` came to. A right one takes its guess back; the others stay counted, on the
/// session for an hour, and in a row until a log-in is finished.
pub fn decide(account: &Account, guess: &Guess, check: &PasswordCheck) -> Decision<Proof> {
    if let Some(proof) = by_check(account, check) {
        return Decision::grant(proof).with_changes(guess.take_back());
    }
    let message = "This is not the current password.";
    let fault = Fault::new("current_password", Code::InvalidCurrentPassword, message);
    Decision::refuse(Rejection::validation(vec![fault]))
        .with_event(failed(account, LoginFailure::WrongPassword))
}

/// Nobody is kept out by it, so it is no failed log-in: somebody who is signed in does not know the password.
pub(crate) fn failed(account: &Account, reason: LoginFailure) -> Event {
    Event::ReauthenticationFailed { user: account.id, reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{NOW, account, session};

    #[test]
    fn an_application_does_not_become_admin_by_the_token_of_one() {
        let elsewhere = Session { application: ApplicationId::parse("app").unwrap(), ..session() };
        let admin = Account { role: AccountRole::Admin, ..account() };
        let policy = Policy::default();
        let asked = |account: &Account, session: &Session, by_password| {
            require(account, session, by_password, &policy, NOW).is_ok()
        };
        assert!(asked(&account(), &elsewhere, None));
        assert!(asked(&admin, &session(), None));
        assert!(!asked(&admin, &elsewhere, None));
        assert!(asked(&admin, &elsewhere, Some(Proof(()))));
    }
}
