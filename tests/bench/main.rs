//! How fast the server answers, held against what it could be at best on the same machine in the same run.
//!
//! Nothing here is an absolute time: reads are compared with a bare hyper server that says hello, log-ins with
//! the time of one Argon2id in this process.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that cannot go on should stop")]

mod argon2;
mod hello;
mod load;
#[path = "../program.rs"]
mod program;
mod server;

use std::time::Duration;

use load::Login;
use server::Server;

/// Rounds of each comparison; the median is told. Neighbours on the machine make single rounds jump.
const ROUNDS: usize = 5;
/// Seconds of one round of reads.
const READ_SECS: u64 = 4;
/// Seconds of one round of log-ins.
const LOGIN_SECS: u64 = 6;
/// Accounts that log in, more than are ever in flight at once: an account's guesses are counted before its
/// password is looked at, so a crowd at one account is refused by design.
const ACCOUNTS: usize = 64;
/// Milliseconds within which all but one in a hundred profiles are answered in a storm.
const P99_MS_MAX: f64 = 10.0;
/// Connections of the readers during a storm.
const STORM_READERS: usize = 8;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("hello") {
        return hello::serve();
    }
    let hello = server::hello();
    let server = Server::start();
    let accounts = load::register(server.origin(), ACCOUNTS);
    let token = load::token(server.origin(), &accounts[0]);

    let mut reads = Vec::new();
    let mut logins = Vec::new();
    let mut storms = Vec::new();
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        let bare = load::wrk(&hello.origin, "/", None, 64, READ_SECS);
        let profile = load::wrk(server.origin(), "/users/me", Some(&token), 64, READ_SECS);
        reads.push((bare.per_second, profile.per_second));

        let best = argon2::per_second_on_all_cores();
        let quiet = Login::start(server.origin(), &accounts).run_for(Duration::from_secs(LOGIN_SECS));
        logins.push((best, quiet));

        let storm = Login::start(server.origin(), &accounts);
        let during = load::wrk(server.origin(), "/users/me", Some(&token), STORM_READERS, READ_SECS);
        storms.push((during.p99_ms, storm.stop()));
    }
    print(&reads, &logins, &storms);
}

fn print(reads: &[(f64, f64)], logins: &[(f64, f64)], storms: &[(f64, f64)]) {
    let ratio = |pairs: &[(f64, f64)]| median(pairs.iter().map(|(base, ours)| ours / base));
    let firsts = |pairs: &[(f64, f64)]| median(pairs.iter().map(|pair| pair.0));
    let seconds = |pairs: &[(f64, f64)]| median(pairs.iter().map(|pair| pair.1));
    println!("medians of {ROUNDS} rounds; {} cores", argon2::cores());
    println!("{:<48} {:>9} {:>9} {:>7} {:>9}", "", "best", "ours", "ratio", "wanted");
    let verdict = |held: bool| if held { "held" } else { "MISSED" };
    let row = |name: &str, pairs: &[(f64, f64)], wanted: f64| {
        let (best, ours, ratio) = (firsts(pairs), seconds(pairs), ratio(pairs));
        let verdict = verdict(ratio >= wanted);
        println!("{name:<48} {best:>9.0} {ours:>9.0} {ratio:>7.2}    ≥ {wanted:.2}  {verdict}");
    };
    row("GET /users/me per second (best: bare hyper)", reads, 0.55);
    row("log-ins per second (best: cores ÷ one Argon2id)", logins, 0.90);
    let p99 = firsts(storms);
    let name = "p99 of GET /users/me in a storm of log-ins, in ms";
    println!("{name:<48} {:>9} {p99:>9.2} {:>7}  < {P99_MS_MAX:>5.2}  {}", "", "", verdict(p99 < P99_MS_MAX));
    println!("{:<48} {:>9} {:>9.0}", "log-ins per second in that storm", "", seconds(storms));
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
