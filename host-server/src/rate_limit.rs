//! Tells how many guesses are left: `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10), which
//! are lists of strings with parameters (RFC 9651).

use countersign_core::throttle::{GUESS_WINDOW_SECS, Guess, Quota, quotas};
use countersign_core::time::Timestamp;
use warp::http::HeaderValue;
use warp::http::header::HeaderName;

use crate::reply::Reply;
use crate::store::{Store, StoreError};

static RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
static RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The guesses that whoever asks has left.
#[derive(Debug)]
pub struct RateLimits(Vec<Quota>);

impl RateLimits {
    /// What is left after this guess.
    ///
    /// # Errors
    /// Where the store fails.
    pub(crate) fn of(store: &Store, guess: &Guess, now: Timestamp) -> Result<Self, StoreError> {
        let tallies = store.tallies(guess, now)?;
        Ok(Self(quotas(&tallies, now)))
    }

    /// The answer with both headers.
    pub(crate) fn told_with(&self, reply: Reply) -> Reply {
        let mut reply = reply;
        for (name, text) in [(&RATE_LIMIT, self.left()), (&RATE_LIMIT_POLICY, self.policy())] {
            if let Ok(value) = HeaderValue::from_str(&text) {
                reply = reply.with_header(name.clone(), value);
            }
        }
        reply
    }

    fn policy(&self) -> String {
        let one = |quota: &Quota| format!("\"{}\";q={};w={GUESS_WINDOW_SECS}", quota.name, quota.limit);
        self.0.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn left(&self) -> String {
        let one = |quota: &Quota| {
            let next = quota.next_in_secs.map(|secs| format!(";t={secs}")).unwrap_or_default();
            format!("\"{}\";r={}{next}", quota.name, quota.left)
        };
        self.0.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_are_as_the_draft_writes_them() {
        let account = Quota { name: "account", limit: 10, left: 8, next_in_secs: Some(1_800) };
        let address = Quota { name: "address", limit: 100, left: 100, next_in_secs: None };
        let reply = RateLimits(vec![account, address]).told_with(Reply::no_content());
        let policy = "\"account\";q=10;w=3600, \"address\";q=100;w=3600";
        assert_eq!(reply.headers["ratelimit-policy"], policy);
        assert_eq!(reply.headers["ratelimit"], "\"account\";r=8;t=1800, \"address\";r=100");
    }
}
