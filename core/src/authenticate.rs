//! From a token whose signature holds to somebody whose session is alive.

use crate::account::{Account, AccountStatus};
use crate::decision::Decision;
use crate::event::Event;
use crate::id::UserId;
use crate::rejection::{Code, Rejection};
use crate::session::Session;
use crate::time::Timestamp;
use crate::token::AccessClaims;

/// Somebody who may act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Who.
    pub account: Account,
    /// By which log-in.
    pub session: Session,
}

/// What kind of route asks, since a user who is gone is answered in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// A profile route: that the user is gone is a fact about the profile (404).
    Profile,
    /// Any other route: the token is no longer good (401).
    Other,
}

/// Decides who a token's bearer is. `session` and `account` are what the store holds under the token's
/// `sid` and the session's user, `None` where it holds nothing; what the claims say of them is only
/// compared, never believed.
pub fn decide(
    claims: &AccessClaims,
    session: Option<Session>,
    account: Option<Account>,
    asks: Asks,
    now: Timestamp,
) -> Decision<Principal> {
    let user = UserId::parse(&claims.subject);
    let refuse = |code| Decision::refuse(Rejection::of(code)).with_event(Event::AccessRefused { user, code });
    let Some(session) = session.filter(|session| {
        !session.is_over(now)
            && session.user.to_string() == claims.subject
            && session.application.as_str() == claims.audience
    }) else {
        return refuse(Code::SessionEnded);
    };
    let gone = match asks {
        Asks::Profile => Code::UserNotFound,
        Asks::Other => Code::SessionEnded,
    };
    let Some(account) = account.filter(|account| account.id == session.user) else {
        return refuse(gone);
    };
    match account.status {
        AccountStatus::Active => Decision::grant(Principal { account, session }),
        AccountStatus::Deleted => refuse(gone),
        AccountStatus::Suspended => refuse(Code::SessionEnded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountRole;
    use crate::id::{ApplicationId, SessionId, TokenId};
    use crate::password::{Argon2Cost, PasswordHash};
    use crate::secret::TokenDigest;
    use crate::session::Client;

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

    fn account(status: AccountStatus) -> Account {
        Account {
            id: UserId::new(7),
            username: None,
            email: "ada@example.com".to_owned(),
            name: None,
            first_name: None,
            last_name: None,
            phone: None,
            role: AccountRole::User,
            status,
            email_verified: true,
            application: ApplicationId::default_application(),
            password_hash: PasswordHash::decoy(Argon2Cost::default()),
            created_at: NOW,
            updated_at: NOW,
            deleted_at: None,
        }
    }

    fn session() -> Session {
        Session {
            id: SessionId::from_bytes([1; 16]),
            user: UserId::new(7),
            application: ApplicationId::default_application(),
            created_at: NOW.plus_secs(-60),
            expires_at: NOW.plus_secs(60),
            refresh_number: 0,
            refresh_digest: TokenDigest::of(b"refresh"),
            client: Client::default(),
        }
    }

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
        }
    }

    fn code(
        claims: &AccessClaims,
        session: Option<Session>,
        account: Option<Account>,
        asks: Asks,
    ) -> Option<Code> {
        let decision = decide(claims, session, account, asks, NOW);
        assert_eq!(decision.changes, []);
        assert_eq!(decision.events.len(), usize::from(decision.outcome.is_err()));
        decision.outcome.err().map(|rejection| rejection.code)
    }

    #[test]
    fn a_live_session_of_an_active_account_may_act() {
        let active = Some(account(AccountStatus::Active));
        assert_eq!(code(&claims(), Some(session()), active, Asks::Other), None);
    }

    #[test]
    fn a_session_that_is_gone_over_or_somebody_elses_is_ended() {
        let over = Session { expires_at: NOW, ..session() };
        let foreign = Session { user: UserId::new(8), ..session() };
        let elsewhere = Session { application: ApplicationId::parse("other").unwrap(), ..session() };
        for found in [None, Some(over), Some(foreign), Some(elsewhere)] {
            let active = Some(account(AccountStatus::Active));
            assert_eq!(code(&claims(), found, active, Asks::Profile), Some(Code::SessionEnded));
        }
        for subject in ["ada", "user_7", "07", ""] {
            let other = AccessClaims { subject: subject.to_owned(), ..claims() };
            let active = Some(account(AccountStatus::Active));
            assert_eq!(code(&other, Some(session()), active, Asks::Other), Some(Code::SessionEnded));
        }
    }

    #[test]
    fn a_user_who_is_gone_is_told_apart_on_profile_routes_only() {
        for gone in [None, Some(account(AccountStatus::Deleted))] {
            let told = |asks| code(&claims(), Some(session()), gone.clone(), asks);
            assert_eq!(told(Asks::Profile), Some(Code::UserNotFound));
            assert_eq!(told(Asks::Other), Some(Code::SessionEnded));
        }
    }

    #[test]
    fn a_suspended_user_has_no_session() {
        let suspended = Some(account(AccountStatus::Suspended));
        assert_eq!(code(&claims(), Some(session()), suspended, Asks::Profile), Some(Code::SessionEnded));
    }
}
