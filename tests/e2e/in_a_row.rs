//! How often one may guess in a row, however many hours it takes.

use serde_json::{Value, json};

use crate::actors::{Anonymous, Answer, SignedIn, fresh_name};
use crate::authenticator::Guarded;
use crate::server::Server;

/// What strangers may guess in an hour.
const GUESSES: usize = 20;

/// What strangers may guess in a row, and what anybody may.
const STRANGERS: usize = 80;
const ANYBODY: usize = 100;

/// What was guessed is of another hour by now.
fn an_hour_later(server: &Server) {
    server.write("DELETE FROM guesses");
}

/// There were so many by now, where there was one.
fn set_in_a_row(server: &Server, count: usize) {
    let rows = server.write(&format!("UPDATE guesses_in_a_row SET count = {count}"));
    assert_ne!(rows, 0);
}

fn wrong(server: &Server, name: &str) -> Answer {
    Anonymous::at(server).log_in(name, "not the password")
}

/// How many are looked at before one is refused, where an hour passes after each.
fn looked_at(server: &Server, guess: impl Fn() -> u16) -> usize {
    let looked_at = || {
        an_hour_later(server);
        guess() != 429
    };
    (0..=ANYBODY).take_while(|_| looked_at()).count()
}

fn from_device(ada: &SignedIn<'_>, password: &str) -> Answer {
    let device = &ada.login["device_token"];
    let body = json!({ "identifier": ada.name, "password": password, "device_token": device });
    Anonymous { origin: ada.origin }.post("/auth/login", &body)
}

fn reset(server: &Server, who: &SignedIn<'_>, password: &str) -> Value {
    let anyone = Anonymous::at(server);
    assert_eq!(anyone.post("/auth/password/forgot", &json!({ "email": who.email() })).status, 202);
    let token = server.mailed_token(&who.email(), "Reset your password");
    let done = anyone.post("/auth/password/reset", &json!({ "token": token, "password": password }));
    assert_eq!(done.status, 200, "{done:?}");
    done.json()
}

/// All that a client sees of a refusal, but for what is another each time.
fn seen(answer: &Answer) -> (u16, Vec<String>, Value) {
    let names = answer.headers.keys().filter(|name| !matches!(name.as_str(), "date" | "x-request-id"));
    let headers = names.map(|name| format!("{name}: {}", answer.header(name.as_str()))).collect();
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("request_id");
    (answer.status, headers, body)
}

#[test]
fn strangers_have_eighty_in_a_row_and_a_known_device_the_twenty_that_are_left() {
    let mut server = Server::start();
    let (name, password, device) = {
        let ada = Anonymous::at(&server).become_somebody();
        assert_eq!(looked_at(&server, || wrong(&server, &ada.name).status), STRANGERS);
        (ada.name.clone(), ada.password.clone(), ada.login["device_token"].clone())
    };
    server.kill_and_restart();
    an_hour_later(&server);
    assert_eq!(Anonymous::at(&server).log_in(&name, &password).status, 429, "a restart forgets nothing");
    let by_device = |password: &str| {
        let body = json!({ "identifier": name, "password": password, "device_token": device });
        Anonymous::at(&server).post("/auth/login", &body)
    };
    assert_eq!(by_device(&password).status, 200);
    assert_eq!(
        wrong(&server, &name).status,
        401,
        "a finished log-in from a device sets strangers free as well"
    );

    set_in_a_row(&server, STRANGERS);
    assert_eq!(looked_at(&server, || by_device("not the password").status), ANYBODY - STRANGERS);
    for locked in [by_device(&password), Anonymous::at(&server).log_in(&name, &password)] {
        assert_eq!((locked.status, locked.header("retry-after")), (429, "3600"));
    }
}

#[test]
fn another_password_by_mail_begins_anew() {
    let server = Server::start();
    let ada = Anonymous::at(&server).become_somebody();
    wrong(&server, &ada.name);
    set_in_a_row(&server, ANYBODY);
    assert_eq!(from_device(&ada, &ada.password).status, 429);
    reset(&server, &ada, "the difference engine");
    assert_eq!(Anonymous::at(&server).log_in(&ada.name, "the difference engine").status, 200);
}

#[test]
fn of_500_at_once_only_those_that_are_left_are_looked_at() {
    let server = Server::start();
    let (ada, nobody) = (Anonymous::at(&server).become_somebody(), fresh_name());
    for name in [&ada.name, &nobody] {
        wrong(&server, name);
        an_hour_later(&server);
        set_in_a_row(&server, STRANGERS - 3);
        let body = json!({ "identifier": name, "password": "not the password" });
        let guess = || Anonymous::at(&server).post_from("192.0.2.1", "/auth/login", &body).status;
        let statuses: Vec<_> = std::thread::scope(|scope| {
            let guesses: Vec<_> = (0..500).map(|_| scope.spawn(guess)).collect();
            guesses.into_iter().map(|guess| guess.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 3, "{statuses:?}");
    }
}

#[test]
fn a_lock_looks_the_same_whether_there_is_an_account_and_whatever_it_is_for() {
    let server = Server::start();
    let (ada, nobody) = (Anonymous::at(&server).become_somebody(), fresh_name());
    let locked = |name: &str| {
        an_hour_later(&server);
        assert_eq!(looked_at(&server, || wrong(&server, name).status), STRANGERS);
        an_hour_later(&server);
        [wrong(&server, name), Anonymous::at(&server).log_in(name, &ada.password)].map(|answer| seen(&answer))
    };
    let [known, right] = locked(&ada.name);
    assert_eq!(known, right);
    assert_eq!(locked(&nobody), [known.clone(), known.clone()]);
    // The lock of an hour: but for the seconds it is the same.
    let name = fresh_name();
    for _ in 0..GUESSES {
        wrong(&server, &name);
    }
    let hourly = wrong(&server, &name);
    let (status, _, body) = seen(&hourly);
    assert_eq!((status, body), (known.0, known.2));
}

#[test]
fn a_current_password_is_a_guess_in_a_row_and_has_the_twenty_that_strangers_leave() {
    let server = Server::start();
    let ada = Anonymous::at(&server).become_somebody();
    let enable = |password: &str| ada.post("/auth/mfa/enable", &json!({ "current_password": password }));
    assert_eq!(looked_at(&server, || wrong(&server, &ada.name).status), STRANGERS);
    assert_eq!(enable(&ada.password).status, 200);
    assert_eq!(wrong(&server, &ada.name).status, 429, "which sets no stranger free");
    assert_eq!(looked_at(&server, || enable("not the password").status), ANYBODY - STRANGERS);
    for locked in [enable(&ada.password), from_device(&ada, &ada.password)] {
        assert_eq!((locked.status, locked.header("retry-after")), (429, "3600"));
    }
    reset(&server, &ada, "the difference engine");
    assert_eq!(Anonymous::at(&server).log_in(&ada.name, "the difference engine").status, 200);
}

#[test]
fn right_passwords_that_are_refused_use_nothing_up() {
    let server = Server::start();
    let ada = Anonymous::at(&server).become_somebody();
    wrong(&server, &ada.name);
    set_in_a_row(&server, STRANGERS - 1);
    let nowhere = json!({ "username": ada.name, "password": ada.password, "application_id": "nowhere" });
    for _ in 0..3 {
        assert_eq!(Anonymous::at(&server).post("/auth/login", &nowhere).status, 400);
    }
    assert_eq!(wrong(&server, &ada.name).status, 401);
    assert_eq!(wrong(&server, &ada.name).status, 429);
}

#[test]
fn a_hundred_wrong_codes_in_a_row_refuse_the_right_one_at_every_door_until_a_reset() {
    let server = Server::start();
    let ada = Anonymous::at(&server).become_somebody();
    // The factor of an address that is not verified would go with the reset.
    let verification = json!({ "token": server.mailed_token(&ada.email(), "Confirm your e-mail address") });
    assert_eq!(Anonymous::at(&server).post("/auth/email/verify", &verification).status, 204);
    let mut ada = Guarded::of(ada);
    let (waiting, mistyped) = (ada.mfa_token(), ada.authenticator.wrong_code());
    assert_eq!(ada.finish(&waiting, &json!({ "code": mistyped })).status, 400);
    let right = json!({ "mfa_code": ada.authenticator.code() });
    assert_eq!(ada.log_in(right).status, 200, "which begins anew");
    assert_eq!(
        ada.who.post("/auth/mfa/verify", &json!({ "recovery_code": "58n2-maha-58n2-maha" })).status,
        400
    );
    set_in_a_row(&server, ANYBODY - 1);
    let [first, second] = [ada.recovery_code(), ada.recovery_code()];
    assert_eq!(ada.who.post("/auth/mfa/disable", &json!({ "code": mistyped })).status, 400, "the hundredth");
    an_hour_later(&server);
    // The password's own count is another one.
    server.write("DELETE FROM guesses_in_a_row WHERE subject LIKE 'account:%'");
    let code = json!({ "code": ada.authenticator.code() });
    for refused in [
        ada.who.post("/auth/mfa/verify", &code),
        ada.who.post("/auth/mfa/verify", &json!({ "recovery_code": first })),
        ada.who.post("/auth/mfa/disable", &code),
        ada.who.post("/auth/mfa/recovery-codes", &code),
        ada.log_in(json!({ "mfa_code": code["code"] })),
        ada.finish(&waiting, &code),
    ] {
        assert_eq!((refused.status, refused.header("retry-after")), (429, "3600"), "{refused:?}");
    }
    reset(&server, &ada.who, "the difference engine");
    let body =
        json!({ "username": ada.who.name, "password": "the difference engine", "recovery_code": second });
    let logged_in = Anonymous::at(&server).post("/auth/login", &body);
    assert_eq!((logged_in.status, &logged_in.json()["user"]["mfa_enabled"]), (200, &json!(true)));
}
