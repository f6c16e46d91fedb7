//! Asks about all kinds by turns, so that whatever drifts meanwhile meets them alike.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::connection::{Answer, Connection, Request};
use crate::kind::Kind;

/// Rounds before those that count: connections, caches and statements are warm then.
pub(crate) const WARM_UP: usize = 10;

/// How often whoever waits is told how far it is.
const PROGRESS_EVERY: Duration = Duration::from_secs(2);

/// What is asked, and how often.
pub(crate) struct Campaign<'a> {
    pub origin: &'a str,
    pub path: &'static str,
    pub kinds: &'a [Kind],
    /// Makes the body out of a name.
    pub body: fn(&str) -> Value,
    pub status: u16,
    /// Rounds that count.
    pub samples: usize,
    /// Names of each kind; they take turns.
    pub names: usize,
    /// Requests that are under way at once.
    pub connections: usize,
    pub seed: u64,
}

/// All answers about one kind.
pub(crate) struct Sampled {
    pub label: &'static str,
    pub millis: Vec<f64>,
    /// The first answer that was not the same as the one about the first kind in its round, and that one.
    pub other_bytes: Option<[String; 2]>,
}

impl Campaign<'_> {
    /// One lot for each kind, in their order.
    pub(crate) fn run(&self) -> Vec<Sampled> {
        let next = AtomicUsize::new(0);
        let begun = Instant::now();
        let parts: Vec<Vec<Sampled>> = std::thread::scope(|scope| {
            let all: Vec<_> =
                (0..self.connections).map(|_| scope.spawn(|| self.take_rounds(&next))).collect();
            self.tell_progress(&next, begun, || all.iter().all(|one| one.is_finished()));
            all.into_iter().map(|part| part.join().expect("each round comes to its end")).collect()
        });
        eprintln!("\r{:70}\r{} rounds in {} s", "", self.rounds(), begun.elapsed().as_secs());
        let mut merged = self.nothing_yet();
        for (part, whole) in parts.into_iter().flat_map(|part| part.into_iter().zip(0..)) {
            let whole: &mut Sampled = &mut merged[whole];
            whole.millis.extend(part.millis);
            whole.other_bytes = whole.other_bytes.take().or(part.other_bytes);
        }
        merged
    }

    fn rounds(&self) -> usize {
        WARM_UP + self.samples
    }

    fn nothing_yet(&self) -> Vec<Sampled> {
        let nothing = |kind: &Kind| Sampled { label: kind.label, millis: Vec::new(), other_bytes: None };
        self.kinds.iter().map(nothing).collect()
    }

    /// One connection's share.
    fn take_rounds(&self, next: &AtomicUsize) -> Vec<Sampled> {
        let mut connection = Connection::open(self.origin);
        let mut sampled = self.nothing_yet();
        loop {
            let round = next.fetch_add(1, Ordering::Relaxed);
            if round >= self.rounds() {
                return sampled;
            }
            let answers = self.round(&mut connection, round);
            let first = answers[0].comparable();
            for (sampled, answer) in sampled.iter_mut().zip(&answers) {
                assert_eq!(answer.status(), self.status, "{}", answer.comparable());
                if answer.comparable() != first {
                    let both = || [answer.comparable(), first.clone()];
                    sampled.other_bytes.get_or_insert_with(both);
                }
                if round >= WARM_UP {
                    sampled.millis.push(answer.took.as_secs_f64() * 1_000.0);
                }
            }
        }
    }

    /// Asks about one name of each kind, in an order of this round's own. The answers are in the order of the kinds.
    fn round(&self, connection: &mut Connection, round: usize) -> Vec<Answer> {
        let mut order: Vec<usize> = (0..self.kinds.len()).collect();
        let mut random = Random(self.seed.wrapping_add(round as u64));
        for last in (1..order.len()).rev() {
            order.swap(last, random.below(last + 1));
        }
        let mut answers: Vec<(usize, Answer)> = order
            .into_iter()
            .map(|place| {
                let body = (self.body)(&self.kinds[place].name(round % self.names));
                let client = client(round * self.kinds.len() + place);
                (place, connection.ask(&Request::post(self.path, client, &body)))
            })
            .collect();
        answers.sort_by_key(|(place, _)| *place);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    fn tell_progress(&self, next: &AtomicUsize, begun: Instant, is_done: impl Fn() -> bool) {
        let mut told = begun;
        while !is_done() {
            std::thread::sleep(Duration::from_millis(50));
            if told.elapsed() >= PROGRESS_EVERY {
                told = Instant::now();
                let (done, all) = (next.load(Ordering::Relaxed).clamp(1, self.rounds()), self.rounds());
                let left = begun.elapsed().mul_f64((all - done) as f64 / done as f64);
                eprint!(
                    "\rround {done} of {all}, {} s so far, {} s to go   ",
                    begun.elapsed().as_secs(),
                    left.as_secs()
                );
            }
        }
    }
}

/// An address for each request, so that no count of addresses is ever full.
pub(crate) fn client(number: usize) -> Ipv4Addr {
    let [_, rest @ ..] =
        u32::try_from(number).expect("fewer than four thousand million requests").to_be_bytes();
    Ipv4Addr::new(10, rest[0], rest[1], rest[2])
}

/// SplitMix64: the same order again for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}
