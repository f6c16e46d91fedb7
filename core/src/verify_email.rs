//! Verifying an e-mail address by the token that was mailed to it.

use crate::change::Change;
use crate::decision::Decision;
use crate::event::Event;
use crate::field::Field;
use crate::rejection::{Code, Fault, Rejection};
use crate::secret::TokenDigest;
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
/// use countersign_core::time::Timestamp;
/// use countersign_core::verify_email;
///
/// let decision = verify_email::decide(None, Timestamp::from_secs(0));
/// assert_eq!(decision.outcome.map_err(|rejection| rejection.code), Err(Code::InvalidToken));
/// ```
pub fn decide(standing: Option<&ActionStanding>, now: Timestamp) -> Decision<()> {
    const PURPOSE: ActionPurpose = ActionPurpose::VerifyEmail;
    let found = standing.and_then(|standing| Some((standing, standing.opens(PURPOSE, now)?)));
    let Some((standing, account)) = found else { return refuse() };
    let (user, email) = (account.id, account.email.clone());
    Decision::grant(())
        .with_change(Change::SpendActionToken { digest: standing.token.digest, purpose: PURPOSE, at: now })
        .with_change(Change::VerifyEmail { user, email, at: now })
        .with_event(Event::EmailVerified { user })
}

/// Refuses a token, whatever is wrong with it.
pub(crate) fn refuse<T>() -> Decision<T> {
    let code = Code::InvalidToken;
    Decision::refuse(Rejection::of(code)).with_event(Event::ActionTokenRefused { code })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{NOW, account, action_standing};

    #[test]
    fn the_token_is_spent_with_what_it_buys() {
        let standing = action_standing(ActionPurpose::VerifyEmail);
        let decision = decide(Some(&standing), NOW);
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
        let decision = decide(Some(&action_standing(ActionPurpose::ResetPassword)), NOW);
        assert_eq!(decision.outcome, Err(Rejection::of(Code::InvalidToken)));
        assert_eq!(decision.changes, []);
    }
}
