//! Sessions that were read and have not changed since.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use countersign_core::authenticate::SessionWithAccount;
use countersign_core::id::SessionId;

/// Parts of the cache, each with a lock of its own, so that threads that read seldom meet.
const SHARDS: usize = 16;

/// Sessions in each part at most. A session takes about a kilobyte, so all of them together take 16 MiB.
const SESSIONS_PER_SHARD: usize = 1_024;

/// What was read, each with the store's generation at that time. It is good as long as that is the generation still:
/// one commit, of whatever, and everything is read anew. So nothing can be forgotten that would have to be told to it.
#[derive(Debug, Default)]
pub(super) struct SessionCache {
    shards: [RwLock<HashMap<SessionId, Kept>>; SHARDS],
}

#[derive(Debug)]
struct Kept {
    generation: u64,
    found: Arc<SessionWithAccount>,
}

impl SessionCache {
    /// The session as it was read in this generation; `None` where it was not.
    pub(super) fn find(&self, session: SessionId, generation: u64) -> Option<Arc<SessionWithAccount>> {
        let shard = self.shard(session).read().unwrap_or_else(PoisonError::into_inner);
        shard.get(&session).filter(|kept| kept.generation == generation).map(|kept| Arc::clone(&kept.found))
    }

    /// Keeps what was read. `generation` is what it was before the read.
    pub(super) fn keep(&self, session: SessionId, generation: u64, found: Arc<SessionWithAccount>) {
        let mut shard = self.shard(session).write().unwrap_or_else(PoisonError::into_inner);
        if shard.len() >= SESSIONS_PER_SHARD && !shard.contains_key(&session) {
            shard.retain(|_, kept| kept.generation == generation);
            if shard.len() >= SESSIONS_PER_SHARD {
                shard.clear();
            }
        }
        shard.insert(session, Kept { generation, found });
    }

    /// The ids are random, so any byte of them spreads them evenly.
    fn shard(&self, session: SessionId) -> &RwLock<HashMap<SessionId, Kept>> {
        &self.shards[usize::from(session.as_bytes()[0]) % SHARDS]
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::id::UserId;

    use super::*;
    use crate::store::tests::{new_account, session};

    fn found(number: u128) -> Arc<SessionWithAccount> {
        let account = new_account("Ada").stored_as(UserId::new(1));
        Arc::new(SessionWithAccount { session: session(account.id, number), account })
    }

    #[test]
    fn what_was_read_is_found_in_its_own_generation_alone() {
        let cache = SessionCache::default();
        let kept = found(1);
        let id = kept.session.id;
        assert_eq!(cache.find(id, 7), None);
        cache.keep(id, 7, Arc::clone(&kept));
        assert!(cache.find(id, 7).is_some_and(|again| Arc::ptr_eq(&again, &kept)));
        assert_eq!(cache.find(id, 8), None);
        assert_eq!(cache.find(found(2).session.id, 7), None);
    }

    #[test]
    fn it_never_holds_more_than_it_has_room_for() {
        let cache = SessionCache::default();
        let kept = found(1);
        // These ids begin with the same byte and so meet in one part.
        for number in 0..3 * SESSIONS_PER_SHARD as u128 {
            let id = SessionId::from_bytes(number.to_be_bytes());
            cache.keep(id, 7, Arc::clone(&kept));
            assert!(cache.find(id, 7).is_some());
        }
        let held: usize = cache.shards.iter().map(|shard| shard.read().unwrap().len()).sum();
        assert!(held <= SESSIONS_PER_SHARD, "{held}");
    }
}
