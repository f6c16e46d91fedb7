//! A new pair of tokens for an old one.
//!
//! Each use replaces the pair (rotation, RFC 9700 section 4.14.2). A client whose response got lost, or that
//! has two tabs, comes again with the replaced one: within [`GRACE_SECS`] it is given the current pair, as long as
//! nobody has gone on from that. Whoever comes later with a replaced token holds a copy, or the one who went on
//! does; nobody can tell which, so the session ends.

#[cfg(test)]
mod tests;

use crate::account::{Account, AccountStatus};
use crate::application::{Application, ApplicationStatus};
use crate::change::Change;
use crate::decision::Decision;
use crate::event::Event;
use crate::id::{SessionId, TokenId};
use crate::permission::Role;
use crate::policy::Policy;
use crate::rejection::{Code, Rejection};
use crate::secret::Secret;
use crate::session::{Pair, Session};
use crate::time::Timestamp;
use crate::token::{AccessClaims, RefreshKey, RefreshToken};

/// Seconds in which a replaced token is answered with the pair that replaced it: longer than a client waits
/// before it tries again, shorter than it takes to make use of a stolen copy unnoticed.
pub const GRACE_SECS: i64 = 10;

/// What was shown to get a new pair. That its signature holds was seen to; nothing else of it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A refresh token.
    RefreshToken(RefreshToken),
    /// An access token, expired or not.
    Bearer(AccessClaims),
}

impl Shown {
    /// Which session it belongs to.
    pub fn session(&self) -> SessionId {
        match self {
            Shown::RefreshToken(token) => token.session,
            Shown::Bearer(claims) => claims.session_id,
        }
    }

    /// Whether it is one of this session's tokens, and not one that merely names it.
    pub(crate) fn belongs_to(&self, session: &Session) -> bool {
        match self {
            Shown::RefreshToken(token) => session.id == token.session,
            Shown::Bearer(claims) => session.is_named_by(claims),
        }
    }

    /// Where it stands among the pairs of its session.
    fn place(&self, session: &Session) -> Place {
        let (current, replaced) = match self {
            Shown::RefreshToken(token) => {
                let number = session.pair.number;
                (token.number == number, token.number.checked_add(1) == Some(number))
            }
            Shown::Bearer(claims) => (
                claims.token_id == session.pair.token_id,
                session.replaced.is_some_and(|replaced| replaced == claims.token_id),
            ),
        };
        match (current, replaced) {
            (true, _) => Place::Current,
            (false, true) => Place::Replaced,
            (false, false) => Place::Older,
        }
    }
}

enum Place {
    Current,
    Replaced,
    Older,
}

/// What the store says of what was shown.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The session.
    pub session: Session,
    /// Its user's account.
    pub account: Account,
    /// The application that its tokens are for.
    pub application: Application,
    /// The roles that the account holds there.
    pub roles: Vec<Role>,
}

/// What the host gives besides.
#[derive(Debug, Clone, Copy)]
pub struct RefreshContext<'a> {
    /// The settings.
    pub policy: &'a Policy,
    /// The `iss` of the token.
    pub issuer: &'a str,
    /// Makes refresh tokens.
    pub refresh_key: &'a RefreshKey,
    /// When.
    pub now: Timestamp,
}

/// A pair of tokens.
#[derive(Debug, Clone)]
pub struct Refreshed {
    /// Whose.
    pub account: Account,
    /// What the access token will say. The host signs it.
    pub claims: AccessClaims,
    /// Good for the next pair.
    pub refresh_token: Secret<String>,
    /// When the session ends, whatever happens.
    pub session_ends: Timestamp,
}

/// Decides what a refresh gives. `standing` is what the store holds under the session that was shown, `None` where
/// it holds none; `token_id` is 16 random bytes, used where a new pair is made.
///
/// ```
/// use countersign_core::id::SessionId;
/// use countersign_core::policy::Policy;
/// use countersign_core::refresh::{RefreshContext, Shown, decide};
/// use countersign_core::rejection::Code;
/// use countersign_core::time::Timestamp;
/// use countersign_core::token::{RefreshKey, RefreshToken};
///
/// let key = RefreshKey::new(&[7; 32]);
/// let now = Timestamp::from_secs(1_700_000_000);
/// let context = RefreshContext { policy: &Policy::default(), issuer: "us", refresh_key: &key, now };
/// let token = RefreshToken { session: SessionId::from_bytes([1; 16]), number: 0 };
///
/// // The session was ended meanwhile.
/// let decision = decide(&Shown::RefreshToken(token), None, [2; 16], context);
/// assert_eq!(decision.outcome.map_err(|rejection| rejection.code).err(), Some(Code::SessionEnded));
/// ```
pub fn decide(
    shown: &Shown,
    standing: Option<Standing>,
    token_id: [u8; 16],
    context: RefreshContext<'_>,
) -> Decision<Refreshed> {
    let now = context.now;
    let alive = |standing: &Standing| shown.belongs_to(&standing.session) && !standing.session.is_over(now);
    let Some(standing) = standing.filter(alive) else {
        return Decision::refuse(Rejection::of(Code::SessionEnded));
    };
    let Standing { session, account, application, roles } = standing;
    let user = Some(account.id);
    let refuse =
        |code| Decision::refuse(Rejection::of(code)).with_event(Event::RefreshRefused { user, code });
    if account.status != AccountStatus::Active {
        return refuse(Code::SessionEnded);
    }
    if let Shown::Bearer(claims) = shown {
        if !session.bearer_refresh {
            return refuse(Code::TokenNotRefreshable);
        }
        let window_secs = i64::from(context.policy.refresh_window_secs);
        if now >= claims.expires_at.plus_secs(window_secs) {
            return refuse(Code::TokenExpired);
        }
    }
    match shown.place(&session) {
        Place::Replaced if now.secs_since(session.pair.issued_at) <= GRACE_SECS => {
            give_again(shown, session, account, &roles, context)
        }
        Place::Replaced | Place::Older => {
            refuse(Code::TokenReused).with_change(Change::EndSession { session: session.id })
        }
        Place::Current if application.status == ApplicationStatus::Disabled => {
            refuse(Code::ApplicationDisabled)
        }
        Place::Current => {
            let pair = next_pair(&session, TokenId::from_bytes(token_id), context);
            rotate(shown, session, account, &roles, pair, context)
        }
    }
}

fn next_pair(session: &Session, token_id: TokenId, context: RefreshContext<'_>) -> Pair {
    // 4,294,967,296 pairs in one session are more than one a second for a hundred years.
    let number = session.pair.number.saturating_add(1);
    let times = Pair::times(context.policy, context.now, session.expires_at);
    Pair::new(context.refresh_key, session.id, number, token_id, times).0
}

fn rotate(
    shown: &Shown,
    before: Session,
    account: Account,
    roles: &[Role],
    pair: Pair,
    context: RefreshContext<'_>,
) -> Decision<Refreshed> {
    let change = Change::RotatePair {
        session: before.id,
        from: before.pair.number,
        to: pair.clone(),
        bearer_refresh: before.bearer_refresh && matches!(shown, Shown::Bearer(_)),
    };
    let after = Session { replaced: Some(before.pair.token_id), pair, ..before };
    grant(after, account, roles, context).with_change(change)
}

/// The pair that got lost. Who has a refresh token is held to it from here on.
fn give_again(
    shown: &Shown,
    session: Session,
    account: Account,
    roles: &[Role],
    context: RefreshContext<'_>,
) -> Decision<Refreshed> {
    let ends_bearers = session.bearer_refresh && matches!(shown, Shown::RefreshToken(_));
    let change = Change::RefuseBearers { session: session.id };
    let granted = grant(session, account, roles, context);
    if ends_bearers { granted.with_change(change) } else { granted }
}

/// The tokens of the session's pair as it stands.
fn grant(
    session: Session,
    account: Account,
    roles: &[Role],
    context: RefreshContext<'_>,
) -> Decision<Refreshed> {
    let claims = session.claims(context.issuer, roles);
    let refresh_token = RefreshToken::mint(context.refresh_key, session.id, session.pair.number);
    Decision::grant(Refreshed { account, claims, refresh_token, session_ends: session.expires_at })
}
