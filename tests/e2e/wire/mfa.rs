//! The second factor.

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use super::{shot, shot_as};
use crate::actors::{Admin, Anonymous, SignedIn};
use crate::authenticator::Guarded;
use crate::server::{self, Server};

const ENABLE: &str = "POST /auth/mfa/enable";
const VERIFY: &str = "POST /auth/mfa/verify";
const DISABLE: &str = "POST /auth/mfa/disable";
const RENEW: &str = "POST /auth/mfa/recovery-codes";

fn somebody() -> SignedIn<'static> {
    Anonymous::at(server::shared()).become_somebody()
}

fn path(route: &str) -> &str {
    route.split_once(' ').unwrap().1
}

fn shown(who: &SignedIn<'_>, route: &str, body: Value) {
    shot(route, &who.post(path(route), &body));
}

#[test]
fn setting_one() {
    let who = somebody();
    for route in [VERIFY, DISABLE, RENEW] {
        shown(&who, route, json!({ "code": "123456" }));
        shown(&who, route, json!({}));
    }
    shown(&who, ENABLE, json!({ "current_password": 5 }));
    shown(&who, ENABLE, json!({}));
    shown(&who, VERIFY, json!({ "code": "12345" }));
    let mut who = Guarded::of(who);
    shown(&who.who, ENABLE, json!({}));
    let code = who.recovery_code();
    shown(&who.who, RENEW, json!({ "recovery_code": code }));
}

#[test]
fn showing_codes_and_turning_it_off() {
    let mut who = Guarded::of(somebody());
    let code = who.recovery_code();
    shown(&who.who, VERIFY, json!({ "recovery_code": code }));
    for route in [DISABLE, RENEW] {
        shown(&who.who, route, json!({ "code": "12345" }));
    }
    let code = who.recovery_code();
    shown(&who.who, DISABLE, json!({ "recovery_code": code }));

    let who = Guarded::of(who.who);
    for _ in 0..5 {
        who.who.post(path(VERIFY), &json!({ "code": "12345" }));
    }
    for route in [VERIFY, DISABLE, RENEW] {
        shown(&who.who, route, json!({ "code": "12345" }));
    }
}

#[test]
fn turning_it_on_answers_recovery_codes() {
    let who = somebody();
    let proposed = who.post(path(ENABLE), &json!({})).json();
    let mut authenticator = crate::authenticator::Authenticator::of(proposed["secret"].as_str().unwrap());
    let code = json!({ "code": authenticator.code() });
    shot_as(VERIFY, "turned-on", &who.post(path(VERIFY), &code));
}

#[test]
fn finishing_a_log_in() {
    let mut who = Guarded::of(somebody());
    let (token, code) = (who.mfa_token(), who.recovery_code());
    let finish = |body: Value| who.finish(&token, &body);
    shot_as(VERIFY, "finished", &finish(json!({ "recovery_code": code })));
    shot(VERIFY, &finish(json!({ "recovery_code": code })));

    let admin = Admin::at(server::shared());
    let application = admin.make_application();
    admin.assign(&who.who, "user", &application);
    let waiting = who.log_in(json!({ "application_id": application })).json();
    admin.send("PATCH", &format!("/applications/{application}"), &json!({ "status": "disabled" }));
    let code = json!({ "recovery_code": who.recovery_code() });
    shot(VERIFY, &who.finish(waiting["mfa_token"].as_str().unwrap(), &code));
}

#[test]
fn finishing_a_log_in_before_the_address_is_verified() {
    let server = Server::start();
    let mut who = Guarded::of(Anonymous::at(&server).become_somebody());
    let (token, code) = (who.mfa_token(), json!({ "recovery_code": who.recovery_code() }));
    let strict = Server::start_on_the_file_of(&server, &[("REQUIRE_VERIFIED_EMAIL", "true")]);
    let there = crate::actors::ask(&strict.origin, "POST", path(VERIFY), Some(&token), Some(&code));
    shot(VERIFY, &there);
}

#[test]
fn long_after_the_log_in() {
    let server = Server::start_with(&[("REAUTH_WINDOW_SECS", "2")]);
    let who = Guarded::of(Anonymous::at(&server).become_somebody());
    let other = Anonymous::at(&server).become_somebody();
    sleep(Duration::from_millis(3_100));
    shown(&who.who, RENEW, json!({ "recovery_code": who.recovery_codes[0] }));
    shown(&other, ENABLE, json!({}));
    let wrong = json!({ "current_password": "not the password" });
    shot_as(ENABLE, "wrong-password", &other.post(path(ENABLE), &wrong));
    for _ in 0..19 {
        other.post(path(ENABLE), &wrong);
    }
    shown(&other, ENABLE, wrong);
}
