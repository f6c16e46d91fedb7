use std::sync::mpsc::{Sender, channel};

use countersign_core::password::Password;

use super::*;

fn pool(threads: usize, queue: usize) -> HashingPool {
    HashingPool::start(NonZeroUsize::new(threads).unwrap(), queue).unwrap()
}

fn cheap() -> Argon2Cost {
    Argon2Cost::new(8, 1, 1).unwrap()
}

async fn verify(
    pool: &HashingPool,
    password: PreparedPassword,
    hash: PasswordHash,
    policy: Argon2Cost,
    salt: [u8; 16],
) -> Result<PasswordCheck, Busy> {
    pool.verify(pool.reserve().unwrap(), password, hash, policy, salt).await
}

/// What whoever would come now is told.
fn refusal(pool: &HashingPool) -> Busy {
    pool.reserve().unwrap_err()
}

/// Keeps a thread of the pool at work until the sender is dropped.
fn occupy(pool: &HashingPool) -> (Sender<()>, tokio::task::JoinHandle<Result<(), Busy>>) {
    let (release, released) = channel::<()>();
    let (begun, beginning) = channel();
    let work = move |_: &mut Argon2Workspace| {
        begun.send(()).unwrap();
        let _ = released.recv();
    };
    let pool = pool.clone();
    let job =
        tokio::spawn(
            async move { pool.run(pool.reserve().unwrap(), HashKind::Argon2id(cheap()), work).await },
        );
    beginning.recv_timeout(Duration::from_secs(10)).unwrap();
    (release, job)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hash_is_known_again_and_a_weak_one_replaced() {
    let pool = pool(2, 8);
    let password = Password::prepare("analytical engine");
    let hash = pool.hash(password.clone(), cheap(), [1; 16]).await.unwrap();
    let same = verify(&pool, password.clone(), hash.clone(), cheap(), [2; 16]).await.unwrap();
    assert!(same.matches);
    assert_eq!(same.checked, hash);
    assert_eq!(same.rehashed, None);

    let stronger = Argon2Cost::new(16, 2, 1).unwrap();
    let weak = verify(&pool, password.clone(), hash.clone(), stronger, [2; 16]).await.unwrap();
    let rehashed = weak.rehashed.unwrap();
    assert_eq!(rehashed.cost(), stronger);
    assert_ne!(rehashed, hash);
    assert!(verify(&pool, password, rehashed, stronger, [3; 16]).await.unwrap().matches);

    let wrong = verify(&pool, Password::prepare("difference engine"), hash, stronger, [2; 16]).await.unwrap();
    assert!(!wrong.matches);
    assert_eq!(wrong.rehashed, None, "only the right password is hashed anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_job_is_answered() {
    let pool = pool(2, 1_000);
    let jobs: Vec<_> = (0..1_000)
        .map(|number: u32| {
            let pool = pool.clone();
            tokio::spawn(async move {
                (
                    number,
                    pool.run(pool.reserve().unwrap(), HashKind::Argon2id(cheap()), move |_| number).await,
                )
            })
        })
        .collect();
    for job in jobs {
        let (number, answer) = job.await.unwrap();
        assert_eq!(answer, Ok(number));
    }
    assert_eq!(pool.load.waiting.load(Ordering::Relaxed), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn past_the_queue_one_is_turned_away() {
    let pool = pool(1, 2);
    let (release, occupied) = occupy(&pool);
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let (reply, answer) = oneshot::channel();
            let job: Job = Box::new(move |_| {
                reply.send(()).unwrap();
                Ran::ToItsEnd
            });
            pool.enqueue(pool.reserve().unwrap(), job).unwrap();
            answer
        })
        .collect();
    assert_eq!(refusal(&pool), Busy { retry_after_secs: 1 });
    drop(release);
    occupied.await.unwrap().unwrap();
    for answer in waiting {
        answer.await.unwrap();
    }
    assert_eq!(
        pool.run(pool.reserve().unwrap(), HashKind::Argon2id(cheap()), |_| 7).await,
        Ok(7),
        "there is room again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_taken_as_long_as_there_may_be_work_for_it() {
    let pool = pool(1, 2);
    let places = [pool.reserve().unwrap(), pool.reserve().unwrap()];
    assert_eq!(refusal(&pool), Busy { retry_after_secs: 1 }, "although no thread has anything to do");
    let [unused, used] = places;
    drop(unused);
    assert_eq!(pool.run(used, HashKind::Argon2id(cheap()), |_| 7).await, Ok(7));
    let again = [pool.reserve(), pool.reserve(), pool.reserve()].map(|place| place.is_ok());
    assert_eq!(again, [true, true, false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_in_to_wait_longer_than_the_limit() {
    let pool = pool(1, 64);
    let (release, _occupied) = occupy(&pool);
    // As if each job took two seconds: one may wait for another, a third would wait too long.
    pool.load.job_micros.store(2_000_000, Ordering::Relaxed);
    for _ in 0..2 {
        pool.enqueue(pool.reserve().unwrap(), Box::new(|_| Ran::ToItsEnd)).unwrap();
    }
    assert_eq!(refusal(&pool), Busy { retry_after_secs: 5 });
    drop(release);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_waits_for_is_skipped() {
    let pool = pool(1, 8);
    let (release, occupied) = occupy(&pool);
    let (ran, whether_it_ran) = channel();
    let abandoned =
        pool.run(pool.reserve().unwrap(), HashKind::Argon2id(cheap()), move |_| ran.send(()).unwrap());
    // Asked for once, so that it stands in the queue, and then given up.
    assert!(tokio::time::timeout(Duration::ZERO, abandoned).await.is_err());
    assert_eq!(pool.load.waiting.load(Ordering::Relaxed), 1, "its place is taken until its turn");
    drop(release);
    occupied.await.unwrap().unwrap();
    assert_eq!(pool.run(pool.reserve().unwrap(), HashKind::Argon2id(cheap()), |_| 7).await, Ok(7));
    assert!(whether_it_ran.try_recv().is_err());
    assert_eq!(pool.load.waiting.load(Ordering::Relaxed), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_costs_its_own_answer_alone() {
    let pool = pool(1, 8);
    let answer: Result<(), Busy> = pool
        .run(pool.reserve().unwrap(), HashKind::Argon2id(cheap()), |_| {
            std::panic::panic_any("the test's own, to be seen in its output")
        })
        .await;
    assert_eq!(answer, Err(Busy { retry_after_secs: 1 }));
    assert_eq!(pool.run(pool.reserve().unwrap(), HashKind::Argon2id(cheap()), |_| 7).await, Ok(7));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_threads_end_with_the_pool() {
    let pool = pool(2, 8);
    let load = Arc::downgrade(&pool.load);
    let (release, occupied) = occupy(&pool);
    let (reply, answer) = oneshot::channel();
    let job: Job = Box::new(move |_| {
        reply.send(7).unwrap();
        Ran::ToItsEnd
    });
    pool.enqueue(pool.reserve().unwrap(), job).unwrap();
    drop(pool);
    drop(release);
    occupied.await.unwrap().unwrap();
    assert_eq!(answer.await, Ok(7), "what waits is finished first");
    let deadline = Instant::now() + Duration::from_secs(10);
    while load.strong_count() > 0 {
        assert!(Instant::now() < deadline, "threads of a dropped pool still run");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn the_mean_follows_the_jobs() {
    let (waiting, job_micros) = (AtomicUsize::new(10), AtomicU64::new(0));
    let load = Load { threads: NonZeroUsize::MIN, places: 64, waiting, job_micros };
    assert_eq!(load.wait(), Duration::ZERO);
    load.learn(Duration::from_millis(20));
    assert_eq!(load.wait(), Duration::from_millis(200));
    for _ in 0..40 {
        load.learn(Duration::from_millis(100));
    }
    let wait = load.wait().as_millis();
    assert!((950..=1_000).contains(&wait), "{wait} ms");
}
