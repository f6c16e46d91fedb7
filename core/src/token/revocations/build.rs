//! Making a list of what the store knows to be revoked.

use std::cmp::Reverse;

use super::{Epochs, Mark, RevocationList, session_mark, user_mark};
use crate::id::{ApplicationId, SessionId, UserId};
use crate::time::Timestamp;
use crate::token::LEEWAY_MAX_SECS;

/// What was revoked, each with the last second in which a token that is void could have been issued, in any order.
#[derive(Debug, Clone, Default)]
pub struct Revoked {
    /// Sessions that have ended.
    pub sessions: Vec<(SessionId, Timestamp)>,
    /// Users all of whose tokens until then are void, where their sessions are not known one by one.
    pub users: Vec<(UserId, Timestamp)>,
    /// Users to whom a role was given, or from whom one was taken.
    pub grants: Vec<(UserId, Timestamp)>,
    /// Applications of which a role was defined anew.
    pub roles: Vec<(ApplicationId, Timestamp)>,
    /// Everything, whosever it is; `None` where that never happened.
    pub everything: Option<Timestamp>,
}

/// Who makes a list, when, and for what tokens.
#[derive(Debug, Clone, Copy)]
pub struct Issuance<'a> {
    /// The `iss` of list and tokens.
    pub issuer: &'a str,
    /// When the list is made.
    pub made_at: Timestamp,
    /// When the next one is.
    pub next_at: Timestamp,
    /// Seconds that a token which has not expired yet can have been given at most.
    pub token_lifetime_secs: u32,
}

impl Issuance<'_> {
    /// Whether a token issued until then can still be good anywhere; clocks may differ by the leeway.
    fn concerns(&self, latest: Timestamp) -> bool {
        let lifetime = i64::from(self.token_lifetime_secs) + i64::from(LEEWAY_MAX_SECS);
        latest.plus_secs(lifetime) > self.made_at
    }
}

impl RevocationList {
    /// Makes the list. What concerns only tokens that have expired is left out; where there is more than
    /// [`RevocationList::ENTRIES_MAX`] of a kind, so are the oldest, and all tokens as old as theirs are outdated.
    pub fn build(revoked: Revoked, issuance: Issuance<'_>) -> Self {
        let user = |id: UserId| user_mark(issuance.issuer, &id.to_string());
        let mut not_before = revoked.everything.filter(|latest| issuance.concerns(*latest));
        let mut newest = |entries, count| {
            let (kept, left_out) = newest_of(entries, count, issuance);
            not_before = not_before.max(left_out);
            kept
        };
        let sessions = newest(marked(revoked.sessions, session_mark), Self::ENTRIES_MAX);
        let users = newest(marked(revoked.users, user), Self::ENTRIES_MAX);
        let grants = newest(marked(revoked.grants, user), Self::ENTRIES_MAX);
        let (roles, left_out) =
            newest_of(marked(revoked.roles, |id| id.as_str().to_owned()), Self::APPLICATIONS_MAX, issuance);
        Self {
            issuer: issuance.issuer.to_owned(),
            made_at: issuance.made_at,
            next_at: issuance.next_at,
            not_before: not_before.max(left_out),
            sessions: sessions.into_iter().map(|(mark, _)| mark).collect(),
            users: Epochs::of(users),
            grants: Epochs::of(grants),
            roles,
        }
    }
}

fn marked<T, M>(entries: Vec<(T, Timestamp)>, mark: impl Fn(T) -> M) -> Vec<(M, Timestamp)> {
    entries.into_iter().map(|(of, latest)| (mark(of), latest)).collect()
}

/// So many of the newest entries that still concern a token, ascending and each once, and the time of the
/// newest that was left out; `None` where none was.
fn newest_of<M: Ord>(
    mut entries: Vec<(M, Timestamp)>,
    count: usize,
    issuance: Issuance<'_>,
) -> (Vec<(M, Timestamp)>, Option<Timestamp>) {
    entries.retain(|(_, latest)| issuance.concerns(*latest));
    // Of two about one thing the newer says what the older says.
    entries.sort_unstable_by(|one, other| (&one.0, Reverse(one.1)).cmp(&(&other.0, Reverse(other.1))));
    entries.dedup_by(|one, other| one.0 == other.0);
    if entries.len() <= count {
        return (entries, None);
    }
    entries.sort_by_key(|(_, latest)| Reverse(*latest));
    let left_out = entries.get(count).map(|(_, latest)| *latest);
    entries.truncate(count);
    entries.sort_unstable();
    (entries, left_out)
}

impl Epochs {
    /// What lies beyond 32 bits, which is after 2106, is as far as they go.
    fn of(entries: Vec<(Mark, Timestamp)>) -> Self {
        let secs = |latest: Timestamp| u32::try_from(latest.as_secs().max(0)).unwrap_or(u32::MAX);
        Self(entries.into_iter().map(|(mark, latest)| (mark, secs(latest))).collect())
    }
}
