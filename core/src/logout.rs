//! Log-out: of one session or of all.

use crate::account::AccountStatus;
use crate::authenticate::SessionWithAccount;
use crate::change::Change;
use crate::decision::Decision;
use crate::event::Event;
use crate::id::UserId;
use crate::refresh::Shown;
use crate::rejection::{Code, Rejection};
use crate::session::Session;
use crate::time::Timestamp;

/// Decides a log-out by a token of the session: an access token, expired or not, or any of its refresh tokens.
/// `found` is what the store holds under it, `None` where it holds none.
///
/// ```
/// use countersign_core::id::SessionId;
/// use countersign_core::logout;
/// use countersign_core::refresh::Shown;
/// use countersign_core::rejection::Code;
/// use countersign_core::time::Timestamp;
/// use countersign_core::token::RefreshToken;
///
/// let token = RefreshToken { session: SessionId::from_bytes([1; 16]), number: 0 };
/// let decision = logout::decide(&Shown::RefreshToken(token), None, Timestamp::from_secs(1_700_000_000));
/// assert_eq!(decision.outcome.map_err(|rejection| rejection.code), Err(Code::SessionEnded));
/// ```
pub fn decide(shown: &Shown, found: Option<&SessionWithAccount>, now: Timestamp) -> Decision<()> {
    let alive = |found: &&SessionWithAccount| {
        shown.belongs_to(&found.session)
            && !found.session.is_over(now)
            && found.account.status == AccountStatus::Active
    };
    match found.filter(alive) {
        Some(SessionWithAccount { session, .. }) => Decision::grant(())
            .with_change(Change::EndSession { session: session.id })
            .with_event(Event::LoggedOut { user: session.user }),
        None => Decision::refuse(Rejection::of(Code::SessionEnded)),
    }
}

/// Decides a log-out from every session.
///
/// ```
/// use countersign_core::change::Change;
/// use countersign_core::id::UserId;
/// use countersign_core::logout;
///
/// let user = UserId::new(7);
/// assert_eq!(logout::decide_everywhere(user).changes, [Change::EndSessions { user, except: None }]);
/// ```
pub fn decide_everywhere(user: UserId) -> Decision<()> {
    Decision::grant(())
        .with_change(Change::EndSessions { user, except: None })
        .with_event(Event::LoggedOut { user })
}

/// Decides the end of one session for the user who asks. `session` is what the store holds under the id they gave, `None`
/// where it holds none. Another's session is answered as one that is not there, and so is one that is over.
///
/// ```
/// use countersign_core::id::UserId;
/// use countersign_core::logout;
/// use countersign_core::rejection::Code;
/// use countersign_core::time::Timestamp;
///
/// let decision = logout::decide_one(UserId::new(7), None, Timestamp::from_secs(1_700_000_000));
/// assert_eq!(decision.outcome.map_err(|rejection| rejection.code), Err(Code::SessionNotFound));
/// ```
pub fn decide_one(user: UserId, session: Option<&Session>, now: Timestamp) -> Decision<()> {
    match session.filter(|session| session.user == user && !session.is_over(now)) {
        Some(session) => Decision::grant(())
            .with_change(Change::EndSession { session: session.id })
            .with_event(Event::LoggedOut { user }),
        None => Decision::refuse(Rejection::of(Code::SessionNotFound)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Account;
    use crate::id::SessionId;
    use crate::samples::{NOW, account, session};
    use crate::token::RefreshToken;

    #[test]
    fn any_refresh_token_of_a_live_session_ends_it_and_no_other_does() {
        let found =
            |status| SessionWithAccount { session: session(), account: Account { status, ..account() } };
        let shown = |id: SessionId| Shown::RefreshToken(RefreshToken { session: id, number: 9 });
        let ended = |shown: &Shown, found: &SessionWithAccount, now| {
            decide(shown, Some(found), now).changes == [Change::EndSession { session: session().id }]
        };
        let active = found(AccountStatus::Active);
        assert!(ended(&shown(session().id), &active, NOW));
        assert!(!ended(&shown(SessionId::from_bytes([9; 16])), &active, NOW));
        assert!(!ended(&shown(session().id), &active, session().expires_at));
        // The sessions of a deleted user are kept, and have ended all the same.
        assert!(!ended(&shown(session().id), &found(AccountStatus::Deleted), NOW));
    }

    #[test]
    fn a_session_is_ended_by_its_owner_and_while_it_lasts() {
        let ended = |user, now| !decide_one(user, Some(&session()), now).changes.is_empty();
        assert!(ended(session().user, NOW));
        assert!(!ended(UserId::new(8), NOW));
        assert!(!ended(session().user, session().expires_at));
    }
}
