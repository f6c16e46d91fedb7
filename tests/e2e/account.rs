//! What people change of their own accounts.

use std::thread::{scope, sleep};
use std::time::Duration;

use serde_json::{Value, json};

use crate::actors::{Admin, Anonymous, Answer, SignedIn, ask, fresh_name};
use crate::server::{self, Server};

fn somebody() -> SignedIn<'static> {
    Anonymous::at(server::shared()).become_somebody()
}

/// Whose log-ins are never recent.
fn of_long_ago(server: &Server) -> SignedIn<'_> {
    let who = Anonymous::at(server).become_somebody();
    sleep(Duration::from_millis(2_100));
    who
}

fn forgetful() -> Server {
    Server::start_with(&[("REAUTH_WINDOW_SECS", "1")])
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

fn refusal(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn fault(field: &str, code: &str) -> (String, String) {
    (field.to_owned(), code.to_owned())
}

#[test]
fn what_is_absent_blank_or_equal_changes_nothing() {
    let who = somebody();
    let full = json!({ "name": "Ada Lovelace", "first_name": "Ada", "last_name": "Lovelace", "phone": "+44 20 7123 4567" });
    let before = who.put("/users/me", &full).json();
    assert_eq!(before["phone"], "+442071234567");
    sleep(Duration::from_millis(1_100));
    let blank = json!({
        "username": "", "email": "", "password": "", "current_password": "", "name": "", "first_name": "",
        "last_name": "", "phone": ""
    });
    let equal = json!({
        "username": who.name, "email": who.email().to_uppercase(), "password": who.password, "name": "Ada Lovelace",
        "phone": "+44 (20) 7123-4567"
    });
    for body in [json!({}), blank, equal, json!({ "password": null, "current_password": null })] {
        let answer = who.put("/users/me", &body);
        assert_eq!((answer.status, answer.json()), (200, before.clone()), "{body}");
    }
    let nothing = ask(who.origin, "PUT", "/users/me", Some(&who.token), None);
    assert_eq!((nothing.status, nothing.json()), (200, before.clone()), "no body is no change");
    let cleared = who.put("/users/me", &json!({ "name": null, "phone": null })).json();
    assert_eq!(
        (&cleared["name"], &cleared["phone"], &cleared["first_name"]),
        (&Value::Null, &Value::Null, &json!("Ada"))
    );
    assert_ne!(cleared["updated_at"], before["updated_at"]);
    assert_eq!(cleared["created_at"], before["created_at"]);
    assert_eq!(who.get("/users/me").json(), cleared);
}

#[test]
fn every_fault_is_told_at_once_and_taken_names_last() {
    let (who, other) = (somebody(), somebody());
    let body = json!({
        "username": null, "email": "ada@", "password": "short", "name": 5, "phone": "1", "status": "active"
    });
    let answer = who.put("/users/me", &body);
    assert_eq!(told(&answer), refusal(400, "validation_failed"));
    let expected = [
        fault("username", "required"),
        fault("email", "invalid_format"),
        fault("password", "too_short"),
        fault("name", "invalid_type"),
        fault("phone", "too_short"),
        fault("status", "unknown_field"),
    ];
    assert_eq!(answer.faults(), expected);

    let email = other.email().to_uppercase();
    let both = who.put("/users/me", &json!({ "username": other.name.to_uppercase(), "email": email }));
    assert_eq!(both.faults(), [fault("username", "username_taken"), fault("email", "email_taken")]);
    let one = who.put("/users/profile", &json!({ "email": email }));
    assert_eq!(told(&one), refusal(400, "email_taken"));
    let short = who.put("/users/me", &json!({ "username": other.name, "password": "short" }));
    assert_eq!(short.faults(), [fault("password", "too_short")]);
    let identity = who.put("/users/me", &json!({ "password": who.email().to_uppercase() }));
    assert_eq!(
        identity.faults(),
        [fault("password", "password_is_identity")],
        "held against the stored names"
    );
    let common = who.put("/users/me", &json!({ "password": "Password1" }));
    assert_eq!(common.faults(), [fault("password", "password_too_common")]);
    let own = who.put("/users/me", &json!({ "username": who.name.to_uppercase() }));
    assert_eq!((own.status, &own.json()["username"]), (200, &json!(who.name.to_uppercase())));
}

#[test]
fn another_password_ends_every_other_session_and_forgets_the_devices() {
    let server = Server::start();
    let anyone = Anonymous::at(&server);
    let who = anyone.become_somebody();
    let other = who.again();
    assert_eq!(who.put("/users/me", &json!({ "password": "another password" })).status, 200);
    assert_eq!(who.get("/users/me").status, 200);
    assert_eq!(told(&other.get("/users/me")), refusal(401, "session_ended"));
    for _ in 0..20 {
        assert_eq!(anyone.log_in(&who.name, "not the password").status, 401);
    }
    let body = json!({
        "identifier": who.name, "password": "another password", "device_token": who.login["device_token"]
    });
    assert_eq!(anyone.post("/auth/login", &body).status, 429, "the device counts for nothing any more");
}

#[test]
fn long_after_the_log_in_the_owner_is_asked_for_the_password() {
    let server = forgetful();
    let who = of_long_ago(&server);
    let email = format!("{}@example.org", who.name);
    for body in [json!({ "email": email }), json!({ "password": "another password" })] {
        assert_eq!(told(&who.put("/users/me", &body)), refusal(403, "reauthentication_required"), "{body}");
    }
    let harmless = json!({ "name": "Ada", "username": fresh_name(), "email": who.email() });
    assert_eq!(who.put("/users/me", &harmless).status, 200);

    let wrong = json!({ "email": email, "current_password": "not the password" });
    let answer = who.put("/users/me", &wrong);
    assert_eq!(told(&answer), refusal(400, "validation_failed"));
    assert_eq!(answer.faults(), [fault("current_password", "invalid_current_password")]);
    let right = json!({ "email": email, "current_password": who.password });
    assert_eq!(who.put("/users/profile", &right).status, 200);
    let right = json!({ "password": "another password", "current_password": who.password });
    assert_eq!(who.put("/users/me", &right).status, 200);
    assert_eq!(Anonymous::at(&server).log_in(&email, "another password").status, 200);
}

#[test]
fn whoever_holds_a_token_guesses_no_oftener_than_at_the_log_in() {
    let server = forgetful();
    let who = of_long_ago(&server);
    let elsewhere = who.again();
    for field in ["password", "current_password"].repeat(10) {
        let answer = who.put("/users/me", &json!({ "name": "Ada", field: "not the password" }));
        let expected = if field == "password" { 403 } else { 400 };
        assert_eq!(answer.status, expected, "{answer:?}");
    }
    for field in ["password", "current_password"] {
        let answer = who.put("/users/me", &json!({ field: who.password }));
        assert_eq!(told(&answer), refusal(429, "too_many_attempts"), "right or wrong");
        assert!((1..=3_600).contains(&answer.header("retry-after").parse::<u32>().unwrap()));
    }
    let proven = json!({ "password": "another password", "current_password": who.password });
    assert_eq!(elsewhere.put("/users/me", &json!({ "current_password": "wrong" })).status, 400);
    assert_eq!(told(&who.put("/users/me", &proven)), refusal(429, "too_many_attempts"));
    assert_eq!(Anonymous::at(&server).log_in(&who.name, &who.password).status, 200, "each has its own count");
    assert_eq!(
        who.put("/users/me", &json!({ "name": "Augusta" })).status,
        200,
        "what wants no proof goes on"
    );
    assert_eq!(elsewhere.put("/users/me", &proven).status, 200);
}

#[test]
fn in_the_window_too_an_answer_that_tells_of_the_password_is_counted() {
    let who = somebody();
    // Too short to be set, so a refusal tells that it is not the password.
    for _ in 0..20 {
        assert_eq!(who.put("/users/me", &json!({ "password": "short" })).status, 400);
    }
    assert_eq!(
        told(&who.put("/users/me", &json!({ "password": "short" }))),
        refusal(429, "too_many_attempts")
    );
}

#[test]
fn who_changes_the_password_often_is_not_shut_out() {
    let who = somebody();
    for number in 0..25 {
        let answer = who.put("/users/me", &json!({ "password": format!("password number {number}") }));
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    assert_eq!(Anonymous::at(server::shared()).log_in(&who.name, "password number 24").status, 200);
}

#[test]
fn of_many_new_passwords_at_once_one_is_the_account_s() {
    let who = somebody();
    let set = |number: u32| who.put("/users/me", &json!({ "password": format!("password number {number}") }));
    let set = &set;
    let statuses: Vec<_> = scope(|scope| {
        let all: Vec<_> = (0..10).map(|number| scope.spawn(move || set(number).status)).collect();
        all.into_iter().map(|answer| answer.join().unwrap()).collect()
    });
    assert!(statuses.iter().all(|status| matches!(status, 200 | 503)), "{statuses:?}");
    let anyone = Anonymous::at(server::shared());
    let good = (0..10).filter(|number| {
        let login = anyone.log_in(&who.name, &format!("password number {number}"));
        login.status == 200
    });
    assert_eq!(good.count(), 1);
    assert_eq!(who.get("/users/me").status, 200);
}

#[test]
fn one_name_is_given_to_one_of_many() {
    let people: Vec<_> = (0..8).map(|_| somebody()).collect();
    let name = fresh_name();
    let take = |who: &SignedIn<'_>| who.put("/users/me", &json!({ "username": name, "name": "Ada" }));
    let take = &take;
    let answers: Vec<_> = scope(|scope| {
        let all: Vec<_> = people.iter().map(|who| scope.spawn(move || take(who))).collect();
        all.into_iter().map(|answer| answer.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(told(refused), refusal(400, "username_taken"));
    }
}

#[test]
fn the_last_admin_stays() {
    let server = Server::start();
    let admin = Admin::at(&server);
    assert_eq!(told(&admin.ask("DELETE", "/users/me")), refusal(409, "last_admin"));
    let second = Admin::at(&server);
    assert_eq!(admin.ask("DELETE", "/users/me").status, 200);
    assert_eq!(told(&second.ask("DELETE", "/users/me")), refusal(409, "last_admin"));
}
