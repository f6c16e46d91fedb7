//! From a token whose signature holds to somebody whose session is alive.

use std::sync::Arc;

use crate::account::{Account, AccountStatus};
use crate::decision::Decision;
use crate::event::Event;
use crate::id::UserId;
use crate::rejection::{Code, Rejection};
use crate::session::Session;
use crate::time::Timestamp;
use crate::token::AccessClaims;

/// A stored session and its user's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionWithAccount {
    /// The session.
    pub session: Session,
    /// Its user's account.
    pub account: Account,
}

/// Somebody who may act. A clone is the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal(Arc<SessionWithAccount>);

impl Principal {
    /// Who.
    pub fn account(&self) -> &Account {
        &self.0.account
    }

    /// By which log-in.
    pub fn session(&self) -> &Session {
        &self.0.session
    }
}

/// What kind of route asks, since a user who is gone is answered in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// A profile route: that the user is gone is a fact about the profile (404).
    Profile,
    /// Any other route: the token is no longer good (401).
    Other,
}

/// Decides who a token's bearer is. `found` is what the store holds under the token's `sid`, `None` where it holds
/// nothing; what the claims say of it is only compared, never believed. The sessions of a deleted user are kept until
/// they are over or the user is restored, so that they can be told from those that were ended before.
pub fn decide(
    claims: &AccessClaims,
    found: Option<Arc<SessionWithAccount>>,
    asks: Asks,
    now: Timestamp,
) -> Decision<Principal> {
    let found = found.filter(|found| found.session.is_named_by(claims));
    judge(UserId::parse(&claims.subject), found, asks, now)
}

/// Decides whether somebody may still act who could when the request began. A body can take its time to arrive, a
/// password to be checked, and much may have been ended meanwhile. `found` is what the store holds now under the
/// principal's session, `None` where it holds nothing.
pub fn again(
    principal: &Principal,
    found: Option<Arc<SessionWithAccount>>,
    asks: Asks,
    now: Timestamp,
) -> Decision<Principal> {
    let before = principal.session();
    let found = found.filter(|found| found.session.id == before.id && found.session.user == before.user);
    judge(Some(before.user), found, asks, now)
}

fn judge(
    user: Option<UserId>,
    found: Option<Arc<SessionWithAccount>>,
    asks: Asks,
    now: Timestamp,
) -> Decision<Principal> {
    let refuse = |code| Decision::refuse(Rejection::of(code)).with_event(Event::AccessRefused { user, code });
    let Some(found) = found.filter(|found| !found.session.is_over(now)) else {
        return refuse(Code::SessionEnded);
    };
    match (found.account.status, asks) {
        (AccountStatus::Active, _) => Decision::grant(Principal(found)),
        (AccountStatus::Deleted, Asks::Profile) => refuse(Code::UserNotFound),
        (AccountStatus::Deleted | AccountStatus::Suspended, _) => refuse(Code::SessionEnded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ApplicationId, SessionId, TokenId};
    use crate::samples::{self, NOW};

    fn claims() -> AccessClaims {
        AccessClaims {
            issuer: "countersign".to_owned(),
            subject: "7".to_owned(),
            audience: "default".to_owned(),
            issued_at: NOW.plus_secs(-60),
            expires_at: NOW.plus_secs(60),
            token_id: TokenId::from_bytes([2; 16]),
            session_id: SessionId::from_bytes([1; 16]),
            auth_time: NOW.plus_secs(-60),
            amr: vec!["pwd".to_owned()],
            grants: None,
        }
    }

    fn code(
        claims: &AccessClaims,
        session: Option<Session>,
        status: AccountStatus,
        asks: Asks,
    ) -> Option<Code> {
        let account = Account { status, ..samples::account() };
        let found = session.map(|session| Arc::new(SessionWithAccount { session, account }));
        let decision = decide(claims, found, asks, NOW);
        assert_eq!(decision.changes, []);
        assert_eq!(decision.events.len(), usize::from(decision.outcome.is_err()));
        decision.outcome.err().map(|rejection| rejection.code)
    }

    #[test]
    fn a_live_session_of_an_active_account_may_act() {
        let session = Some(samples::session());
        assert_eq!(code(&claims(), session, AccountStatus::Active, Asks::Other), None);
    }

    #[test]
    fn a_session_that_is_gone_over_or_somebody_elses_is_ended() {
        let over = Session { expires_at: NOW, ..samples::session() };
        let foreign = Session { user: UserId::new(8), ..samples::session() };
        let elsewhere = Session { application: ApplicationId::parse("other").unwrap(), ..samples::session() };
        for found in [None, Some(over), Some(foreign), Some(elsewhere)] {
            let told = code(&claims(), found, AccountStatus::Active, Asks::Profile);
            assert_eq!(told, Some(Code::SessionEnded));
        }
        for subject in ["ada", "user_7", "07", ""] {
            let other = AccessClaims { subject: subject.to_owned(), ..claims() };
            let told = code(&other, Some(samples::session()), AccountStatus::Active, Asks::Other);
            assert_eq!(told, Some(Code::SessionEnded));
        }
    }

    #[test]
    fn a_user_who_is_gone_is_told_apart_on_profile_routes_only() {
        let told = |asks| code(&claims(), Some(samples::session()), AccountStatus::Deleted, asks);
        assert_eq!(told(Asks::Profile), Some(Code::UserNotFound));
        assert_eq!(told(Asks::Other), Some(Code::SessionEnded));
    }

    #[test]
    fn who_could_act_is_looked_at_again() {
        let stored = |status| {
            let account = Account { status, ..samples::account() };
            Some(Arc::new(SessionWithAccount { session: samples::session(), account }))
        };
        let principal = decide(&claims(), stored(AccountStatus::Active), Asks::Other, NOW).outcome.unwrap();
        let again = |found, now| {
            let decision = again(&principal, found, Asks::Other, now);
            decision.outcome.map(|_| ()).map_err(|rejection| rejection.code)
        };
        assert_eq!(again(stored(AccountStatus::Active), NOW), Ok(()));
        assert_eq!(again(None, NOW), Err(Code::SessionEnded));
        assert_eq!(again(stored(AccountStatus::Suspended), NOW), Err(Code::SessionEnded));
        assert_eq!(again(stored(AccountStatus::Deleted), NOW), Err(Code::SessionEnded));
        assert_eq!(
            again(stored(AccountStatus::Active), samples::session().expires_at),
            Err(Code::SessionEnded)
        );
    }

    #[test]
    fn a_suspended_user_has_no_session() {
        let session = Some(samples::session());
        let told = code(&claims(), session, AccountStatus::Suspended, Asks::Profile);
        assert_eq!(told, Some(Code::SessionEnded));
    }
}
