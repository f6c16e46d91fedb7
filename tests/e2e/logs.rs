//! What the log says of each request, and what it never says.

use serde_json::{Value, json};

use crate::actors::{Anonymous, Answer};
use crate::authenticator::Guarded;
use crate::server::Server;

fn line_of(server: &Server, answer: &Answer) -> Value {
    let id = answer.header("x-request-id");
    let log = server.log_once_it_holds(&format!("\"request_id\":\"{id}\",\"user"));
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut of_this =
        lines.filter(|line| line["target"] == "countersign::access" && line["request_id"] == id);
    let line = of_this.next().unwrap();
    assert_eq!(of_this.next(), None, "one line for each request");
    line
}

#[test]
fn each_request_has_one_line_that_tells_route_and_user_by_number() {
    let server = Server::start_with(&[("LOG_FORMAT", "json")]);
    let ada = Anonymous::at(&server).become_somebody();
    let answer = ada.get("/api/users/me?nothing=of+this");
    let line = line_of(&server, &answer);
    assert_eq!((&line["method"], &line["route"]), (&json!("GET"), &json!("/api/users/me")));
    assert_eq!((&line["status"], &line["user"]), (&json!(200), &answer.json()["id"]));
    assert!(line["micros"].is_u64(), "{line}");
    assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "in UTC: {line}");
    let unknown = ada.ask("DELETE", "/auth/sessions/some-session-of-mine");
    let line = line_of(&server, &unknown);
    assert_eq!(
        (&line["route"], &line["code"]),
        (&json!("/auth/sessions/{session_id}"), &json!("session_not_found"))
    );
}

#[test]
fn what_is_refused_is_told_with_its_reason_and_whose_token_it_was() {
    let server = Server::start_with(&[("LOG_FORMAT", "json"), ("REAUTH_WINDOW_SECS", "1")]);
    let ada = Anonymous::at(&server).become_somebody();
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    let late = ada.put("/users/me", &json!({ "password": "another password" }));
    let guess = || ada.put("/users/me", &json!({ "name": "Ada", "current_password": "not the password" }));
    let wrong = guess();
    while guess().status != 429 {}
    for (answer, status, code) in [
        (ada.get("/users"), 403, "admin_required"),
        (ada.put("/users/me", &json!({ "email": "ada" })), 400, "validation_failed"),
        (late, 403, "reauthentication_required"),
        (wrong, 400, "validation_failed"),
        (guess(), 429, "too_many_attempts"),
    ] {
        let line = line_of(&server, &answer);
        let told = (&line["status"], &line["code"], &line["user"]);
        assert_eq!(told, (&json!(status), &json!(code), &ada.login["user"]["id"]), "{line}");
    }
}

#[test]
fn no_secret_and_no_address_is_ever_logged() {
    let server = Server::start_with(&[("LOG", "trace")]);
    let anyone = Anonymous::at(&server);
    let ada = anyone.become_somebody();
    let wrong = "a password that is wrong";
    assert_eq!(anyone.log_in(&ada.name, wrong).status, 401);
    assert_eq!(anyone.log_in("nobody@example.org", wrong).status, 401);
    let refreshed = ada.post("/auth/refresh", &json!({ "refresh_token": ada.refresh_token() })).json();
    assert_eq!(ada.get("/users/me?token=in-the-query").status, 200);
    assert_eq!(anyone.get_with_authorization("/users/me", "Bearer in-the-header").status, 401);
    assert_eq!(anyone.get("/in-the-path").status, 404);
    assert_eq!(anyone.post_text("/auth/login", "application/json", r#"{"in-the-body"#).status, 400);
    let last = ada.ask("POST", "/auth/logout-all");
    let log = server.log_once_it_holds(last.header("x-request-id"));
    let token = |login: &Value, name: &str| login[name].as_str().unwrap().to_owned();
    let secrets = [
        ada.password.clone(),
        wrong.to_owned(),
        ada.token.clone(),
        token(&ada.login, "refresh_token"),
        token(&ada.login, "device_token"),
        token(&refreshed, "access_token"),
        token(&refreshed, "refresh_token"),
        ada.name.clone(),
        "@example".to_owned(),
        "$argon2".to_owned(),
        "in-the-".to_owned(),
    ];
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} is in the log");
    }
}

#[test]
fn nothing_of_a_second_factor_is_ever_logged() {
    let server = Server::start_with(&[("LOG", "trace")]);
    let who = Anonymous::at(&server).become_somebody();
    let waiting = who.post("/auth/mfa/enable", &json!({})).json();
    let mut ada = Guarded::of(who);
    let (code, recovery, wrong) =
        (ada.authenticator.code(), ada.recovery_code(), ada.authenticator.wrong_code());
    let token = ada.mfa_token();
    assert_eq!(ada.finish(&token, &json!({ "code": wrong })).status, 400);
    assert_eq!(ada.finish(&token, &json!({ "code": code })).status, 200);
    let last = ada.log_in(json!({ "recovery_code": recovery }));
    assert_eq!(last.status, 200, "{last:?}");
    let log = server.log_once_it_holds(last.header("x-request-id"));
    let secret = waiting["secret"].as_str().unwrap();
    let codes = [&code, &wrong].map(|code| format!("\"{code}\""));
    for secret in [secret, "otpauth", "base64,", &token, &recovery, &codes[0], &codes[1]] {
        assert!(!log.contains(secret), "{secret}");
    }
    assert!(log.contains("recovery_code_used") && log.contains("second_factor_refused"));
}
