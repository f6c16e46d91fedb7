//! Verifying an e-mail address by the token that was mailed to it.

use crate::change::Change;
use crate::decision::Decision;
use crate::event::Event;
use crate::field::Field;
use crate::rejection::{Code, Fault, Rejection};
use crate::secret::TokenDigest;
use crate::throttle::FromAddress;
use crate::time::Timestamp;
use crate::token::{ActionPurpose, ActionStanding};

/// Reads the token. Only presence and JSON type are asked: a text that could be no token is just a wrong one.
///
/// # Errors
/// One fault of the field `token`.
pub fn parse(token: &Field<'_>) -> Result<TokenDigest, Vec<Fault>> {
    token.required("token").map(|text| TokenDigest::of(text.as_bytes())).map_err(|fault| vec![fault])
}

/// Decides what a token of this purpose does. `standing` is what the store knows of it, `None` where that is nothing. It
/// confirms the address that it was mailed to and no other, so one that was mailed before the address was changed does
/// nothing.
///
/// ```
/// use countersign_core::rejection::Code;
/// use countersign_core::throttle::FromAddress;
/// use countersign_core::time::Timestamp;
/// use countersign_core::verify_email;
///
/// let decision = verify_email::decide(None, &FromAddress::default(), Timestamp::from_secs(0));
/// assert_eq!(decision.outcome.map_err(|rejection| rejection.code), Err(Code::InvalidToken));
/// ```
pub fn decide(standing: Option<&ActionStanding>, from_address: &FromAddress, now: Timestamp) -> Decision<()> {
    const PURPOSE: ActionPurpose = ActionPurpose::VerifyEmail;
    counted(from_address, now, || {
        let found = standing.and_then(|standing| Some((standing, standing.opens(PURPOSE, now)?)));
        let Some((standing, account)) = found else { return refuse(Rejection::of(Code::InvalidToken)) };
        let (user, email) = (account.id, account.email.clone());
        Decision::grant(())
            .with_change(Change::SpendActionToken {
                digest: standing.token.digest,
                purpose: PURPOSE,
                at: now,
            })
            .with_change(Change::VerifyEmail { user, email, at: now })
            .with_event(Event::EmailVerified { user })
    })
}

/// Counts a token on the address that shows it, unless nothing is looked at from there any more.
pub(crate) fn counted<T>(
    from_address: &FromAddress,
    now: Timestamp,
    decide: impl FnOnce() -> Decision<T>,
) -> Decision<T> {
    if let Some(secs) = from_address.wait_secs(now) {
        return refuse(Rejection::retry_after(Code::TooManyAttempts, secs));
    }
    let decision = decide();
    let is_wrong = decision.outcome.as_ref().is_err_and(|rejection| rejection.code == Code::InvalidToken);
    let changes = if is_wrong { from_address.count(now) } else { from_address.right(now) };
    decision.with_changes(changes)
}

/// Refuses a token.
pub(crate) fn refuse<T>(rejection: Rejection) -> Decision<T> {
    let code = rejection.code;
    Decision::refuse(rejection).with_event(Event::ActionTokenRefused { code })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{NOW, account, action_standing, counted_on_address, from_address};

    #[test]
    fn the_token_is_spent_with_what_it_buys() {
        let standing = action_standing(ActionPurpose::VerifyEmail);
        let decision = decide(Some(&standing), &FromAddress::default(), NOW);
        assert_eq!(decision.outcome, Ok(()));
        let (digest, user) = (standing.token.digest, account().id);
        assert_eq!(
            decision.changes,
            [
                Change::SpendActionToken { digest, purpose: ActionPurpose::VerifyEmail, at: NOW },
                Change::VerifyEmail { user, email: account().email, at: NOW },
            ]
        );
    }

    #[test]
    fn a_token_for_something_else_does_nothing() {
        let standing = action_standing(ActionPurpose::ResetPassword);
        let decision = decide(Some(&standing), &FromAddress::default(), NOW);
        assert_eq!(decision.outcome, Err(Rejection::of(Code::InvalidToken)));
        assert_eq!(decision.changes, []);
    }

    #[test]
    fn a_wrong_token_stays_counted_on_its_address_and_a_right_one_is_only_held_to_the_limit() {
        let standing = action_standing(ActionPurpose::VerifyEmail);
        let decided = |standing, guesses| decide(standing, &from_address(guesses), NOW);
        let [count, take_back] = counted_on_address();
        assert_eq!(decided(None, 99).changes, std::slice::from_ref(&count));
        let right = decided(Some(&standing), 99);
        assert_eq!((right.outcome, &right.changes[2..]), (Ok(()), &[count, take_back][..]));
        for standing in [None, Some(&standing)] {
            let refused = decided(standing, 100);
            assert_eq!(refused.outcome, Err(Rejection::retry_after(Code::TooManyAttempts, 3_000)));
            assert_eq!(refused.changes, [], "nothing was looked at");
        }
    }
}
