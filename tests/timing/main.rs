//! Whether the time or the bytes of an answer tell who has an account, and what of it.
//!
//! The release build of the server is asked about names of all kinds by turns, and each kind's times are held against those
//! of known names: the ratio of the medians, and the area under the curve of whoever guesses the kind by one time. Arguments
//! name the tables that are wanted, all without any. Settings from the environment: `SAMPLES` of each kind, `SEED` of the
//! order, `CONNECTIONS` where several may be open at once.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that cannot go on should stop"
)]

mod campaign;
mod connection;
mod kind;
#[path = "../program.rs"]
mod program;
mod server;
mod statistics;

use std::process::ExitCode;
use std::str::FromStr;
use std::thread::available_parallelism;

use serde_json::{Value, json};

use campaign::{Campaign, Sampled, WARM_UP};
use kind::{DELETED, GUARDED, IMPORTED, KNOWN, KNOWN_TOO, Kind, SUSPENDED, UNKNOWN, UNVERIFIED};
use server::Server;

/// By how much a kind's median may differ from that of known names.
const RATIO_MAX: f64 = 0.03;
/// How often whoever guesses by one time may be right, where 0.5 is chance.
const DISTANCE_MAX: f64 = 0.55;
/// Of each kind where `SAMPLES` does not say how many.
const SAMPLES: usize = 5_000;

/// Guesses at one name within the hour, of twenty that are looked at.
const GUESSES_PER_NAME: usize = 10;
/// Mails that one address is sent within half an hour: to reset a password, and to verify the address.
const RESETS_PER_ADDRESS: usize = 2;
const VERIFICATIONS_PER_ADDRESS: usize = 1;
/// Names that are locked, and guesses that lock one.
const LOCKED_NAMES: usize = 50;
const GUESSES_TO_LOCK: usize = 20;

/// A hash that takes next to no time, so that everything else shows.
const CHEAP: &[(&str, &str)] = &[("ARGON2_MEMORY_KIB", "64"), ("ARGON2_ITERATIONS", "1")];

/// One table of times.
struct Table {
    word: &'static str,
    title: &'static str,
    settings: &'static [(&'static str, &'static str)],
    kinds: &'static [Kind],
    asked: Asked,
    /// Whether its times are what is promised, or told to show what lies beneath them. The bytes always count.
    is_judged: bool,
}

/// What is asked under each name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// A log-in with a wrong password.
    Login,
    /// The same, and each answer waits for a timer.
    LoginByTimer,
    /// The same under names that are locked.
    LockedLogin,
    /// A mail, and how many of its kind an address is sent.
    Mail(&'static str, usize),
}

const TABLES: &[Table] = &[
    Table {
        word: "login",
        title: "a wrong password, Argon2id at the default cost",
        settings: &[],
        kinds: &[KNOWN, KNOWN_TOO, UNKNOWN, UNVERIFIED, DELETED, SUSPENDED, GUARDED],
        is_judged: true,
        asked: Asked::Login,
    },
    Table {
        word: "cheap",
        title: "a wrong password, Argon2id at 64 KiB and one pass, so that everything else shows",
        settings: CHEAP,
        kinds: &[KNOWN, KNOWN_TOO, UNKNOWN, UNVERIFIED, DELETED, SUSPENDED, GUARDED],
        is_judged: false,
        asked: Asked::Login,
    },
    Table {
        word: "locked",
        title: "a password under a name that is locked (429)",
        settings: CHEAP,
        kinds: &[KNOWN, KNOWN_TOO, UNKNOWN, UNVERIFIED, DELETED, SUSPENDED, GUARDED],
        is_judged: false,
        asked: Asked::LockedLogin,
    },
    Table {
        word: "imported",
        title: "a wrong password while hashes of bcrypt at cost 10 are stored, Argon2id at the default cost",
        settings: &[],
        kinds: &[KNOWN, KNOWN_TOO, UNKNOWN, IMPORTED, DELETED, SUSPENDED, GUARDED],
        is_judged: true,
        asked: Asked::LoginByTimer,
    },
    Table {
        word: "forgot",
        title: "a forgotten password",
        settings: CHEAP,
        kinds: &[KNOWN, KNOWN_TOO, UNKNOWN, UNVERIFIED, DELETED, SUSPENDED, GUARDED, IMPORTED],
        is_judged: true,
        asked: Asked::Mail("/auth/password/forgot", RESETS_PER_ADDRESS),
    },
    Table {
        word: "resend",
        title: "the verification mail once more",
        settings: CHEAP,
        kinds: &[KNOWN, KNOWN_TOO, UNKNOWN, UNVERIFIED, DELETED, SUSPENDED, GUARDED, IMPORTED],
        is_judged: true,
        asked: Asked::Mail("/auth/email/resend", VERIFICATIONS_PER_ADDRESS),
    },
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = wanted.iter().find(|word| TABLES.iter().all(|table| table.word != **word)) {
        let words: Vec<_> = TABLES.iter().map(|table| table.word).collect();
        eprintln!("{unknown}: there is no such table; there are {}", words.join(", "));
        return ExitCode::from(2);
    }
    let chosen =
        TABLES.iter().filter(|table| wanted.is_empty() || wanted.iter().any(|word| word == table.word));
    let held: Vec<bool> = chosen.map(measure).collect();
    if held.into_iter().all(|held| held) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Takes one table's times and prints it. Whether all of it held.
fn measure(table: &Table) -> bool {
    let by_timer = table.asked == Asked::LoginByTimer;
    let samples = setting("SAMPLES").unwrap_or(SAMPLES);
    // As many as there are hashing threads, so that none waits for a thread, which would hide what is looked for.
    let at_once = available_parallelism().map_or(1, usize::from);
    let connections = if by_timer { setting("CONNECTIONS").unwrap_or(at_once) } else { 1 };
    let names = match table.asked {
        Asked::Login | Asked::LoginByTimer => (WARM_UP + samples).div_ceil(GUESSES_PER_NAME) + connections,
        Asked::LockedLogin => LOCKED_NAMES,
        Asked::Mail(_, per_address) => (WARM_UP + samples).div_ceil(per_address),
    };
    eprintln!("{}: preparing {names} names of each of {} kinds", table.word, table.kinds.len());
    let server = Server::start(table.settings);
    kind::prepare(&server, table.kinds, names);
    let campaign = Campaign {
        origin: server.origin(),
        path: table.asked.path(),
        kinds: table.kinds,
        body: table.asked.body(),
        status: table.asked.status(),
        samples,
        names,
        connections,
        seed: setting("SEED").unwrap_or(1),
    };
    if table.asked == Asked::LockedLogin {
        Campaign { samples: names * GUESSES_TO_LOCK - WARM_UP, status: 401, ..campaign }.run();
    }
    let sampled = campaign.run();
    println!("\n{}", table.title);
    println!(
        "{samples} of each kind, {connections} at once{}",
        if table.is_judged { "" } else { "; not judged" }
    );
    print(&sampled, table.is_judged)
}

/// Prints the times beside those of the first kind. Whether all of it held, as far as it is judged.
fn print(sampled: &[Sampled], is_judged: bool) -> bool {
    println!("{:<16} {:>9} {:>7} {:>7}", "", "median ms", "ratio", "AUC");
    let mut all_held = true;
    let known = &sampled[0].millis;
    for Sampled { label, millis, other_bytes } in sampled {
        let median = statistics::median(millis);
        let ratio = median / statistics::median(known);
        let distance = statistics::distance(millis, known);
        let held = (ratio - 1.0).abs() <= RATIO_MAX && distance <= DISTANCE_MAX;
        all_held &= (held || !is_judged) && other_bytes.is_none();
        let verdict = match (other_bytes, held) {
            (Some(_), _) => "OTHER BYTES",
            (None, true) => "held",
            (None, false) if is_judged => "MISSED",
            (None, false) => "over",
        };
        println!("{label:<16} {median:>9.3} {ratio:>7.3} {distance:>7.3}  {verdict}");
        if let Some([theirs, first]) = other_bytes {
            eprintln!("{label}:\n{theirs}\n{}:\n{first}", sampled[0].label);
        }
    }
    all_held
}

impl Asked {
    fn path(self) -> &'static str {
        match self {
            Asked::Mail(path, _) => path,
            _ => "/auth/login",
        }
    }

    fn body(self) -> fn(&str) -> Value {
        match self {
            Asked::Mail(..) => |name| json!({ "email": kind::address(name) }),
            _ => |name| json!({ "username": name, "password": "not the password" }),
        }
    }

    fn status(self) -> u16 {
        match self {
            Asked::Login | Asked::LoginByTimer => 401,
            Asked::LockedLogin => 429,
            Asked::Mail(..) => 202,
        }
    }
}

/// A setting; `None` where it is not set.
fn setting<T: FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().ok().unwrap_or_else(|| panic!("{name} is a number, not {text:?}")))
}
