//! What an address may guess, and which address is believed.

use serde_json::{Value, json};

use crate::actors::{Anonymous, Answer, SignedIn, fresh_name};
use crate::authenticator::Guarded;
use crate::server::Server;

/// What one address may guess at one account in an hour.
const FROM_ADDRESS: usize = 10;

/// What one address may guess in an hour.
const ADDRESS: usize = 100;

/// What strangers may guess at one account in an hour.
const ACCOUNT: usize = 20;

/// What may be guessed in one session in an hour.
const SESSION: usize = 20;

/// A server that counts addresses and is told them by a proxy on this machine.
fn behind_a_proxy() -> Server {
    Server::start_with(&[("RATE_LIMIT", "on"), ("TRUSTED_PROXIES", "127.0.0.1")])
}

/// Logs in as the proxy would pass it on that was called from there.
fn log_in_from(server: &Server, address: &str, name: &str, password: &str) -> Answer {
    let body = json!({ "identifier": name, "password": password });
    Anonymous::at(server).post_from(address, "/auth/login", &body)
}

fn wrong_from(server: &Server, address: &str, name: &str) -> u16 {
    log_in_from(server, address, name, "not the password").status
}

#[test]
fn an_address_that_attacks_is_through_before_the_account_is_and_its_owner_elsewhere_gets_in() {
    let server = behind_a_proxy();
    let ada = Anonymous::at(&server).become_somebody();
    let attacked: Vec<_> = (0..30).map(|_| wrong_from(&server, "198.51.100.1", &ada.name)).collect();
    assert_eq!(attacked, [vec![401; FROM_ADDRESS], vec![429; 30 - FROM_ADDRESS]].concat());
    assert_eq!(log_in_from(&server, "203.0.113.7", &ada.name, &ada.password).status, 200);
    let still = log_in_from(&server, "198.51.100.1", &ada.name, &ada.password);
    assert_eq!((still.status, still.code().as_str()), (429, "too_many_attempts"), "right or wrong");
    assert_ne!(still.header("retry-after"), "");
}

#[test]
fn many_addresses_together_have_what_the_account_has() {
    let server = behind_a_proxy();
    let name = fresh_name();
    let from = |number: usize| wrong_from(&server, &format!("198.51.100.{number}"), &name);
    assert!((0..ACCOUNT).all(|number| from(number) == 401));
    assert_eq!(from(ACCOUNT), 429);
}

#[test]
fn all_addresses_of_one_64_are_one() {
    let server = behind_a_proxy();
    let name = fresh_name();
    let from = |network: &str, number: usize| wrong_from(&server, &format!("{network}::{number}"), &name);
    assert!((0..FROM_ADDRESS).all(|number| from("2001:db8:0:1", number) == 401));
    assert_eq!(from("2001:db8:0:1", 4_711), 429);
    assert_eq!(from("2001:db8:0:2", 1), 401);
}

#[test]
fn one_password_for_every_name_is_tried_a_hundred_times_also_by_who_has_an_account() {
    let server = behind_a_proxy();
    let mallory = Anonymous::at(&server).become_somebody();
    let attacker = "198.51.100.1";
    let mut looked_at = 0;
    for guess in 0..ADDRESS + 20 {
        if guess % 10 == 0 {
            // While there are guesses left: a log-in of one's own gives none back.
            log_in_from(&server, attacker, &mallory.name, &mallory.password);
        }
        looked_at += usize::from(wrong_from(&server, attacker, &fresh_name()) == 401);
    }
    assert_eq!(looked_at, ADDRESS);
    assert_eq!(wrong_from(&server, "203.0.113.7", &fresh_name()), 401);
}

#[test]
fn of_500_at_once_no_more_are_looked_at_than_may_be() {
    let server = behind_a_proxy();
    let (one, name) = ("198.51.100.1", fresh_name());
    // How many were looked at. A busy machine sheds some of the others with 503 before it has looked at them.
    let at_once = |name: &(dyn Fn() -> String + Sync)| {
        std::thread::scope(|scope| {
            let guesses: Vec<_> =
                (0..500).map(|_| scope.spawn(|| wrong_from(&server, one, &name()))).collect();
            let statuses: Vec<_> = guesses.into_iter().map(|guess| guess.join().unwrap()).collect();
            assert!(statuses.iter().all(|status| matches!(status, 401 | 429 | 503)), "{statuses:?}");
            statuses.iter().filter(|status| **status == 401).count()
        })
    };
    assert_eq!(at_once(&|| name.clone()), FROM_ADDRESS);
    // Here more arrive at the hashing threads than their queue holds. Those that are shed have used up nothing.
    let mut looked_at = at_once(&fresh_name);
    assert!(looked_at > 0);
    while wrong_from(&server, one, &fresh_name()) == 401 {
        looked_at += 1;
    }
    assert_eq!(looked_at, ADDRESS - FROM_ADDRESS);
    assert_eq!(wrong_from(&server, "203.0.113.7", &fresh_name()), 401);
}

#[test]
fn a_restart_forgets_nothing_of_an_address() {
    let mut server = behind_a_proxy();
    let name = fresh_name();
    assert!((0..FROM_ADDRESS).all(|_| wrong_from(&server, "198.51.100.1", &name) == 401));
    server.kill_and_restart();
    assert_eq!(wrong_from(&server, "198.51.100.1", &name), 429);
}

#[test]
fn a_known_device_gets_in_from_an_address_that_is_through() {
    let server = behind_a_proxy();
    let ada = Anonymous::at(&server).become_somebody();
    let attacker = "198.51.100.1";
    assert!((0..ADDRESS).all(|_| wrong_from(&server, attacker, &fresh_name()) == 401));
    assert_eq!(wrong_from(&server, attacker, &fresh_name()), 429);
    let body = json!({ "identifier": ada.name, "password": ada.password, "device_token": ada.login["device_token"] });
    assert_eq!(Anonymous::at(&server).post_from(attacker, "/auth/login", &body).status, 200);
}

#[test]
fn a_current_password_is_counted_neither_on_its_address_nor_on_the_account_s_hour() {
    let server = behind_a_proxy();
    let ada = Anonymous::at(&server).become_somebody();
    let change = |password: &str| {
        let body = json!({ "name": "Ada", "current_password": password });
        ada.put("/users/me", &body).status
    };
    assert!((0..SESSION).all(|_| change("not the password") == 400));
    assert_eq!(change("not the password"), 429);
    let here = "127.0.0.1";
    assert!((0..FROM_ADDRESS).all(|_| wrong_from(&server, here, &ada.name) == 401), "none is used up yet");
    assert_eq!(wrong_from(&server, here, &ada.name), 429);
    assert_eq!(log_in_from(&server, "203.0.113.7", &ada.name, &ada.password).status, 200);
}

#[test]
fn strangers_who_keep_an_account_full_do_not_keep_its_owner_from_another_password() {
    let server = behind_a_proxy();
    let mut ada = Anonymous::at(&server).become_somebody();
    // The whole of what is counted on her address, on her account and on the two together, and then all in a row.
    let here = "127.0.0.1";
    assert!((0..ADDRESS - FROM_ADDRESS).all(|_| wrong_from(&server, here, &fresh_name()) == 401));
    assert!((0..FROM_ADDRESS).all(|_| wrong_from(&server, here, &ada.name) == 401));
    assert!((FROM_ADDRESS..ACCOUNT).all(|_| wrong_from(&server, "198.51.100.1", &ada.name) == 401));
    for row in ["of the hour", "in a row"] {
        let strangers = log_in_from(&server, "203.0.113.7", &ada.name, &ada.password);
        assert_eq!((strangers.status, strangers.code().as_str()), (429, "too_many_attempts"), "{row}");
        assert_eq!(wrong_from(&server, here, &fresh_name()), 429, "{row}");

        let wrong = json!({ "current_password": "not the password" });
        assert_eq!(ada.post("/auth/mfa/enable", &wrong).status, 400, "{row}");
        let right = json!({ "current_password": ada.password });
        assert_eq!(ada.post("/auth/mfa/enable", &right).status, 200, "{row}");
        assert_eq!(ada.put("/users/me", &json!({ "password": ada.password })).status, 200, "{row}");
        let alone = format!("alone while strangers guess {row}");
        assert_eq!(ada.put("/users/me", &json!({ "password": alone })).status, 200, "{row}");
        let proven = format!("proven while strangers guess {row}");
        let change = json!({ "password": proven, "current_password": alone });
        assert_eq!(ada.put("/users/me", &change).status, 200, "{row}");
        ada.password = proven;
        server.write("DELETE FROM guesses WHERE subject LIKE 'session:%'");
        server.write("UPDATE guesses_in_a_row SET count = 80 WHERE subject LIKE 'account:%'");
    }
}

/// Shows this from there, as a proxy would pass it on.
fn show_from(server: &Server, address: &str, path: &str, body: &Value) -> Answer {
    Anonymous::at(server).post_from(address, path, body)
}

#[test]
fn wrong_tokens_are_guesses_of_their_address_and_right_ones_are_not() {
    let server = behind_a_proxy();
    let attacker = "198.51.100.1";
    let wrong = |number: usize| {
        let token = ["x".to_owned(), "A".repeat(43)][number % 2].clone();
        let (path, body) = if number % 4 < 2 {
            ("/auth/email/verify", json!({ "token": token }))
        } else {
            ("/auth/password/reset", json!({ "token": token, "password": "the difference engine" }))
        };
        show_from(&server, attacker, path, &body).status
    };
    let [ada, grace] = [0; 2].map(|_| Anonymous::at(&server).become_somebody());
    let verify = |address: &str, who: &SignedIn<'_>| {
        let token = server.mailed_token(&who.email(), "Confirm your e-mail address");
        show_from(&server, address, "/auth/email/verify", &json!({ "token": token })).status
    };
    assert!((0..ADDRESS - 1).all(|number| wrong(number) == 400));
    assert_eq!(verify(attacker, &ada), 204, "the last is not used up by a right one");
    assert_eq!(wrong(ADDRESS), 400);
    assert_eq!((wrong(0), wrong(2)), (429, 429));
    let refused = show_from(&server, attacker, "/auth/email/verify", &json!({ "token": "x" }));
    assert_ne!(refused.header("retry-after"), "");
    assert_eq!(verify(attacker, &grace), 429, "right or wrong");
    assert_eq!(wrong_from(&server, attacker, &fresh_name()), 429, "the same count");
    assert_eq!(verify("203.0.113.7", &grace), 204);
}

#[test]
fn of_500_tokens_at_once_no_more_are_looked_at() {
    let server = behind_a_proxy();
    let ada = Anonymous::at(&server).become_somebody();
    let token = server.mailed_token(&ada.email(), "Confirm your e-mail address");
    let verify = |number: usize| {
        let token = if number == 499 { token.clone() } else { format!("{number}") };
        show_from(&server, "198.51.100.1", "/auth/email/verify", &json!({ "token": token })).status
    };
    let statuses: Vec<_> = std::thread::scope(|scope| {
        let verify = &verify;
        let all: Vec<_> = (0..500).map(|number| scope.spawn(move || verify(number))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(statuses.iter().all(|status| matches!(status, 204 | 400 | 429 | 503)), "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), ADDRESS, "{statuses:?}");
    assert_eq!(verify(0), 429);
}

#[test]
fn wrong_codes_are_guesses_of_their_address_at_every_door() {
    let server = behind_a_proxy();
    let ada = Guarded::of(Anonymous::at(&server).become_somebody());
    let mistyped = json!({ "code": ada.authenticator.wrong_code() });
    // All by one address: this one.
    let mut wrong = 0;
    for door in ["/auth/mfa/verify", "/auth/mfa/disable", "/auth/mfa/recovery-codes"].iter().cycle().take(9) {
        // What is counted on the factor is another count.
        server.write("DELETE FROM guesses WHERE subject LIKE 'code:%'");
        assert_eq!(ada.who.post(door, &mistyped).status, 400);
        wrong += 1;
    }
    let waiting = ada.mfa_token();
    server.write("DELETE FROM guesses WHERE subject LIKE 'code:%'");
    assert_eq!(ada.finish(&waiting, &mistyped).status, 400);
    assert_eq!(ada.log_in(json!({ "mfa_code": mistyped["code"] })).status, 401);
    wrong += 2;
    let name = fresh_name();
    let left = |answer: &Answer| left(answer).pop().unwrap();
    let told = Anonymous::at(&server).log_in(&name, "not the password");
    assert_eq!(left(&told), (ADDRESS - wrong - 1).to_string());
    for _ in wrong + 1..ADDRESS {
        assert_eq!(
            show_from(&server, "127.0.0.1", "/auth/email/verify", &json!({ "token": "x" })).status,
            400
        );
    }
    let recovery = json!({ "recovery_code": ada.recovery_codes[0] });
    server.write("DELETE FROM guesses WHERE subject LIKE 'code:%'");
    for refused in [ada.who.post("/auth/mfa/verify", &recovery), ada.finish(&waiting, &recovery)] {
        assert_eq!((refused.status, refused.code().as_str()), (429, "too_many_attempts"), "right or wrong");
    }
    // A device that the account knows is not shut out by whoever attacks from its address.
    let device = json!({ "device_token": ada.who.login["device_token"] });
    let waiting = ada.log_in(device).json()["mfa_token"].as_str().unwrap().to_owned();
    assert_eq!(ada.finish(&waiting, &recovery).status, 200);
}

/// How often somebody asked for a mail that the audit was told of.
fn audited(server: &Server) -> i64 {
    server.number(
        "SELECT count(*) FROM audit WHERE event IN ('password_reset_requested', 'verification_requested')",
    )
}

/// Asks for a mail, and gives what is answered.
fn ask_from(server: &Server, address: &str, path: &str, email: &str) -> (u16, String) {
    let answer = show_from(server, address, path, &json!({ "email": email }));
    (answer.status, answer.text)
}

const FORGOT: &str = "/auth/password/forgot";
const RESEND: &str = "/auth/email/resend";

#[test]
fn mails_are_asked_for_a_hundred_times_from_one_address_whoever_they_are_for() {
    let server = behind_a_proxy();
    let ada = Anonymous::at(&server).become_somebody();
    let is_mailed = || server.outbox().contains("Subject: Reset your password");
    let attacker = |number: usize| format!("2001:db8:0:1::{number}");
    let answers: Vec<_> = (0..ADDRESS + 20)
        .map(|number| {
            let (path, nobody) = ([FORGOT, RESEND][number % 2], format!("{}@example.com", fresh_name()));
            ask_from(&server, &attacker(number), path, &nobody)
        })
        .collect();
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.0 == 202), "{answers:?}");
    assert_eq!(audited(&server), ADDRESS as i64);
    assert_eq!(ask_from(&server, &attacker(1), FORGOT, &ada.email()), answers[0]);
    assert!(!is_mailed());
    assert_eq!(wrong_from(&server, &attacker(1), &fresh_name()), 401, "guesses are another count");
    assert_eq!(ask_from(&server, "2001:db8:0:2::1", FORGOT, &ada.email()), answers[0]);
    assert!(is_mailed());
    assert_eq!(audited(&server), ADDRESS as i64 + 1);
}

#[test]
fn of_300_mails_asked_for_at_once_a_hundred_are_looked_at() {
    let server = behind_a_proxy();
    std::thread::scope(|scope| {
        let ask = || ask_from(&server, "198.51.100.1", FORGOT, &format!("{}@example.com", fresh_name()));
        let all: Vec<_> = (0..300).map(|_| scope.spawn(ask)).collect();
        for one in all {
            assert_eq!(one.join().unwrap().0, 202);
        }
    });
    assert_eq!(audited(&server), ADDRESS as i64);
}

#[test]
fn where_addresses_are_not_counted_nobody_who_asks_for_mails_is_either() {
    let server = Server::start_with(&[("TRUSTED_PROXIES", "127.0.0.1")]);
    for _ in 0..=ADDRESS {
        ask_from(&server, "198.51.100.1", RESEND, &format!("{}@example.com", fresh_name()));
    }
    assert_eq!(audited(&server), ADDRESS as i64 + 1);
}

/// Both headers that tell of guesses.
fn told(answer: &Answer) -> (String, String) {
    (answer.header("ratelimit-policy").to_owned(), answer.header("ratelimit").to_owned())
}

/// What is left of each quota.
fn left(answer: &Answer) -> Vec<String> {
    let items = answer.header("ratelimit").split(", ");
    items.map(|item| item.split(';').find_map(|part| part.strip_prefix("r=")).unwrap().to_owned()).collect()
}

#[test]
fn what_is_left_is_told_and_tells_not_whether_there_is_such_an_account() {
    let server = behind_a_proxy();
    let ada = Anonymous::at(&server).become_somebody();
    let nobody = fresh_name();
    // Somebody else's guesses and the owner's log-in are nothing that a stranger is told.
    for name in [&ada.name, &nobody] {
        wrong_from(&server, "192.0.2.9", name);
    }
    for guess in 1..=FROM_ADDRESS + 1 {
        log_in_from(&server, "203.0.113.7", &ada.name, &ada.password);
        let known = log_in_from(&server, "198.51.100.1", &ada.name, "not the password");
        let unknown = log_in_from(&server, "198.51.100.2", &nobody, "not the password");
        assert_eq!(known.status, unknown.status);
        let policy = "\"account\";q=10;w=3600, \"address\";q=100;w=3600";
        assert_eq!((told(&known).0.as_str(), told(&unknown).0.as_str()), (policy, policy));
        let expected = [FROM_ADDRESS, ADDRESS].map(|limit| (limit - guess.min(FROM_ADDRESS)).to_string());
        assert_eq!((left(&known), left(&unknown)), (expected.to_vec(), expected.to_vec()), "{guess}");
    }
    let owner = log_in_from(&server, "203.0.113.7", &ada.name, &ada.password);
    assert_eq!(told(&owner).1, "\"account\";r=10, \"address\";r=100");
}

#[test]
fn who_is_no_proxy_of_ours_is_not_believed() {
    for (proxies, expected) in
        [("", "127.0.0.1"), ("192.0.2.0/24", "127.0.0.1"), ("127.0.0.0/8", "203.0.113.7")]
    {
        let server = Server::start_with(&[("RATE_LIMIT", "on"), ("TRUSTED_PROXIES", proxies)]);
        let ada = Anonymous::at(&server).become_somebody();
        let login = log_in_from(&server, "198.51.100.1, 203.0.113.7", &ada.name, &ada.password);
        assert_eq!(login.status, 200);
        let ada: SignedIn<'_> = ada.with_tokens(login.json());
        let sessions = ada.get("/auth/sessions").json();
        let text = sessions.to_string();
        assert!(text.contains(expected), "{proxies}: {text}");
        assert!(!text.contains("198.51.100.1"), "{proxies}: {text}");

        let name = fresh_name();
        let spoofed = (0..=FROM_ADDRESS)
            .map(|number| wrong_from(&server, &format!("198.51.100.{number}"), &name))
            .collect::<Vec<_>>();
        let last = if expected == "127.0.0.1" { 429 } else { 401 };
        assert_eq!(spoofed.last(), Some(&last), "{proxies}: {spoofed:?}");
    }
}
