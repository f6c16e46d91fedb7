//! Sessions: one log-in and what comes of it.

use crate::id::{ApplicationId, SessionId, UserId};
use crate::secret::TokenDigest;
use crate::time::Timestamp;

/// Sessions that one user has at most; one more ends the oldest. Far more than anybody's devices, and few
/// enough to be listed on one page.
pub const SESSIONS_PER_USER: u32 = 100;

/// Devices that one user is known by at most; one more forgets the oldest.
pub const DEVICES_PER_USER: u32 = 100;

/// A stored session. A session that was ended is no longer stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id, the `sid` of its tokens.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// What its tokens are for.
    pub application: ApplicationId,
    /// When its owner logged in (`auth_time`).
    pub created_at: Timestamp,
    /// When it ends, whatever happens.
    pub expires_at: Timestamp,
    /// Which refresh token of the session is the current one, counted from 0.
    pub refresh_number: u32,
    /// The digest of the current refresh token.
    pub refresh_digest: TokenDigest,
    /// Where the log-in came from.
    pub client: Client,
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
}
