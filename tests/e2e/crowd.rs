//! More log-ins at once than can be looked at: what they cost, and what becomes of those that are turned away.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::actors::{Anonymous, Answer, fresh_name};
use crate::server::Server;

/// How many come at once.
const CROWD: usize = 500;

/// Threads that hash.
const THREADS: u64 = 2;

/// KiB that the server may take besides what its hashing threads do.
const BESIDES_KIB: u64 = 48 * 1_024;

/// KiB for each hashing thread: the 19 MiB of a hash, and what the thread itself needs.
const THREAD_KIB: u64 = 21 * 1_024;

/// A server that hashes as it does by default.
fn at_full_cost() -> Server {
    Server::start_with(&[("ARGON2_MEMORY_KIB", "19456"), ("ARGON2_ITERATIONS", "2"), ("HASH_THREADS", "2")])
}

/// The answers to all of these at once, and how long each took.
fn at_once(server: &Server, bodies: Vec<Value>) -> Vec<(Answer, Duration)> {
    let all_are_there = Barrier::new(bodies.len());
    thread::scope(|scope| {
        let log_ins: Vec<_> = bodies
            .into_iter()
            .map(|body| {
                let all_are_there = &all_are_there;
                scope.spawn(move || {
                    all_are_there.wait();
                    let began = Instant::now();
                    // As a client behind a proxy: such a one tries again where a connection is reset.
                    let answer = Anonymous::at(server).post_from("192.0.2.1", "/auth/login", &body);
                    (answer, began.elapsed())
                })
            })
            .collect();
        log_ins.into_iter().map(|log_in| log_in.join().unwrap()).collect()
    })
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    times[times.len() / 2]
}

#[test]
fn five_hundred_log_ins_at_once_take_the_memory_that_is_said() {
    let server = at_full_cost();
    let nobody = || json!({ "identifier": fresh_name(), "password": "not the password" });
    let answers = at_once(&server, (0..CROWD).map(|_| nobody()).collect());
    let looked_at = answers.iter().filter(|(answer, _)| answer.status == 401).count();
    // So that both threads were at work.
    assert!(looked_at > 10, "{looked_at}");
    let peak_kib = server.peak_memory_kib();
    assert!(
        peak_kib.is_some() || !cfg!(target_os = "linux"),
        "Linux tells how much memory a process had at most"
    );
    let Some(peak_kib) = peak_kib else {
        println!("skipped: this system does not tell how much memory a process had at most");
        return;
    };
    println!("{peak_kib} KiB at most, for {looked_at} of {CROWD} log-ins that were looked at");
    let bound_kib = BESIDES_KIB + THREADS * THREAD_KIB;
    assert!(peak_kib <= bound_kib, "{peak_kib} KiB, of {bound_kib}");
    assert!(peak_kib >= THREADS * 19_456, "{peak_kib} KiB are less than the hashes themselves take");
}

#[test]
fn whoever_is_turned_away_is_told_so_at_once_and_has_used_up_nothing() {
    let server = at_full_cost();
    let ada = Anonymous::at(&server).become_somebody();
    let counted = || {
        // Mails are counted there too.
        let of_the_hour = server.number("SELECT count(*) FROM guesses WHERE subject NOT LIKE 'mail:%'");
        (of_the_hour, server.number("SELECT coalesce(sum(count), 0) FROM guesses_in_a_row"))
    };
    assert_eq!(counted(), (0, 0));
    // Every tenth is right. Its guess is cleared by the log-in that it finishes.
    let body = |number: usize| match number % 10 {
        0 => json!({ "identifier": ada.name, "password": ada.password }),
        _ => json!({ "identifier": fresh_name(), "password": "not the password" }),
    };
    let answers = at_once(&server, (0..CROWD).map(body).collect());
    let with = |status: u16| answers.iter().filter(move |(answer, _)| answer.status == status);
    let (wrong, turned_away) = (with(401).count(), with(503).count());
    assert_eq!(with(200).count() + wrong + turned_away, CROWD);
    assert!(turned_away > 0);
    let looked_at = i64::try_from(wrong).unwrap();
    assert_eq!(counted(), (looked_at, looked_at), "each that was wrong, and no other");

    // The right ones among them are told the same as the wrong.
    let told = |answer: &Answer| {
        let mut body = answer.json();
        body.as_object_mut().unwrap().remove("request_id");
        body
    };
    for (answer, _) in with(503) {
        assert_eq!(
            (answer.code().as_str(), told(answer)),
            ("overloaded", told(&with(503).next().unwrap().0))
        );
        let secs: u32 = answer.header("retry-after").parse().unwrap();
        assert!((1..=30).contains(&secs), "{secs}");
        assert_eq!(answer.header("ratelimit"), "");
    }
    let took = |status| median(with(status).map(|(_, took)| *took));
    assert!(took(503) < took(401), "{:?} and {:?}", took(503), took(401));
    assert_eq!(Anonymous::at(&server).log_in(&ada.name, &ada.password).status, 200);
}
