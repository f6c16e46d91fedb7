//! Everything that may be used once, used again: at once, after the server was killed the moment it had answered,
//! after the account was deleted and restored, and after a backup was put back.

use serde_json::{Value, json};

use crate::actors::{Admin, Anonymous, Answer, SignedIn, ask};
use crate::authenticator::{Authenticator, Guarded};
use crate::server::Server;

/// Something that may be used once.
struct Once {
    /// Under which admins find its owner.
    owner: String,
    /// Uses it, at a server that may have started anew.
    usage: Box<dyn Fn(&Server) -> Answer>,
    /// What its second use is answered.
    refusal: (u16, &'static str),
}

/// A kind of them, and how one is got.
type Kind = (&'static str, fn(&Server) -> Once);

/// Those that are shown without a session, or bring their own.
const SHOWN_TO_THE_DOOR: [Kind; 8] = [
    ("a refresh token", refresh_token),
    ("a bearer that refreshes", refreshing_bearer),
    ("a code at the log-in", code_at_log_in),
    ("a code that finishes a log-in", code_that_finishes),
    ("a recovery code at the log-in", recovery_code_at_log_in),
    ("a log-in that waits", mfa_token),
    ("a token that resets", reset_token),
    ("a token that verifies", verify_token),
];

/// Those that are shown within a session.
const SHOWN_IN_A_SESSION: [Kind; 4] = [
    ("a code that turns the factor on", enabling_code),
    ("a code that proves the owner", proving_code),
    ("a recovery code that proves the owner", proving_recovery_code),
    ("a code that renews the recovery codes", renewing_code),
];

fn somebody(server: &Server) -> SignedIn<'_> {
    Anonymous::at(server).become_somebody()
}

fn guarded(server: &Server) -> Guarded<'_> {
    Guarded::of(somebody(server))
}

fn post(server: &Server, path: &str, bearer: Option<&str>, body: &Value) -> Answer {
    ask(&server.origin, "POST", path, bearer, Some(body))
}

/// What is posted as it is, and again.
fn posted(
    who: &SignedIn<'_>,
    path: &'static str,
    bearer: Option<String>,
    body: Value,
    refusal: (u16, &'static str),
) -> Once {
    let usage = move |server: &Server| post(server, path, bearer.as_deref(), &body);
    Once { owner: who.path(""), usage: Box::new(usage), refusal }
}

/// The pair that it bought is refreshed in turn, since until then it is given again to whoever lost it.
fn refresh_token(server: &Server) -> Once {
    let who = somebody(server);
    let first = json!({ "refresh_token": who.refresh_token() });
    let usage = move |server: &Server| {
        let answer = post(server, "/auth/refresh", None, &first);
        if answer.status == 200 {
            let next = json!({ "refresh_token": answer.json()["refresh_token"] });
            assert_eq!(post(server, "/auth/refresh", None, &next).status, 200);
        }
        answer
    };
    Once { owner: who.path(""), usage: Box::new(usage), refusal: (401, "token_reused") }
}

fn refreshing_bearer(server: &Server) -> Once {
    let who = somebody(server);
    let first = who.token.clone();
    let usage = move |server: &Server| {
        let answer = ask(&server.origin, "POST", "/auth/refresh", Some(&first), None);
        if answer.status == 200 {
            let next = answer.json()["access_token"].as_str().unwrap().to_owned();
            assert_eq!(ask(&server.origin, "POST", "/auth/refresh", Some(&next), None).status, 200);
        }
        answer
    };
    Once { owner: who.path(""), usage: Box::new(usage), refusal: (401, "token_reused") }
}

fn log_in_with(ada: &Guarded<'_>, member: &str, code: &str) -> Once {
    let body = json!({ "identifier": ada.who.name, "password": ada.who.password, member: code });
    posted(&ada.who, "/auth/login", None, body, (401, "invalid_code"))
}

fn code_at_log_in(server: &Server) -> Once {
    let mut ada = guarded(server);
    let code = ada.authenticator.code();
    log_in_with(&ada, "mfa_code", &code)
}

fn recovery_code_at_log_in(server: &Server) -> Once {
    let ada = guarded(server);
    log_in_with(&ada, "recovery_code", &ada.recovery_codes[0])
}

/// Each time another log-in waits, so that it is the code that is refused.
fn code_that_finishes(server: &Server) -> Once {
    let mut ada = guarded(server);
    let login = json!({ "identifier": ada.who.name, "password": ada.who.password });
    let code = json!({ "code": ada.authenticator.code() });
    let usage = move |server: &Server| {
        let waiting = post(server, "/auth/login", None, &login).json();
        post(server, "/auth/mfa/verify", waiting["mfa_token"].as_str(), &code)
    };
    Once { owner: ada.who.path(""), usage: Box::new(usage), refusal: (400, "invalid_code") }
}

/// Each time with another code, so that it is the token that is refused.
fn mfa_token(server: &Server) -> Once {
    let ada = guarded(server);
    let (token, codes) = (ada.mfa_token(), std::cell::RefCell::new(ada.recovery_codes.clone()));
    let usage = move |server: &Server| {
        let code = json!({ "recovery_code": codes.borrow_mut().pop() });
        post(server, "/auth/mfa/verify", Some(&token), &code)
    };
    Once { owner: ada.who.path(""), usage: Box::new(usage), refusal: (401, "mfa_token_invalid") }
}

fn reset_token(server: &Server) -> Once {
    let who = somebody(server);
    assert_eq!(post(server, "/auth/password/forgot", None, &json!({ "email": who.email() })).status, 202);
    let token = server.mailed_token(&who.email(), "Reset your password");
    let body = json!({ "token": token, "password": "the difference engine" });
    posted(&who, "/auth/password/reset", None, body, (400, "invalid_token"))
}

fn verify_token(server: &Server) -> Once {
    let who = somebody(server);
    let token = server.mailed_token(&who.email(), "Confirm your e-mail address");
    posted(&who, "/auth/email/verify", None, json!({ "token": token }), (400, "invalid_token"))
}

fn enabling_code(server: &Server) -> Once {
    let who = somebody(server);
    let proposed = who.post("/auth/mfa/enable", &json!({}));
    let mut authenticator = Authenticator::of(proposed.json()["secret"].as_str().unwrap());
    // The first may be about to run out.
    authenticator.code();
    let code = authenticator.code();
    let bearer = Some(who.token.clone());
    posted(&who, "/auth/mfa/verify", bearer, json!({ "code": code }), (400, "invalid_code"))
}

fn in_the_session_of(ada: &Guarded<'_>, path: &'static str, body: Value) -> Once {
    posted(&ada.who, path, Some(ada.who.token.clone()), body, (400, "invalid_code"))
}

fn proving_code(server: &Server) -> Once {
    let mut ada = guarded(server);
    let code = ada.authenticator.code();
    in_the_session_of(&ada, "/auth/mfa/verify", json!({ "code": code }))
}

fn proving_recovery_code(server: &Server) -> Once {
    let ada = guarded(server);
    in_the_session_of(&ada, "/auth/mfa/verify", json!({ "recovery_code": ada.recovery_codes[0] }))
}

fn renewing_code(server: &Server) -> Once {
    let mut ada = guarded(server);
    let code = ada.authenticator.code();
    in_the_session_of(&ada, "/auth/mfa/recovery-codes", json!({ "code": code }))
}

fn kinds() -> impl Iterator<Item = Kind> {
    SHOWN_TO_THE_DOOR.into_iter().chain(SHOWN_IN_A_SESSION)
}

fn assert_used(what: &str, answer: &Answer) {
    assert!(matches!(answer.status, 200 | 204), "{what} was good once: {answer:?}");
}

fn assert_refused(what: &str, once: &Once, answer: &Answer) {
    assert_eq!((answer.status, answer.code().as_str()), once.refusal, "{what} again");
}

#[test]
fn nothing_is_used_twice() {
    let server = Server::start();
    for (what, got) in kinds() {
        let once = got(&server);
        assert_used(what, &(once.usage)(&server));
        assert_refused(what, &once, &(once.usage)(&server));
    }
}

#[test]
fn nothing_is_used_twice_though_the_server_was_killed_the_moment_it_had_answered() {
    let mut server = Server::start();
    for (what, got) in kinds() {
        let once = got(&server);
        assert_used(what, &(once.usage)(&server));
        server.kill_and_restart();
        assert_refused(what, &once, &(once.usage)(&server));
    }
}

#[test]
fn what_was_used_stays_used_when_an_account_comes_back() {
    let server = Server::start();
    let admin = Admin::at(&server);
    for (what, got) in SHOWN_TO_THE_DOOR {
        for taken in [deleted, suspended] {
            let once = got(&server);
            assert_used(what, &(once.usage)(&server));
            taken(&admin, &once.owner);
            restored(&admin, &once.owner);
            let answer = (once.usage)(&server);
            assert_eq!(answer.status, once.refusal.0, "{what} again: {answer:?}");
        }
    }
}

#[test]
fn what_was_given_out_before_an_account_was_taken_is_void_then_and_when_it_comes_back() {
    let server = Server::start();
    let admin = Admin::at(&server);
    // The codes of a second factor are the owner's and stay so; what let in without them or the password does not.
    for (what, got) in [
        ("a refresh token", refresh_token as fn(&Server) -> Once),
        ("a bearer that refreshes", refreshing_bearer),
        ("a log-in that waits", mfa_token),
        ("a token that resets", reset_token),
        ("a token that verifies", verify_token),
    ] {
        for taken in [deleted, suspended] {
            let once = got(&server);
            taken(&admin, &once.owner);
            let meanwhile = (once.usage)(&server);
            assert_eq!(meanwhile.status, once.refusal.0, "{what}: {meanwhile:?}");
            restored(&admin, &once.owner);
            let after = (once.usage)(&server);
            assert_eq!(after.status, once.refusal.0, "{what}: {after:?}");
        }
    }
}

/// The codes as well: the command takes them away or counts them as used.
#[test]
fn nothing_is_used_that_a_backup_of_the_database_brought_back() {
    let mut server = Server::start();
    let all: Vec<_> = kinds().map(|(what, got)| (what, got(&server))).collect();
    let backup = server.back_up();
    for (what, once) in &all {
        assert_used(what, &(once.usage)(&server));
    }
    server.put_back(&backup);
    let voided = server.command(&["after-restore"], "");
    assert!(voided.status.success(), "{voided:?}");
    server.start_again();
    for (what, once) in &all {
        let answer = (once.usage)(&server);
        assert!(matches!(answer.status, 400 | 401), "{what}: {answer:?}");
    }
}

fn deleted(admin: &Admin<'_>, owner: &str) {
    assert_eq!(admin.ask("DELETE", owner).status, 200);
}

fn suspended(admin: &Admin<'_>, owner: &str) {
    assert_eq!(admin.send("PATCH", owner, &json!({ "status": "suspended" })).status, 200);
}

fn restored(admin: &Admin<'_>, owner: &str) {
    assert_eq!(admin.send("PATCH", owner, &json!({ "status": "active" })).status, 200);
}
