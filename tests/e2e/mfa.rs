//! The second factor: set, shown at the log-in, lost and turned off.

use std::thread::sleep;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::actors::{Admin, Anonymous, Answer, SignedIn, ask};
use crate::authenticator::{Authenticator, Guarded, texts};
use crate::server::{self, Server};

const WRONG_CODES: usize = 5;

fn somebody() -> SignedIn<'static> {
    Anonymous::at(server::shared()).become_somebody()
}

fn guarded() -> Guarded<'static> {
    Guarded::of(somebody())
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

fn refusal(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn claims(tokens: &Value) -> Value {
    let payload = tokens["access_token"].as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[test]
fn ten_recovery_codes_come_once_each_another() {
    let mut ada = guarded();
    assert_eq!(ada.recovery_codes.len(), 10);
    let distinct: std::collections::BTreeSet<_> = ada.recovery_codes.iter().collect();
    assert_eq!(distinct.len(), 10);
    let code = ada.authenticator.code();
    let again = ada.who.post("/auth/mfa/verify", &json!({ "code": code }));
    assert_eq!((again.status, again.json()), (200, json!({ "message": "MFA verified successfully" })));
}

#[test]
fn a_log_in_without_a_code_waits_for_one_and_is_finished_by_it() {
    let mut ada = guarded();
    let waiting = ada.log_in(json!({}));
    assert_eq!(refused(&waiting), refusal(401, "mfa_required"));
    assert_eq!(waiting.header("www-authenticate"), "Bearer realm=\"countersign\"");
    for kept_back in ["access_token", "token", "refresh_token", "device_token", "user"] {
        assert_eq!(waiting.json().get(kept_back), None, "{kept_back}");
    }
    let token = waiting.json()["mfa_token"].as_str().unwrap().to_owned();

    // It opens nothing else.
    for (method, path) in [("GET", "/users/me"), ("POST", "/auth/mfa/enable"), ("POST", "/auth/mfa/disable")]
    {
        assert_eq!(ask(ada.who.origin, method, path, Some(&token), None).status, 401, "{path}");
    }

    let wrong = ada.finish(&token, &json!({ "code": ada.authenticator.wrong_code() }));
    assert_eq!(refused(&wrong), refusal(400, "invalid_code"));
    let code = json!({ "code": ada.authenticator.code() });
    let finished = ada.finish(&token, &code);
    assert_eq!(finished.status, 200, "{finished:?}");
    let tokens = finished.json();
    assert_eq!(tokens["message"], "MFA verified successfully");
    assert_eq!((&tokens["token_type"], &tokens["user"]["mfa_enabled"]), (&json!("bearer"), &json!(true)));
    assert_eq!(claims(&tokens)["amr"], json!(["pwd", "otp", "mfa"]));
    assert!(tokens["refresh_token"].is_string() && tokens["device_token"].is_string());
    assert_eq!(ada.who.with_tokens(tokens).get("/users/me").status, 200);

    assert_eq!(refused(&ada.finish(&token, &code)), refusal(401, "mfa_token_invalid"));
}

#[test]
fn a_log_in_may_bring_its_code_along() {
    let mut ada = guarded();
    let code = ada.authenticator.code();
    let answer = ada.log_in(json!({ "mfa_code": code }));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(claims(&answer.json())["amr"], json!(["pwd", "otp", "mfa"]));
    // Each step is good once, and wrong is wrong.
    for code in [code, ada.authenticator.wrong_code(), "12345".to_owned(), "１２３４５６".to_owned()] {
        let answer = ada.log_in(json!({ "mfa_code": code }));
        assert_eq!(refused(&answer), refusal(401, "invalid_code"), "{code}");
    }
    let wrong_password = json!({ "username": ada.who.name, "password": "wrong", "mfa_code": "123456" });
    let answer = Anonymous::at(server::shared()).post("/auth/login", &wrong_password);
    assert_eq!(refused(&answer), refusal(401, "invalid_credentials"), "the password is looked at first");
}

#[test]
fn a_recovery_code_stands_in_once_however_it_is_typed() {
    let mut ada = guarded();
    let code = ada.recovery_code();
    let typed = code.to_uppercase().replace('-', " ");
    let answer = ada.log_in(json!({ "recovery_code": typed }));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(refused(&ada.log_in(json!({ "recovery_code": code }))), refusal(401, "invalid_code"));
    // Neither is a code of the other kind.
    assert_eq!(
        refused(&ada.log_in(json!({ "mfa_code": ada.recovery_codes[0] }))),
        refusal(401, "invalid_code")
    );
    let token = ada.mfa_token();
    let next = ada.recovery_code();
    let finished = ada.finish(&token, &json!({ "recovery_code": next }));
    assert_eq!(finished.status, 200, "{finished:?}");
    let grace = guarded();
    let foreign = ada.log_in(json!({ "recovery_code": grace.recovery_codes[0] }));
    assert_eq!(refused(&foreign), refusal(401, "invalid_code"), "another's");
}

#[test]
fn a_code_without_a_factor_means_nothing() {
    let ada = somebody();
    let body = json!({ "username": ada.name, "password": ada.password, "mfa_code": "123456" });
    assert_eq!(Anonymous::at(server::shared()).post("/auth/login", &body).status, 200);
    for path in ["/auth/mfa/verify", "/auth/mfa/disable", "/auth/mfa/recovery-codes"] {
        let answer = ada.post(path, &json!({ "code": "123456" }));
        assert_eq!(refused(&answer), refusal(409, "mfa_not_enabled"), "{path}");
    }
}

#[test]
fn a_secret_that_waits_is_replaced_and_one_that_is_on_is_not() {
    let ada = somebody();
    let secret = |answer: Answer| answer.json()["secret"].as_str().unwrap().to_owned();
    let mut first = Authenticator::of(&secret(ada.post("/auth/mfa/enable", &json!({}))));
    let mut second = Authenticator::of(&secret(ada.post("/auth/mfa/enable", &json!({}))));
    let verify = |code: String| ada.post("/auth/mfa/verify", &json!({ "code": code }));
    assert_eq!(refused(&verify(first.code())), refusal(400, "invalid_code"));
    assert_eq!(
        refused(&ada.post("/auth/mfa/disable", &json!({ "code": "1" }))),
        refusal(409, "mfa_not_enabled")
    );
    assert_eq!(verify(second.code()).status, 200);
    let again = ada.post("/auth/mfa/enable", &json!({}));
    assert_eq!(refused(&again), refusal(409, "mfa_already_enabled"));
}

#[test]
fn turned_off_it_leaves_nothing_behind() {
    let mut ada = guarded();
    let token = ada.mfa_token();
    let wrong = json!({ "code": ada.authenticator.wrong_code() });
    assert_eq!(refused(&ada.who.post("/auth/mfa/disable", &wrong)), refusal(400, "invalid_code"));
    let code = ada.recovery_code();
    let disabled = ada.who.post("/auth/mfa/disable", &json!({ "recovery_code": code }));
    assert_eq!((disabled.status, disabled.text.as_str()), (204, ""));

    assert_eq!(ada.who.get("/users/me").json()["mfa_enabled"], false);
    assert_eq!(ada.log_in(json!({})).status, 200);
    let code = json!({ "code": ada.authenticator.code() });
    let late = ada.finish(&token, &code);
    assert_eq!(refused(&late), refusal(401, "mfa_token_invalid"));

    // A new factor knows neither the old codes nor the old secret.
    let old = ada.recovery_codes[0].clone();
    let ada = Guarded::of(ada.who);
    assert_eq!(refused(&ada.log_in(json!({ "recovery_code": old }))), refusal(401, "invalid_code"));
}

#[test]
fn new_recovery_codes_void_the_old() {
    let mut ada = guarded();
    let body = json!({ "code": ada.authenticator.code() });
    let renewed = ada.who.post("/auth/mfa/recovery-codes", &body);
    assert_eq!(renewed.status, 200, "{renewed:?}");
    let new = texts(&renewed.json()["recovery_codes"]);
    assert_eq!(new.len(), 10);
    let old = ada.recovery_code();
    assert_eq!(refused(&ada.log_in(json!({ "recovery_code": old }))), refusal(401, "invalid_code"));
    assert_eq!(ada.log_in(json!({ "recovery_code": new[0] })).status, 200);
}

#[test]
fn five_wrong_codes_in_a_row_over_all_doors_lock_out_the_right_one() {
    let mut ada = guarded();
    let wrong = ada.authenticator.wrong_code();
    // Four at one door, and a right one begins the row anew.
    for _ in 0..WRONG_CODES - 1 {
        assert_eq!(ada.log_in(json!({ "mfa_code": wrong })).code(), "invalid_code");
    }
    let code = ada.recovery_code();
    assert_eq!(ada.who.post("/auth/mfa/verify", &json!({ "recovery_code": code })).status, 200);

    let token = ada.mfa_token();
    let code = json!({ "code": wrong });
    assert_eq!(ada.finish(&token, &code).code(), "invalid_code");
    assert_eq!(ada.who.post("/auth/mfa/verify", &code).code(), "invalid_code");
    assert_eq!(ada.who.post("/auth/mfa/disable", &code).code(), "invalid_code");
    assert_eq!(ada.who.post("/auth/mfa/recovery-codes", &code).code(), "invalid_code");
    assert_eq!(ada.log_in(json!({ "mfa_code": wrong })).code(), "invalid_code");

    let right = ada.recovery_code();
    let shut = [
        ada.finish(&token, &json!({ "recovery_code": right })),
        ada.who.post("/auth/mfa/verify", &json!({ "code": ada.authenticator.code() })),
        ada.log_in(json!({ "recovery_code": right })),
        ada.who.post("/auth/mfa/disable", &json!({ "recovery_code": right })),
    ];
    for answer in shut {
        assert_eq!(refused(&answer), refusal(429, "too_many_attempts"));
        let seconds: u32 = answer.header("retry-after").parse().unwrap();
        assert!((880..=900).contains(&seconds), "{seconds}");
    }
    assert_eq!(ada.who.get("/users/me").status, 200, "those who are in stay in");
    assert_eq!(ada.log_in(json!({})).code(), "mfa_required", "the password is not locked");
    assert_eq!(guarded().who.get("/users/me").status, 200, "nor is anybody else");
}

#[test]
fn a_token_that_saw_five_wrong_codes_is_done_with() {
    let mut ada = guarded();
    let token = ada.mfa_token();
    let wrong = json!({ "code": ada.authenticator.wrong_code() });
    for guess in 0..WRONG_CODES {
        assert_eq!(refused(&ada.finish(&token, &wrong)), refusal(400, "invalid_code"), "{guess}");
        // A right code elsewhere ends the row, not what was guessed at this token.
        if guess == 2 {
            let code = ada.recovery_code();
            assert_eq!(ada.log_in(json!({ "recovery_code": code })).status, 200);
        }
    }
    let code = json!({ "code": ada.authenticator.code() });
    assert_eq!(refused(&ada.finish(&token, &code)), refusal(401, "mfa_token_invalid"));
    let token = ada.mfa_token();
    assert_eq!(ada.finish(&token, &code).status, 200, "another log-in has its own");
}

#[test]
fn whoever_ends_all_sessions_ends_the_waiting_log_ins_too() {
    let mut ada = guarded();
    let token = ada.mfa_token();
    assert_eq!(ada.who.ask("POST", "/auth/logout-all").status, 204);
    let code = json!({ "code": ada.authenticator.code() });
    assert_eq!(refused(&ada.finish(&token, &code)), refusal(401, "mfa_token_invalid"));
}

#[test]
fn a_new_password_and_a_suspension_end_the_waiting_log_ins() {
    let ada = guarded();
    let (token, code) = (ada.mfa_token(), json!({ "recovery_code": ada.recovery_codes[0] }));
    assert_eq!(ada.who.put("/users/me", &json!({ "password": "another password" })).status, 200);
    assert_eq!(refused(&ada.finish(&token, &code)), refusal(401, "mfa_token_invalid"));

    let grace = guarded();
    let (token, code) = (grace.mfa_token(), json!({ "recovery_code": grace.recovery_codes[0] }));
    let admin = Admin::at(server::shared());
    for status in ["suspended", "active"] {
        let changed = admin.send("PATCH", &grace.who.path(""), &json!({ "status": status }));
        assert_eq!(changed.status, 200, "{changed:?}");
    }
    assert_eq!(refused(&grace.finish(&token, &code)), refusal(401, "mfa_token_invalid"));
}

#[test]
fn what_a_thief_would_do_first_wants_a_fresh_log_in_or_the_password() {
    let server = Server::start_with(&[("REAUTH_WINDOW_SECS", "2")]);
    let ada = Anonymous::at(&server).become_somebody();
    sleep(Duration::from_secs(3));
    let enable = |body: &Value| ada.post("/auth/mfa/enable", body);
    assert_eq!(refused(&enable(&json!({}))), refusal(403, "reauthentication_required"));
    let wrong = enable(&json!({ "current_password": "not the password" }));
    assert_eq!(wrong.status, 400, "{wrong:?}");
    assert_eq!(wrong.faults(), [("current_password".to_owned(), "invalid_current_password".to_owned())]);
    let proposed = enable(&json!({ "current_password": ada.password }));
    assert_eq!(proposed.status, 200, "{proposed:?}");
    let mut authenticator = Authenticator::of(proposed.json()["secret"].as_str().unwrap());
    let code = authenticator.code();
    let codes = texts(&ada.post("/auth/mfa/verify", &json!({ "code": code })).json()["recovery_codes"]);

    sleep(Duration::from_secs(3));
    let renew = |code: &str| ada.post("/auth/mfa/recovery-codes", &json!({ "recovery_code": code }));
    assert_eq!(refused(&renew(&codes[0])), refusal(403, "reauthentication_required"));
    // A code that is shown counts as a log-in, and the one that was refused was not used up.
    assert_eq!(ada.post("/auth/mfa/verify", &json!({ "recovery_code": codes[1] })).status, 200);
    assert_eq!(renew(&codes[0]).status, 200);
}

#[test]
fn a_second_factor_outlives_the_servers_violent_end() {
    let mut server = Server::start();
    let (name, password, mut authenticator, recovery) = {
        let ada = Guarded::of(Anonymous::at(&server).become_somebody());
        (ada.who.name.clone(), ada.who.password.clone(), ada.authenticator, ada.recovery_codes[0].clone())
    };
    server.kill_and_restart();
    let anyone = Anonymous::at(&server);
    assert_eq!(anyone.log_in(&name, &password).code(), "mfa_required");
    let with = |field: &str, code: &str| {
        let mut body = json!({ "username": name, "password": password });
        body[field] = json!(code);
        anyone.post("/auth/login", &body).status
    };
    assert_eq!(with("mfa_code", &authenticator.code()), 200);
    assert_eq!(with("recovery_code", &recovery), 200);
}

#[test]
fn the_fields_of_a_code_are_looked_at_like_any_other() {
    let ada = somebody();
    let faults = |body: Value| {
        let answer = ada.post("/auth/mfa/verify", &body);
        assert_eq!(answer.status, 400, "{answer:?}");
        answer.faults()
    };
    let fault = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    assert_eq!(faults(json!({})), fault("code", "required"));
    assert_eq!(faults(json!({ "code": 123456 })), fault("code", "invalid_type"));
    assert_eq!(
        faults(json!({ "code": "123456", "recovery_code": "x" })),
        fault("recovery_code", "conflicting")
    );
    assert_eq!(faults(json!({ "code": "123456", "secret": "x" })), fault("secret", "unknown_field"));
    for path in ["/auth/mfa/enable", "/auth/mfa/verify", "/auth/mfa/disable", "/auth/mfa/recovery-codes"] {
        let answer = Anonymous::at(server::shared()).post(path, &json!({}));
        assert_eq!(refused(&answer), refusal(401, "token_required"), "{path}");
    }
    // The form of a token that was never given.
    let unknown = ask(ada.origin, "POST", "/auth/mfa/verify", Some(&"A".repeat(43)), Some(&json!({})));
    assert_eq!(refused(&unknown), refusal(401, "mfa_token_invalid"));
}

#[test]
fn a_known_device_is_told_a_new_token_and_keeps_its_own_count() {
    let mut ada = guarded();
    let device = ada.who.login["device_token"].clone();
    let waiting = ada.log_in(json!({ "device_token": device }));
    let token = waiting.json()["mfa_token"].as_str().unwrap().to_owned();
    let code = json!({ "code": ada.authenticator.code() });
    let finished = ada.finish(&token, &code);
    let told = finished.json()["device_token"].clone();
    assert!(told.is_string() && told != device, "{finished:?}");
    // Strangers use the account's count up, the device has its own.
    let anyone = Anonymous::at(server::shared());
    for _ in 0..20 {
        anyone.log_in(&ada.who.name, "not the password");
    }
    assert_eq!(ada.log_in(json!({})).status, 429);
    assert_eq!(ada.log_in(json!({ "device_token": told })).code(), "mfa_required");
    assert_eq!(ada.log_in(json!({ "device_token": device })).status, 429, "it is no longer known");
}
