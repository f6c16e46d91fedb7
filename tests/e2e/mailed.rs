//! What mailed tokens do: verify an address, reset a password, and nothing twice.

mod limits;

use serde_json::{Value, json};

use crate::actors::{Admin, Anonymous, Answer, SignedIn};
use crate::authenticator::Guarded;
use crate::server::{self, Server};

const VERIFY: &str = "Confirm your e-mail address";
const RESET: &str = "Reset your password";
const NEW: &str = "the difference engine";

/// How somebody asks for a mail to an address.
type Ask = fn(&Anonymous<'_>, &str) -> Answer;

fn forgot(anyone: &Anonymous<'_>, email: &str) -> Answer {
    anyone.post("/auth/password/forgot", &json!({ "email": email }))
}

fn resend(anyone: &Anonymous<'_>, email: &str) -> Answer {
    anyone.post("/auth/email/resend", &json!({ "email": email }))
}

fn verify(anyone: &Anonymous<'_>, token: &str) -> Answer {
    anyone.post("/auth/email/verify", &json!({ "token": token }))
}

fn reset(anyone: &Anonymous<'_>, token: &str, password: &str) -> Answer {
    anyone.post("/api/auth/password/reset", &json!({ "token": token, "password": password }))
}

fn reset_token(server: &Server, who: &SignedIn<'_>) -> String {
    assert_eq!(forgot(&Anonymous::at(server), &who.email()).status, 202);
    server.mailed_token(&who.email(), RESET)
}

fn verified(who: &SignedIn<'_>) -> Value {
    who.get("/users/me").json()["email_verified"].clone()
}

fn is_void(answer: &Answer) -> bool {
    answer.status == 400 && answer.code() == "invalid_token"
}

#[test]
fn nobody_logs_in_before_the_address_is_verified_where_that_is_asked() {
    let server = Server::start_with(&[("REQUIRE_VERIFIED_EMAIL", "true")]);
    let anyone = Anonymous::at(&server);
    let body = json!({ "username": "ada", "email": "ada@example.com", "password": "the analytical engine" });
    assert_eq!(anyone.post("/auth/register", &body).status, 201);
    let log_in = || anyone.log_in("ada", "the analytical engine");
    assert_eq!(log_in().code(), "email_not_verified");
    let token = server.mailed_token("ada@example.com", VERIFY);
    assert_eq!(anyone.get(&format!("/auth/email/verify?token={token}")).status, 405, "a GET does nothing");
    assert_eq!(log_in().code(), "email_not_verified");
    assert_eq!(verify(&anyone, &token).status, 204);
    let logged_in = log_in();
    assert_eq!(logged_in.status, 200, "{logged_in:?}");
    assert_eq!(logged_in.json()["user"]["email_verified"], true);
}

#[test]
fn a_token_verifies_once_and_only_the_address_that_it_was_sent_to() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    let ada = anyone.become_somebody();
    let first = server.mailed_token(&ada.email(), VERIFY);
    assert_eq!(resend(&anyone, &ada.email()).status, 202);
    let second = server.mailed_token(&ada.email(), VERIFY);
    assert_ne!(first, second);
    assert_eq!(ada.put("/users/me", &json!({ "email": "ada@example.org" })).status, 200);
    for token in [&first, &second] {
        assert!(is_void(&verify(&anyone, token)));
    }
    assert_eq!(verified(&ada), false);
    let third = server.mailed_token("ada@example.org", VERIFY);
    assert!(is_void(&reset(&anyone, &third, NEW)), "it is for something else");
    assert_eq!(verify(&anyone, &third).status, 204);
    assert_eq!(verified(&ada), true);
    assert!(is_void(&verify(&anyone, &third)));
    // Once verified there is nothing to send, and nobody is told.
    let before = server.outbox();
    assert_eq!(resend(&anyone, "ada@example.org").status, 202);
    assert_eq!(server.outbox(), before);
    // Another address has to be verified anew.
    assert_eq!(ada.put("/users/me", &json!({ "email": ada.email() })).status, 200);
    assert_eq!(verified(&ada), false);
}

#[test]
fn a_reset_ends_every_session_and_gives_the_account_to_whoever_reads_the_mail() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    let ada = anyone.become_somebody();
    let elsewhere = ada.again();
    let token = reset_token(&server, &ada);
    for (password, code) in [("short", "too_short"), ("password", "password_too_common")] {
        let refused = reset(&anyone, &token, password);
        assert_eq!((refused.status, &refused.faults()[0].1[..]), (400, code), "{refused:?}");
    }
    for password in [ada.email(), ada.name.clone()] {
        assert_eq!(reset(&anyone, &token, &password).faults()[0].1, "password_is_identity");
    }
    let done = reset(&anyone, &token, NEW);
    assert_eq!(done.status, 200, "a password that was refused has not used it up: {done:?}");
    for session in [&ada, &elsewhere] {
        assert_eq!(session.get("/users/me").status, 401);
        let refresh = json!({ "refresh_token": session.refresh_token() });
        assert_eq!(anyone.post("/auth/refresh", &refresh).status, 401);
    }
    assert_eq!(anyone.log_in(&ada.name, &ada.password).status, 401);
    let logged_in = anyone.log_in(&ada.name, NEW);
    assert_eq!(logged_in.json()["user"]["email_verified"], true, "the mailbox is proved");
    assert!(is_void(&reset(&anyone, &token, "another password")));
    assert!(server.outbox().contains("Subject: Your password was reset"));
}

#[test]
fn whoever_is_kept_out_by_guessers_gets_in_by_the_mail() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    let ada = anyone.become_somebody();
    let guess = || anyone.log_in(&ada.name, "not the password").status;
    while guess() != 429 {}
    let done = reset(&anyone, &reset_token(&server, &ada), NEW).json();
    assert_eq!(anyone.log_in(&ada.name, NEW).status, 429, "only a finished log-in clears the count");
    let body = json!({ "identifier": ada.name, "password": NEW, "device_token": done["device_token"] });
    let logged_in = anyone.post("/auth/login", &body);
    assert_eq!(logged_in.status, 200, "{logged_in:?}");
    assert_eq!(guess(), 429, "which does not hand the guessers new guesses");
    // What the devices before knew is forgotten.
    let before = json!({
        "identifier": ada.name, "password": NEW, "device_token": ada.login["device_token"]
    });
    assert_eq!(anyone.post("/auth/login", &before).status, 429);
}

#[test]
fn a_strangers_second_factor_goes_with_the_reset_and_the_owners_stays() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    let strangers = Guarded::of(anyone.become_somebody());
    let token = reset_token(&server, &strangers.who);
    assert_eq!(reset(&anyone, &token, NEW).status, 200);
    let logged_in = anyone.log_in(&strangers.who.name, NEW);
    assert_eq!((logged_in.status, &logged_in.json()["user"]["mfa_enabled"]), (200, &json!(false)));
    let turned_off = "Subject: Two-factor authentication was turned off";
    assert_eq!(server.outbox().matches(turned_off).count(), 1);

    let owner = anyone.become_somebody();
    assert_eq!(verify(&anyone, &server.mailed_token(&owner.email(), VERIFY)).status, 204);
    let owners = Guarded::of(owner);
    // Not even by way of another address, which is not verified when the mail goes there.
    let moved = format!("{}@example.org", owners.who.name);
    assert_eq!(owners.who.put("/users/me", &json!({ "email": moved })).status, 200);
    assert_eq!(forgot(&anyone, &moved).status, 202);
    assert_eq!(reset(&anyone, &server.mailed_token(&moved, RESET), NEW).status, 200);
    assert_eq!(anyone.log_in(&owners.who.name, NEW).code(), "mfa_required");
    assert_eq!(server.outbox().matches(turned_off).count(), 1);
}

#[test]
fn whatever_changes_the_account_voids_what_would_reset_it() {
    let server = Server::start();
    let (anyone, admin) = (Anonymous::at(&server), Admin::at(&server));
    let by_password = anyone.become_somebody();
    let token = reset_token(&server, &by_password);
    assert_eq!(by_password.put("/users/me", &json!({ "password": "another engine" })).status, 200);
    assert!(is_void(&reset(&anyone, &token, NEW)));

    let by_address = anyone.become_somebody();
    let token = reset_token(&server, &by_address);
    let moved = format!("{}@example.org", by_address.name);
    assert_eq!(by_address.put("/users/me", &json!({ "email": moved })).status, 200);
    assert!(is_void(&reset(&anyone, &token, NEW)));

    let suspended = anyone.become_somebody();
    let token = reset_token(&server, &suspended);
    admin.send("PATCH", &suspended.path(""), &json!({ "status": "suspended" }));
    assert!(is_void(&reset(&anyone, &token, NEW)));
    admin.send("PATCH", &suspended.path(""), &json!({ "status": "active" }));
    assert!(is_void(&reset(&anyone, &token, NEW)));

    let deleted = anyone.become_somebody();
    let token = reset_token(&server, &deleted);
    deleted.ask("DELETE", "/users/me");
    assert!(is_void(&reset(&anyone, &token, NEW)));
}

#[test]
fn a_token_is_used_once_also_by_many_at_once_and_after_a_restart() {
    let mut server = Server::start();
    let (name, email, token) = {
        let ada = Anonymous::at(&server).become_somebody();
        let token = reset_token(&server, &ada);
        (ada.name.clone(), ada.email(), token)
    };
    let origin = server.origin.clone();
    let answers: Vec<_> = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..10)
            .map(|number| {
                let (origin, token) = (&origin, &token);
                scope.spawn(move || reset(&Anonymous { origin }, token, &format!("a new password {number}")))
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    let winners: Vec<_> = (0..10).filter(|number| answers[*number].status == 200).collect();
    assert_eq!(winners.len(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| is_void(answer)).count(), 9, "{answers:?}");
    let verification = server.mailed_token(&email, VERIFY);
    server.kill_and_restart();
    let anyone = Anonymous::at(&server);
    assert!(is_void(&reset(&anyone, &token, NEW)));
    assert_eq!(anyone.log_in(&name, &format!("a new password {}", winners[0])).status, 200);
    assert_eq!(verify(&anyone, &verification).status, 204, "it was never used");
    server.kill_and_restart();
    assert!(is_void(&verify(&Anonymous::at(&server), &verification)));
}

#[test]
fn a_log_in_from_elsewhere_is_told_also_after_all_devices_were_forgotten() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    let [ada, grace] = [0; 2].map(|_| anyone.become_somebody());
    let told = |who: &SignedIn<'_>| {
        let mail = format!("To: {}\nSubject: New log-in to your account\n", who.email());
        server.outbox().matches(&mail).count()
    };
    assert_eq!([told(&ada), told(&grace)], [0, 0], "the first log-in of an account is no news");
    assert_eq!(ada.put("/users/me", &json!({ "password": NEW })).status, 200);
    assert_eq!(anyone.log_in(&ada.name, NEW).status, 200);
    assert_eq!([told(&ada), told(&grace)], [1, 0]);
    let restored = server.command(&["after-restore"], "");
    assert!(restored.status.success(), "{restored:?}");
    assert_eq!(anyone.log_in(&grace.name, &grace.password).status, 200);
    assert_eq!([told(&ada), told(&grace)], [1, 1]);

    let guarded = Guarded::of(anyone.become_somebody());
    assert_eq!(guarded.who.put("/users/me", &json!({ "password": NEW })).status, 200);
    let guarded = Guarded { who: SignedIn { password: NEW.to_owned(), ..guarded.who }, ..guarded };
    let waiting = guarded.mfa_token();
    let code = json!({ "recovery_code": guarded.recovery_codes[0] });
    assert_eq!(guarded.finish(&waiting, &code).status, 200);
    assert_eq!(told(&guarded.who), 1);
}

#[test]
fn what_is_no_token_of_ours_is_told_so() {
    let anyone = Anonymous::at(server::shared());
    for token in ["x", &"A".repeat(43), &"A".repeat(10_000), "\u{0}", "☃", "' OR 1=1 --"] {
        assert!(is_void(&verify(&anyone, token)), "{token}");
        assert!(is_void(&reset(&anyone, token, "short")), "{token}");
    }
    for (path, body, field) in [
        ("/auth/email/verify", json!({}), "token"),
        ("/auth/email/verify", json!({ "token": 7 }), "token"),
        ("/auth/password/reset", json!({ "token": "x" }), "password"),
        ("/auth/password/reset", json!({ "token": "x", "password": "y", "email": "a@b.example" }), "email"),
        ("/auth/password/forgot", json!({ "email": "ada" }), "email"),
        ("/auth/email/resend", json!({ "username": "ada", "email": "ada@example.com" }), "username"),
    ] {
        let answer = anyone.post(path, &body);
        assert_eq!((answer.status, &answer.faults()[0].0[..]), (400, field), "{answer:?}");
    }
}

#[test]
fn nobody_learns_whose_address_it_is() {
    let server = Server::start();
    let (anyone, admin) = (Anonymous::at(&server), Admin::at(&server));
    let [known, suspended, deleted] = [0; 3].map(|_| anyone.become_somebody());
    admin.send("PATCH", &suspended.path(""), &json!({ "status": "suspended" }));
    deleted.ask("DELETE", "/users/me");
    let mails = || server.outbox().matches("== ").count();
    let answers = |ask: Ask| {
        let emails = [known.email(), suspended.email(), deleted.email(), "nobody@example.com".to_owned()];
        emails.map(|email| {
            let Answer { status, text, .. } = ask(&anyone, &email);
            (status, text)
        })
    };
    for ask in [resend, forgot] {
        let before = mails();
        let answers = answers(ask);
        assert!(answers.iter().all(|answer| *answer == answers[0] && answer.0 == 202), "{answers:?}");
        assert_eq!(mails() - before, 1, "one of them is written to");
    }
}

#[test]
fn the_shortest_password_is_the_one_of_the_setting_wherever_one_is_set() {
    let server = Server::start_with(&[("PASSWORD_MIN_LENGTH", "12")]);
    let anyone = Anonymous::at(&server);
    let [short, enough] = ["elevenchars", "twelve chars"];
    let is_too_short = |answer: &Answer| {
        let told = ("password".to_owned(), "too_short".to_owned());
        answer.status == 400 && answer.faults() == [told]
    };
    let register = |password: &str| {
        let body = json!({ "username": "ada", "email": "ada@example.com", "password": password });
        anyone.post("/auth/register", &body)
    };
    let refused = register(short);
    assert!(is_too_short(&refused), "{refused:?}");
    assert_eq!(register(enough).status, 201);

    let grace = anyone.become_somebody();
    let refused = grace.put("/users/me", &json!({ "password": short }));
    assert!(is_too_short(&refused), "{refused:?}");
    assert_eq!(grace.put("/users/me", &json!({ "password": enough })).status, 200);

    let token = reset_token(&server, &grace);
    let refused = reset(&anyone, &token, short);
    assert!(is_too_short(&refused), "{refused:?}");
    assert_eq!(reset(&anyone, &token, "twelve signs").status, 200);
}
