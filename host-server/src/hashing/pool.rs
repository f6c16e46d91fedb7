//! The threads and the queue in front of them.

use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use countersign_core::login::PasswordCheck;
use countersign_core::password::{
    Argon2Cost, Argon2Workspace, HashKind, Password, PasswordHash, PreparedPassword, StoredHash,
};
use tokio::sync::oneshot;

use super::pace::Paces;
use super::priority;

/// How long a job may have to wait. Whoever would wait longer is turned away at once: people press the
/// button again after a few seconds, and what they left behind would only make the next wait longer.
const WAIT_MAX: Duration = Duration::from_secs(3);

/// What a caller is told to wait at most: by then the queue is empty, or no estimate is worth much.
const RETRY_AFTER_SECS_MAX: u32 = 30;

/// Threads that hash passwords and do nothing else.
///
/// A place in the queue and a thread belong to the work, not to whoever asked for it: hanging up frees
/// neither. Work whose asker has gone before it starts is skipped when its turn comes. Its guess was counted
/// before it got here, so that skipping it makes guessing no cheaper. What there is no place for is not counted, and
/// not looked at either: the place is [reserved](HashingPool::reserve) first.
///
/// When the last clone is dropped the threads finish what waits and end.
#[derive(Clone)]
pub struct HashingPool {
    jobs: SyncSender<Job>,
    load: Arc<Load>,
    paces: Arc<Paces>,
}

/// The work that is wanted is more than is taken on at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the hashing threads are busy for the next {retry_after_secs} s")]
pub struct Busy {
    /// Seconds until the queue, as it is now, will have been worked off; 1 at least.
    pub retry_after_secs: u32,
}

/// A place in the queue before there is work for it. Where none comes, it is free again.
#[derive(Debug)]
pub struct Place {
    load: Arc<Load>,
    is_used: bool,
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.is_used {
            self.load.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

type Job = Box<dyn FnOnce(&mut Argon2Workspace) -> Ran + Send>;

/// Whether a job was worth its time.
enum Ran {
    ToItsEnd,
    NotAtAll,
}

impl HashingPool {
    /// Starts the threads, named `argon2-0` and so on, and a queue of so many places.
    ///
    /// # Errors
    /// Where the system refuses a thread.
    pub fn start(threads: NonZeroUsize, queue: usize) -> io::Result<Self> {
        let (jobs, waiting) = sync_channel(queue);
        let waiting = Arc::new(Mutex::new(waiting));
        let (none, unknown) = (AtomicUsize::new(0), AtomicU64::new(0));
        let load = Arc::new(Load { threads, places: queue, waiting: none, job_micros: unknown });
        for number in 0..threads.get() {
            let waiting = Arc::clone(&waiting);
            let load = Arc::clone(&load);
            thread::Builder::new()
                .name(format!("argon2-{number}"))
                .spawn(move || work_off(&waiting, &load))?;
        }
        Ok(Self { jobs, load, paces: Arc::default() })
    }

    /// Takes a place in the queue for work that is yet to be decided on.
    ///
    /// # Errors
    /// [`Busy`] where all are taken, or where the work would have to wait too long.
    pub fn reserve(&self) -> Result<Place, Busy> {
        let one_more = |waiting| (waiting < self.load.places).then_some(waiting + 1);
        let taken = self.load.wait() <= WAIT_MAX
            && self.load.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok();
        if taken { Ok(Place { load: Arc::clone(&self.load), is_used: false }) } else { Err(self.load.busy()) }
    }

    /// Hashes a password under a salt that is random and used once.
    ///
    /// # Errors
    /// [`Busy`], also in the case that the work broke off by a fault of ours, which the log then tells.
    pub async fn hash(
        &self,
        password: PreparedPassword,
        cost: Argon2Cost,
        salt: [u8; PasswordHash::SALT_LENGTH],
    ) -> Result<PasswordHash, Busy> {
        let kind = HashKind::Argon2id(cost);
        self.run(self.reserve()?, kind, move |workspace| workspace.hash(&password, cost, salt)).await
    }

    /// Holds a password against a hash. Where it matches and the hash is weaker than `policy` asks, it is
    /// hashed anew under `salt` in the same turn.
    ///
    /// # Errors
    /// Where the work broke off, by a fault of ours or because the system has no memory to give.
    pub async fn verify(
        &self,
        place: Place,
        password: PreparedPassword,
        hash: impl Into<StoredHash>,
        policy: Argon2Cost,
        salt: [u8; PasswordHash::SALT_LENGTH],
    ) -> Result<PasswordCheck, Busy> {
        self.verify_timed(place, password, hash, policy, salt).await.map(|(check, _)| check)
    }

    /// As [`HashingPool::verify`], and tells when a thread took the work on.
    ///
    /// # Errors
    /// As [`HashingPool::verify`].
    pub async fn verify_timed(
        &self,
        place: Place,
        password: PreparedPassword,
        hash: impl Into<StoredHash>,
        policy: Argon2Cost,
        salt: [u8; PasswordHash::SALT_LENGTH],
    ) -> Result<(PasswordCheck, Instant), Busy> {
        let (hash, paces) = (hash.into(), Arc::clone(&self.paces));
        self.run(place, hash.kind(), move |workspace| {
            let (kind, began) = (hash.kind(), Instant::now());
            let matches = workspace.verify_stored(&password, &hash);
            paces.learn(kind, began.elapsed() / kind.texts_of(&password));
            // The memory that a costlier hash asked for is not kept.
            workspace.release_above(policy);
            let weaker = matches && hash.needs_rehash(&policy);
            let rehashed = weaker.then(|| workspace.hash(&password, policy, salt));
            (PasswordCheck { checked: hash, matches, rehashed }, began)
        })
        .await
    }

    /// How long the check of one text against a hash of this kind takes of late, rather the longest than the mean. Where
    /// none was made yet, one is made now, against a hash that nobody has.
    ///
    /// # Errors
    /// As [`HashingPool::hash`].
    pub async fn pace(&self, kind: HashKind, policy: Argon2Cost) -> Result<Duration, Busy> {
        if let Some(pace) = self.paces.of(kind) {
            return Ok(pace);
        }
        let nobodys = [0; PasswordHash::SALT_LENGTH];
        self.verify(self.reserve()?, Password::prepare(""), kind.decoy(), policy, nobodys).await?;
        Ok(self.paces.of(kind).unwrap_or_default())
    }

    /// Runs `work`, for which memory for hashes of `kind` is taken beforehand. Where the system has none to
    /// give, that is one more way of being busy, and not the end of the process.
    async fn run<T: Send + 'static>(
        &self,
        place: Place,
        kind: HashKind,
        work: impl FnOnce(&mut Argon2Workspace) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |workspace| {
            if reply.is_closed() {
                return Ran::NotAtAll;
            }
            let done = workspace.reserve_for(kind).ok().map(|()| work(workspace));
            // Whoever asked may have gone by now; the work is done all the same.
            let _ = reply.send(done);
            Ran::ToItsEnd
        });
        self.enqueue(place, job)?;
        answer.await.ok().flatten().ok_or_else(|| self.load.busy())
    }

    fn enqueue(&self, mut place: Place, job: Job) -> Result<(), Busy> {
        // There is room, for the place was taken; a thread counts it off as soon as it takes the job.
        self.jobs.try_send(job).map_err(|_ended| self.load.busy())?;
        place.is_used = true;
        Ok(())
    }
}

impl fmt::Debug for HashingPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashingPool").field("threads", &self.load.threads).finish_non_exhaustive()
    }
}

/// What the queue knows of itself.
#[derive(Debug)]
struct Load {
    threads: NonZeroUsize,
    /// Jobs that may wait.
    places: usize,
    /// Jobs that no thread has taken yet, and places that are reserved.
    waiting: AtomicUsize,
    /// Microseconds that a job took of late; 0 before the first.
    job_micros: AtomicU64,
}

impl Load {
    /// How long a job that came now would wait for a thread, going by what jobs took of late.
    fn wait(&self) -> Duration {
        let waiting = u64::try_from(self.waiting.load(Ordering::Relaxed)).unwrap_or(u64::MAX);
        let threads = u64::try_from(self.threads.get()).unwrap_or(u64::MAX);
        let each = self.job_micros.load(Ordering::Relaxed);
        Duration::from_micros(waiting.saturating_mul(each) / threads)
    }

    fn busy(&self) -> Busy {
        let secs = u32::try_from(self.wait().as_secs()).unwrap_or(u32::MAX).saturating_add(1);
        Busy { retry_after_secs: secs.min(RETRY_AFTER_SECS_MAX) }
    }

    /// Takes a job's time into the mean, where it counts for an eighth: eight jobs later a change of load
    /// shows in full. Two threads at once may lose one of their times, which no estimate minds.
    fn learn(&self, took: Duration) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
        let mean = match self.job_micros.load(Ordering::Relaxed) {
            0 => took,
            mean => (mean / 8 * 7).saturating_add(took / 8).max(1),
        };
        self.job_micros.store(mean, Ordering::Relaxed);
    }
}

/// The life of a thread: one job after the other, in one piece of memory.
fn work_off(jobs: &Mutex<Receiver<Job>>, load: &Load) {
    priority::step_back();
    let mut workspace = Argon2Workspace::new();
    loop {
        // The lock is held while waiting for a job, never while doing one, and no panic happens under it.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        load.waiting.fetch_sub(1, Ordering::Relaxed);
        let started = Instant::now();
        match catch_unwind(AssertUnwindSafe(|| job(&mut workspace))) {
            Ok(Ran::ToItsEnd) => load.learn(started.elapsed()),
            Ok(Ran::NotAtAll) => {}
            // The panic's hook has told the log. What it left in the memory is of no use to anyone.
            Err(_) => workspace = Argon2Workspace::new(),
        }
    }
}

#[cfg(test)]
mod tests;
