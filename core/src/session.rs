//! Sessions: one log-in and the pairs of tokens that come of it.

use crate::id::{ApplicationId, SessionId, TokenId, UserId};
use crate::permission::{Role, grants};
use crate::policy::Policy;
use crate::secret::{Secret, TokenDigest};
use crate::time::Timestamp;
use crate::token::{AccessClaims, RefreshKey, RefreshToken};

/// Sessions that one user has at most; one more ends the oldest. Far more than anybody's devices, and few
/// enough to be listed on one page.
pub const SESSIONS_PER_USER: u32 = 100;

/// Devices that one user is known by at most; one more forgets the oldest.
pub const DEVICES_PER_USER: u32 = 100;

/// Seconds between two notes of when a session was last used: exact enough for a person who looks at the list,
/// and rare enough that reading stays reading.
pub const LAST_USED_PRECISION_SECS: i64 = 300;

/// A stored session. A session that was ended is no longer stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id, the `sid` of its tokens.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// What its tokens are for.
    pub application: ApplicationId,
    /// When its owner logged in.
    pub created_at: Timestamp,
    /// When its owner last proved who they are (`auth_time`).
    pub auth_time: Timestamp,
    /// When it was last used, to within [`LAST_USED_PRECISION_SECS`].
    pub last_used_at: Timestamp,
    /// When it ends, whatever happens.
    pub expires_at: Timestamp,
    /// Whether a second factor was shown.
    pub second_factor: bool,
    /// The tokens that are out.
    pub pair: Pair,
    /// The access token of the pair before; `None` while the first pair is out.
    pub replaced: Option<TokenId>,
    /// Whether an access token still buys a new pair: until a refresh token has.
    pub bearer_refresh: bool,
    /// Where the log-in came from.
    pub client: Client,
}

/// An access token and the refresh token that was given with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// How many pairs the session had before.
    pub number: u32,
    /// When it was given (`iat`).
    pub issued_at: Timestamp,
    /// From when on the access token is refused (`exp`).
    pub expires_at: Timestamp,
    /// The access token's id (`jti`).
    pub token_id: TokenId,
    /// What the refresh token is known by.
    pub refresh_digest: TokenDigest,
}

impl Pair {
    /// The pair of this number, with its refresh token. `times` are those of the access token, `iat` and `exp`.
    pub fn new(
        key: &RefreshKey,
        session: SessionId,
        number: u32,
        token_id: TokenId,
        times: (Timestamp, Timestamp),
    ) -> (Self, Secret<String>) {
        let (issued_at, expires_at) = times;
        let token = RefreshToken::mint(key, session, number);
        let refresh_digest = TokenDigest::of(token.expose().as_bytes());
        (Self { number, issued_at, expires_at, token_id, refresh_digest }, token)
    }

    /// The times of an access token that is given now: it does not outlive its session.
    pub(crate) fn times(policy: &Policy, now: Timestamp, session_ends: Timestamp) -> (Timestamp, Timestamp) {
        (now, now.plus_secs(i64::from(policy.access_token_ttl_secs)).min(session_ends))
    }
}

/// Who asked, as far as the host can tell. For the owner's list of sessions, never for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Client {
    /// The address; `None` where the host does not know it.
    pub ip: Option<String>,
    /// What the client calls itself, cut to 512 characters by the host; `None` where it says nothing.
    pub user_agent: Option<String>,
}

impl Session {
    /// Whether the session has reached its end.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }

    /// Whether an access token that says this is one of the session's. The token names its user by the bare number.
    pub(crate) fn is_named_by(&self, claims: &AccessClaims) -> bool {
        self.id == claims.session_id
            && claims.subject.starts_with(|first: char| first.is_ascii_digit())
            && UserId::parse(&claims.subject) == Some(self.user)
            && self.application.as_str() == claims.audience
    }

    /// Whether it is time to note that the session is used.
    pub fn is_use_worth_noting(&self, now: Timestamp) -> bool {
        now.secs_since(self.last_used_at) >= LAST_USED_PRECISION_SECS
    }

    /// What the access token of the current pair says: the same each time, so that a pair which got lost on its
    /// way can be given again. Only of the log-in it says what is so by then, where its owner was seen anew, and of
    /// the `grants` that the user's roles in the session's application give.
    pub fn claims(&self, issuer: &str, roles: &[Role]) -> AccessClaims {
        // RFC 8176 section 2.
        let methods: &[&str] = if self.second_factor { &["pwd", "otp", "mfa"] } else { &["pwd"] };
        AccessClaims {
            issuer: issuer.to_owned(),
            subject: self.user.to_string(),
            audience: self.application.as_str().to_owned(),
            issued_at: self.pair.issued_at,
            expires_at: self.pair.expires_at,
            token_id: self.pair.token_id,
            session_id: self.id,
            auth_time: self.auth_time,
            amr: methods.iter().map(|&method| method.to_owned()).collect(),
            grants: grants(roles),
        }
    }
}
