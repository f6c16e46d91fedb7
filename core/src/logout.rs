//! Log-out: of one session or of all.

use crate::change::Change;
use crate::decision::Decision;
use crate::event::Event;
use crate::id::{SessionId, UserId};
use crate::refresh::Shown;
use crate::rejection::{Code, Rejection};
use crate::session::Session;
use crate::time::Timestamp;

/// Decides a log-out by a token of the session: an access token, expired or not, or any of its refresh tokens.
/// `session` is what the store holds under it, `None` where it holds none.
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
pub fn decide(shown: &Shown, session: Option<&Session>, now: Timestamp) -> Decision<()> {
    match session.filter(|session| shown.belongs_to(session) && !session.is_over(now)) {
        Some(session) => Decision::grant(())
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

/// Decides the end of the one session `id` for its owner. Another's session is answered as one that is not there.
///
/// ```
/// use countersign_core::id::UserId;
/// use countersign_core::logout;
/// use countersign_core::rejection::Code;
///
/// let decision = logout::decide_one(UserId::new(7), None);
/// assert_eq!(decision.outcome.map_err(|rejection| rejection.code), Err(Code::SessionNotFound));
/// ```
pub fn decide_one(user: UserId, session: Option<(SessionId, UserId)>) -> Decision<()> {
    match session.filter(|(_, owner)| *owner == user) {
        Some((session, _)) => Decision::grant(())
            .with_change(Change::EndSession { session })
            .with_event(Event::LoggedOut { user }),
        None => Decision::refuse(Rejection::of(Code::SessionNotFound)),
    }
}
