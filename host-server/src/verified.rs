//! Access tokens whose signature was seen to hold.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use countersign_core::secret::TokenDigest;
use countersign_core::token::AccessClaims;

/// Parts of the cache, each with a lock of its own, so that threads that read seldom meet.
const SHARDS: usize = 16;

/// Tokens in each part at most. What is kept of a token takes some 400 bytes, so all of them together take 7 MiB.
const TOKENS_PER_SHARD: usize = 1_024;

/// What verified tokens say. A client sends the same token for as long as it lives, and what its signature covers
/// stays the same; whether it has expired and its session is alive is asked each time. Tokens are known by their
/// digest, so that none can be read out of the memory.
#[derive(Debug, Default)]
pub struct VerifiedTokens {
    shards: [RwLock<HashMap<TokenDigest, Arc<AccessClaims>>>; SHARDS],
}

impl VerifiedTokens {
    /// What this token says; `None` where it was not verified, or is no longer known.
    pub fn find(&self, token: TokenDigest) -> Option<Arc<AccessClaims>> {
        self.shard(token).read().unwrap_or_else(PoisonError::into_inner).get(&token).map(Arc::clone)
    }

    /// Keeps what a token says, whose signature was seen to hold.
    pub fn keep(&self, token: TokenDigest, claims: Arc<AccessClaims>) {
        let mut shard = self.shard(token).write().unwrap_or_else(PoisonError::into_inner);
        if shard.len() >= TOKENS_PER_SHARD {
            // To know which is used least would cost each request more than the few that are verified again.
            shard.clear();
        }
        shard.insert(token, claims);
    }

    /// The digests of what we sign are as good as random, so any byte of them spreads them evenly.
    fn shard(&self, token: TokenDigest) -> &RwLock<HashMap<TokenDigest, Arc<AccessClaims>>> {
        &self.shards[usize::from(token.as_bytes()[0]) % SHARDS]
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::id::{SessionId, TokenId};
    use countersign_core::time::Timestamp;

    use super::*;

    fn claims(subject: u64) -> Arc<AccessClaims> {
        let now = Timestamp::from_secs(1_700_000_000);
        Arc::new(AccessClaims {
            issuer: "us".to_owned(),
            subject: subject.to_string(),
            audience: "default".to_owned(),
            issued_at: now,
            expires_at: now,
            token_id: TokenId::from_bytes([1; 16]),
            session_id: SessionId::from_bytes([2; 16]),
            auth_time: now,
            amr: Vec::new(),
            grants: None,
        })
    }

    #[test]
    fn a_token_is_found_by_itself_alone_and_the_room_is_bounded() {
        let tokens = VerifiedTokens::default();
        for number in 0..4 * (SHARDS * TOKENS_PER_SHARD) as u64 {
            let digest = TokenDigest::of(&number.to_be_bytes());
            assert_eq!(tokens.find(digest), None);
            tokens.keep(digest, claims(number));
            assert_eq!(tokens.find(digest).unwrap().subject, number.to_string());
        }
        let held: usize = tokens.shards.iter().map(|shard| shard.read().unwrap().len()).sum();
        assert!(held <= SHARDS * TOKENS_PER_SHARD, "{held}");
    }
}
