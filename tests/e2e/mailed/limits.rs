//! How many mails go to one address, and that no stranger keeps a reset from the owner by asking for them.

use serde_json::json;

use super::{Ask, NEW, RESET, VERIFY, forgot, resend, reset, reset_token, verify};
use crate::actors::{Anonymous, SignedIn};
use crate::server::Server;

/// What was counted so far was so many seconds earlier.
fn time_passes(server: &Server, secs: i64) {
    assert_ne!(server.write(&format!("UPDATE guesses SET at = at - {secs}")), 0);
    server.write(&format!("UPDATE action_tokens SET expires_at = expires_at - {secs}"));
}

/// How many mails of each kind were sent to an address.
fn sent(server: &Server, email: &str) -> [usize; 2] {
    let outbox = server.outbox();
    [RESET, VERIFY].map(|subject| outbox.matches(&format!("To: {email}\nSubject: {subject}\n")).count())
}

#[test]
fn three_mails_an_hour_go_to_one_address_whatever_has_them_sent() {
    let mut server = Server::start();
    let email = Anonymous::at(&server).become_somebody().email();
    for ask in [forgot, resend, forgot] {
        assert_eq!(ask(&Anonymous::at(&server), &email).status, 202);
    }
    assert_eq!(sent(&server, &email), [1, 1], "that of the registration is one of them");
    time_passes(&server, 31 * 60);
    server.kill_and_restart();
    let twin = email.to_uppercase();
    for ask in [resend, forgot, forgot, resend] {
        assert_eq!(ask(&Anonymous::at(&server), &twin).status, 202, "the same answer");
    }
    assert_eq!(sent(&server, &email), [2, 1], "a restart forgets nothing");
    time_passes(&server, 31 * 60);
    for ask in [resend, resend, forgot, forgot] {
        assert_eq!(ask(&Anonymous::at(&server), &twin).status, 202);
    }
    assert_eq!(sent(&server, &email), [3, 2], "of those before only the newest counts");
}

#[test]
fn the_owner_has_a_reset_at_every_moment_whatever_strangers_ask_for() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    let attacks: [[Ask; 3]; 3] =
        [[forgot, forgot, forgot], [resend, resend, forgot], [forgot, resend, forgot]];
    for attack in attacks {
        let [verified, unverified] = [0; 2].map(|_| anyone.become_somebody());
        assert_eq!(verify(&anyone, &server.mailed_token(&verified.email(), VERIFY)).status, 204);
        // That of the registration counts no more.
        time_passes(&server, 3_600);
        for who in [&verified, &unverified] {
            for ask in attack {
                assert_eq!(ask(&anyone, &who.email()).status, 202);
            }
        }
        for hour in 0..3 {
            // The strangers' tokens are over, and they ask again as soon as they may.
            time_passes(&server, 31 * 60);
            for who in [&verified, &unverified] {
                let [before, _] = sent(&server, &who.email());
                let token = reset_token(&server, who);
                assert_eq!(sent(&server, &who.email())[0], before + 1, "one is mailed now");
                assert_eq!(reset(&anyone, &token, &format!("engine number {hour}")).status, 200);
                for ask in attack {
                    assert_eq!(ask(&anyone, &who.email()).status, 202);
                }
            }
        }
    }
}

#[test]
fn of_fifty_who_ask_at_once_two_are_mailed_and_later_one() {
    let server = Server::start();
    let email = Anonymous::at(&server).become_somebody().email();
    time_passes(&server, 3_600);
    let at_once = || {
        std::thread::scope(|scope| {
            let ask = |number: usize| if number.is_multiple_of(2) { forgot } else { resend };
            let all: Vec<_> = (0..50)
                .map(|number| {
                    let (server, email) = (&server, &email);
                    scope.spawn(move || ask(number)(&Anonymous::at(server), email).status)
                })
                .collect();
            assert!(all.into_iter().all(|one| matches!(one.join().unwrap(), 202 | 503)));
        });
        sent(&server, &email).iter().sum::<usize>() - 1
    };
    assert_eq!(at_once(), 2);
    time_passes(&server, 31 * 60);
    assert_eq!(at_once(), 3);
}

#[test]
fn nobody_keeps_a_reset_from_the_owner_by_asking_for_the_verification() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    let [verified, unverified] = [0; 2].map(|_| anyone.become_somebody());
    assert_eq!(verify(&anyone, &server.mailed_token(&verified.email(), VERIFY)).status, 204);
    for who in [&verified, &unverified] {
        for _ in 0..10 {
            assert_eq!(resend(&anyone, &who.email()).status, 202);
        }
        let [_, verifications] = sent(&server, &who.email());
        assert!(verifications <= 2, "one at the registration, and one more where it is not verified");
        assert_eq!(reset(&anyone, &reset_token(&server, who), NEW).status, 200);
        assert_eq!(forgot(&anyone, &who.email()).status, 202);
        assert_eq!(sent(&server, &who.email())[0], 1, "three in all");
        assert_eq!(anyone.log_in(&who.name, NEW).status, 200);
    }
    // Nor by asking before somebody moves to the address.
    let moved = format!("{}@example.org", verified.name);
    for _ in 0..10 {
        assert_eq!(resend(&anyone, &moved).status, 202);
    }
    assert_eq!(anyone.log_in(&verified.name, NEW).status, 200);
    let moving = SignedIn { password: NEW.to_owned(), ..verified }.again();
    assert_eq!(moving.put("/users/me", &json!({ "email": moved })).status, 200);
    assert_eq!(forgot(&anyone, &moved).status, 202);
    assert_eq!(reset(&anyone, &server.mailed_token(&moved, RESET), "another engine").status, 200);
}

#[test]
fn whoever_moves_an_account_to_and_fro_keeps_no_reset_from_the_address() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    let stranger = anyone.become_somebody();
    let owners = "owner@example.org";
    for _ in 0..5 {
        for email in [owners.to_owned(), stranger.email()] {
            assert_eq!(stranger.put("/users/me", &json!({ "email": email })).status, 200);
        }
    }
    let body = json!({ "username": "owner", "email": owners, "password": "the analytical engine" });
    assert_eq!(anyone.post("/auth/register", &body).status, 201);
    assert_eq!(forgot(&anyone, owners).status, 202);
    assert_eq!(reset(&anyone, &server.mailed_token(owners, RESET), NEW).status, 200);
}

#[test]
fn an_address_is_not_mailed_to_at_will_by_whoever_moves_an_account_to_and_fro() {
    let server = Server::start();
    let ada = Anonymous::at(&server).become_somebody();
    for number in 0..10 {
        let email = if number % 2 == 0 { "stranger@example.org".to_owned() } else { ada.email() };
        assert_eq!(ada.put("/users/me", &json!({ "email": email })).status, 200);
    }
    let outbox = server.outbox();
    let to_stranger =
        |subject: &str| outbox.matches(&format!("To: stranger@example.org\nSubject: {subject}\n")).count();
    // What was mailed to an address that is left is taken back, so the last of them is gone as well.
    assert!(to_stranger(VERIFY) <= 2, "{outbox}");
    assert!(to_stranger("Your e-mail address was changed") <= 3, "{outbox}");
}
