//! How often one may guess.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Barrier;
use std::time::Duration;

use serde_json::json;

use crate::actors::{Anonymous, Answer, fresh_name};
use crate::server::{self, Server};

const GUESSES: usize = 20;

fn exhaust(anyone: &Anonymous<'_>, name: &str) -> Answer {
    for guess in 0..GUESSES {
        let answer = anyone.log_in(name, "not the password");
        assert_eq!((answer.status, answer.code().as_str()), (401, "invalid_credentials"), "guess {guess}");
    }
    anyone.log_in(name, "not the password")
}

#[test]
fn the_next_guess_is_refused_right_or_wrong_under_every_name_of_the_account() {
    let anyone = Anonymous::at(server::shared());
    let ada = anyone.become_somebody();
    let refused = exhaust(&anyone, &ada.name);
    assert_eq!((refused.status, refused.code().as_str()), (429, "too_many_attempts"));
    let seconds: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=3_600).contains(&seconds), "{seconds}");
    let by_email = format!("{}@example.com", ada.name.to_uppercase());
    assert_eq!(anyone.log_in(&by_email, &ada.password).status, 429);
    assert_eq!(ada.get("/users/me").status, 200, "those who are in stay in");
}

#[test]
fn a_name_of_nobody_is_counted_alike() {
    let anyone = Anonymous::at(server::shared());
    let refused = exhaust(&anyone, &fresh_name());
    assert_eq!((refused.status, refused.code().as_str()), (429, "too_many_attempts"));
}

#[test]
fn the_owners_device_gets_in_while_strangers_are_shut_out() {
    let anyone = Anonymous::at(server::shared());
    let ada = anyone.become_somebody();
    exhaust(&anyone, &ada.name);
    let with_device = |password: &str| {
        let device = &ada.login["device_token"];
        anyone.post(
            "/auth/login",
            &json!({ "identifier": ada.name, "password": password, "device_token": device }),
        )
    };
    let answer = with_device(&ada.password);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["device_token"], ada.login["device_token"]);
    assert_eq!(with_device("not the password").status, 401, "a device is no password");
    assert_eq!(anyone.log_in(&ada.name, &ada.password).status, 429, "strangers stay shut out");
}

#[test]
fn a_finished_log_in_clears_the_count_and_a_restart_does_not() {
    let mut server = Server::start();
    let (name, password) = {
        let anyone = Anonymous::at(&server);
        let ada = anyone.become_somebody();
        for _ in 0..GUESSES - 1 {
            assert_eq!(anyone.log_in(&ada.name, "not the password").status, 401);
        }
        assert_eq!(anyone.log_in(&ada.name, &ada.password).status, 200);
        exhaust(&anyone, &ada.name);
        (ada.name, ada.password)
    };
    server.kill_and_restart();
    assert_eq!(Anonymous::at(&server).log_in(&name, &password).status, 429);
}

#[test]
fn of_500_at_once_from_as_many_addresses_no_more_are_looked_at() {
    const CROWD: usize = 500;
    let server = Server::start_with(&[("RATE_LIMIT", "on"), ("TRUSTED_PROXIES", "127.0.0.1")]);
    let anyone = Anonymous::at(&server);
    let ada = anyone.become_somebody();
    // Each crowd comes from addresses of its own.
    for (network, name) in [(18, &fresh_name()), (19, &ada.name)] {
        let body = json!({ "identifier": name, "password": "not the password" });
        let all_are_there = Barrier::new(CROWD);
        let guess = |number: usize| {
            let address = format!("198.{network}.{}.{}", number / 250, number % 250);
            all_are_there.wait();
            anyone.post_from(&address, "/auth/login", &body).status
        };
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let guess = &guess;
            let guesses: Vec<_> = (0..CROWD).map(|number| scope.spawn(move || guess(number))).collect();
            guesses.into_iter().map(|guess| guess.join().unwrap()).collect()
        });
        let with = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
        assert_eq!(with(401), GUESSES, "{name}: {statuses:?}");
        // A busy machine sheds some before it has looked at them.
        assert_eq!(with(429) + with(503), CROWD - GUESSES, "{name}: {statuses:?}");
        let next = anyone.post_from("203.0.113.7", "/auth/login", &body);
        assert_eq!(next.code(), "too_many_attempts", "{name}");
    }
    let right = json!({ "identifier": ada.name, "password": ada.password });
    assert_eq!(anyone.post_from("203.0.113.8", "/auth/login", &right).code(), "too_many_attempts");
}

#[test]
fn a_right_password_that_is_refused_is_no_wrong_guess() {
    let anyone = Anonymous::at(server::shared());
    let ada = anyone.become_somebody();
    for _ in 0..=GUESSES {
        let body = json!({ "username": ada.name, "password": ada.password, "application_id": "nowhere" });
        assert_eq!(anyone.post("/auth/login", &body).status, 400);
    }
    assert_eq!(anyone.log_in(&ada.name, &ada.password).status, 200);
}

#[test]
fn a_right_log_in_is_finished_also_where_the_client_hangs_up() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    let ada = anyone.become_somebody();
    let body = json!({ "username": ada.name, "password": ada.password }).to_string();
    let address = server.origin.strip_prefix("http://").unwrap();
    for _ in 0..=GUESSES {
        let mut stream = TcpStream::connect(address).unwrap();
        let head = "POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length";
        write!(stream, "{head}: {}\r\n\r\n{body}", body.len()).unwrap();
        std::thread::sleep(Duration::from_millis(1));
        drop(stream);
        // Long enough for the one check, so that the next does not meet it.
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(anyone.log_in(&ada.name, &ada.password).status, 200);
}

#[test]
fn right_log_ins_at_once_are_no_wrong_guesses() {
    let anyone = Anonymous::at(server::shared());
    let ada = anyone.become_somebody();
    let log_in = || anyone.log_in(&ada.name, &ada.password).status;
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..60).map(|_| scope.spawn(log_in)).collect();
        all.into_iter().map(|status| status.join().unwrap()).collect()
    });
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
}
