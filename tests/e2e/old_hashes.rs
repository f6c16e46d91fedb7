//! Accounts that come with the hash of an older system, or of an older policy.

use std::process::Output;
use std::time::Instant;

use serde_json::json;

use crate::actors::{Anonymous, fresh_name};
use crate::server::{self, Server};

/// What older systems stored of "analytical engine".
const OLD: &[&str] = &[
    "$2b$04$3i9MNp.cEmgQmSFp7vsoU.qkkDGChYL8HZDaThpyepsY2jaTPymOC",
    "pbkdf2_sha256$1000$seasalt$vlnJIARlm8oMkCqesy6iLFQB+HWhHsB00Yausbm7Gv8=",
    "scrypt:1024:8:1$salt$3d52ddb8add1609019a096480ace2574b509d693785ca535742baba623a1f64e0690d346dd4a7d8fd9984809902dae607f279c0a97d133c596348bc5493637ef",
];

/// What bcrypt makes of [`long_password`], of whose 80 bytes it takes 72.
const LONG: &str = "$2b$04$1puEZpZNGoQtN8Bo308L2eNSPLCi6HoHg.essMe.MBAklJXoEtS8W";

/// What PBKDF2 makes of "lètmein", as two code points stand for its accent and as one does.
const LETMEIN: [&str; 2] = [
    "pbkdf2_sha256$1000$seasalt$ZHl463Q4amVR6YZ6PuKthUk+BB/1Z1PJC7mTVKdrVLc=",
    "pbkdf2_sha256$1000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=",
];

/// What bcrypt makes of "analytical engine" at a cost that shows.
const SLOW: &str = "$2b$09$Jbwh7Ohi6pOP9QxFAP7dvu1pNZO2KHu5CxV/O.EpSaCFDMWHqJ1Li";

/// Has the operator make an account with this hash, and tells its name.
fn taken_over(server: &Server, hash: &str) -> String {
    let name = fresh_name();
    let made = take_over(server, &name, hash);
    assert!(made.status.success(), "{made:?}");
    name
}

fn take_over(server: &Server, name: &str, hash: &str) -> Output {
    let email = format!("{name}@example.com");
    let arguments = ["user", "create", "--username", name, "--email", &email, "--password-hash-stdin"];
    server.command(&arguments, &format!("{hash}\n"))
}

fn rehashed(log: &str) -> usize {
    log.matches("password_rehashed").count()
}

fn long_password() -> String {
    "0123456789".repeat(8)
}

#[test]
fn an_old_hash_lets_its_owner_in_and_is_replaced_by_then() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    for hash in OLD {
        let name = taken_over(&server, hash);
        assert_eq!(anyone.log_in(&name, "analytical engines").status, 401, "{hash}");
        for _ in 0..2 {
            assert_eq!(anyone.log_in(&name, "analytical engine").status, 200, "{hash}");
        }
        assert_eq!(anyone.log_in(&name, "analytical engines").status, 401, "{hash}");
    }
    // The last of it, so that all before it is in the log.
    let ada = anyone.become_somebody();
    let log = server.log_once_it_holds(&format!("user={}", ada.login["user"]["id"]));
    assert_eq!(rehashed(&log), OLD.len(), "each once");
}

#[test]
fn what_bcrypt_cut_off_counts_from_the_first_log_in_on() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    let name = taken_over(&server, LONG);
    let whole = long_password();
    assert_eq!(
        anyone.log_in(&name, &format!("{}\0", &whole[..72])).status,
        401,
        "a NUL is none of its letters"
    );
    assert_eq!(anyone.log_in(&name, &whole).status, 200);
    assert_eq!(anyone.log_in(&name, &whole[..72]).status, 401);
    assert_eq!(anyone.log_in(&name, &whole).status, 200);
}

#[test]
fn a_password_is_taken_as_it_was_typed_and_as_we_hash_it() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    // Hashed from "lètmein" in the two normal forms.
    for hash in LETMEIN {
        let name = taken_over(&server, hash);
        assert_eq!(anyone.log_in(&name, "le\u{300}tmein").status, 200, "{hash}");
        assert_eq!(anyone.log_in(&name, "lètmein").status, 200, "{hash}: ours takes either");
    }
}

#[test]
fn of_many_first_log_ins_at_once_all_get_in_and_one_hash_stays() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    for hash in OLD {
        let name = taken_over(&server, hash);
        let log_in = || anyone.log_in(&name, "analytical engine").status;
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..20).map(|_| scope.spawn(log_in)).collect();
            all.into_iter().map(|status| status.join().unwrap()).collect()
        });
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
        assert_eq!(log_in(), 200);
    }
    let ada = anyone.become_somebody();
    let log = server.log_once_it_holds(&format!("user={}", ada.login["user"]["id"]));
    assert_eq!(rehashed(&log), OLD.len(), "one of them replaced it");
}

#[test]
fn a_hash_that_is_none_or_costs_too_much_is_refused_unquoted() {
    for (hash, told) in [
        ("analytical engine", "hash_malformed"),
        ("", "hash_malformed"),
        ("$1$abc$def", "hash_unsupported"),
        ("$2b$16$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW", "hash_too_costly"),
    ] {
        let refused = take_over(server::shared(), &fresh_name(), hash);
        let sentence = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(1), "{sentence}");
        assert!(sentence.starts_with("password hash: ") && sentence.contains(told), "{sentence}");
        assert!(hash.is_empty() || !sentence.contains(hash), "{sentence}");
    }
}

#[test]
fn a_raised_policy_replaces_our_own_hash_once() {
    let server = Server::start();
    let ada = Anonymous::at(&server).become_somebody();
    let raised = Server::start_on_the_file_of(&server, &[("ARGON2_MEMORY_KIB", "128")]);
    let anyone = Anonymous::at(&raised);
    // A proof by the present password works while the hash is of the older policy.
    let token = anyone.post("/auth/login", &json!({ "username": ada.name, "password": "not it" }));
    assert_eq!(token.status, 401);
    let change = json!({ "email": "augusta@example.com", "current_password": ada.password });
    let there = ada.at(&raised);
    assert_eq!(there.put("/users/me", &change).status, 200);
    for _ in 0..3 {
        assert_eq!(anyone.log_in(&ada.name, &ada.password).status, 200);
    }
    let grace = anyone.become_somebody();
    let log = raised.log_once_it_holds(&format!("user={}", grace.login["user"]["id"]));
    assert_eq!(rehashed(&log), 1);
}

/// The medians of the times of some failed log-ins under each of these names, or under one of nobody. They are tried by
/// turns, so that a load from elsewhere meets all alike.
fn medians<const N: usize>(anyone: &Anonymous<'_>, names: [Option<&str>; N]) -> [f64; N] {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..9 {
        for (name, times) in names.iter().zip(&mut times) {
            let name = name.map_or_else(fresh_name, str::to_owned);
            let began = Instant::now();
            assert_eq!(anyone.log_in(&name, "not the password").status, 401);
            times.push(began.elapsed().as_secs_f64());
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    })
}

#[test]
fn while_a_slower_hash_is_stored_every_failure_takes_its_time() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    let ours = anyone.become_somebody();
    let [alone] = medians(&anyone, [None]);

    let old = taken_over(&server, SLOW);
    let names = [None, Some(ours.name.as_str()), Some(old.as_str())];
    // The kind that has just come in is timed first.
    medians(&anyone, names);
    let [nobodys, failed, slow] = medians(&anyone, names);
    for (one, other) in [(nobodys, slow), (failed, slow), (nobodys, failed)] {
        let apart = one / other;
        assert!((0.75..1.33).contains(&apart), "{nobodys} s, {failed} s and {slow} s; {alone} s before");
    }
    assert!(nobodys > 4.0 * alone, "{nobodys} s after {alone} s");
    let began = Instant::now();
    assert_eq!(anyone.log_in(&ours.name, &ours.password).status, 200);
    assert!(began.elapsed().as_secs_f64() < nobodys / 2.0, "who is right does not wait");

    assert_eq!(anyone.log_in(&old, "analytical engine").status, 200);
    let [after] = medians(&anyone, [None]);
    assert!(after < nobodys / 2.0, "{after} s although its hash is gone");
}
