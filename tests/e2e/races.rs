//! Things that may happen once, asked for many times at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::actors::{Anonymous, fresh_name};
use crate::authenticator::{Authenticator, Guarded};
use crate::server;

#[test]
fn one_name_is_given_once() {
    let anyone = Anonymous::at(server::shared());
    for _ in 0..rounds() {
        let name = fresh_name();
        let register = |case: usize| {
            let spelling = if case.is_multiple_of(2) { name.clone() } else { name.to_uppercase() };
            let email = format!("{spelling}-{case}@example.com");
            let body = json!({ "username": spelling, "email": email, "password": "correct horse battery" });
            anyone.post("/auth/register", &body)
        };
        let register = &register;
        let answers: Vec<_> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..50).map(|case| scope.spawn(move || register(case))).collect();
            all.into_iter().map(|answer| answer.join().unwrap()).collect()
        });
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(made, 1);
        for refused in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!((refused.status, refused.code().as_str()), (400, "username_taken"));
        }
    }
}

/// Rounds of each race, each a chance to win twice: `RACE_ROUNDS`, else 50.
fn rounds() -> usize {
    std::env::var("RACE_ROUNDS").map_or(50, |rounds| rounds.parse().unwrap())
}

/// How many of fifty of the same request at once are granted.
fn winners(request: impl Fn() -> u16 + Sync) -> usize {
    let request = &request;
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..50).map(|_| scope.spawn(request)).collect();
        all.into_iter().map(|status| status.join().unwrap()).collect()
    });
    assert!(
        statuses.iter().all(|status| matches!(status, 200 | 400 | 401 | 429 | 503)),
        "used, locked or contended: {statuses:?}"
    );
    statuses.iter().filter(|status| **status == 200).count()
}

#[test]
fn one_code_finishes_one_log_in() {
    for _ in 0..rounds() {
        let mut ada = Guarded::of(Anonymous::at(server::shared()).become_somebody());
        let token = ada.mfa_token();
        let code = json!({ "code": ada.authenticator.code() });
        assert_eq!(winners(|| ada.finish(&token, &code).status), 1);
    }
}

#[test]
fn one_code_is_good_for_one_of_many_waiting_log_ins() {
    for _ in 0..rounds() {
        let mut ada = Guarded::of(Anonymous::at(server::shared()).become_somebody());
        let tokens: Vec<_> = (0..10).map(|_| ada.mfa_token()).collect();
        let code = json!({ "code": ada.authenticator.code() });
        let next = AtomicUsize::new(0);
        let finish = || {
            let token = &tokens[next.fetch_add(1, Ordering::Relaxed) % tokens.len()];
            ada.finish(token, &code).status
        };
        assert_eq!(winners(finish), 1);
    }
}

#[test]
fn one_code_turns_a_factor_on_once_and_a_recovery_code_is_spent_once() {
    for _ in 0..rounds() {
        let who = Anonymous::at(server::shared()).become_somebody();
        let proposed = who.post("/auth/mfa/enable", &json!({}));
        let code = Authenticator::of(proposed.json()["secret"].as_str().unwrap()).code();
        let verify = || who.post("/auth/mfa/verify", &json!({ "code": code })).status;
        assert_eq!(winners(verify), 1);

        // The losers may have locked it; another's has not been tried.
        let mut grace = Guarded::of(Anonymous::at(server::shared()).become_somebody());
        let recovery = json!({ "recovery_code": grace.recovery_code() });
        assert_eq!(winners(|| grace.who.post("/auth/mfa/verify", &recovery).status), 1);
    }
}
