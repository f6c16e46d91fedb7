//! What admins read of what happened, and what the operator finds of what was done to it.

use serde_json::{Value, json};

use crate::actors::{Admin, Anonymous, SignedIn};
use crate::authenticator::Guarded;
use crate::server::{SECRET_KEY, Server};

fn rows(admin: &Admin, query: &str) -> Vec<Value> {
    let answer = admin.get(&format!("/audit?{query}"));
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["items"].as_array().unwrap().clone()
}

/// The events, oldest first.
fn events(rows: &[Value]) -> Vec<&str> {
    rows.iter().rev().map(|row| row["event"].as_str().unwrap()).collect()
}

fn subject_of(who: &SignedIn) -> String {
    format!("subject={}", who.login["user"]["id"])
}

#[test]
fn what_somebody_does_and_what_is_done_to_them_is_told() {
    let server = Server::start();
    let admin = Admin::at(&server);
    let anyone = Anonymous::at(&server);
    let ada = anyone.become_somebody();
    assert_eq!(anyone.log_in(&ada.name, "not the password").status, 401);
    let last = ada.put("/users/me", &json!({ "first_name": "Ada" }));
    assert_eq!(admin.send("PATCH", &ada.path(""), &json!({ "status": "suspended" })).status, 200);
    let found = rows(&admin, &subject_of(&ada));
    assert_eq!(
        events(&found),
        ["account_registered", "login_succeeded", "login_failed", "profile_updated", "account_suspended"]
    );
    let [suspended, updated, failed, ..] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((&failed["outcome"], &failed["reason"]), (&json!("failure"), &json!("wrong_password")));
    assert_eq!(failed["actor"], Value::Null, "whoever guesses has not shown to be Ada");
    assert_eq!((&updated["outcome"], &updated["reason"]), (&json!("success"), &Value::Null));
    assert_eq!(updated["actor"], ada.login["user"]["id"]);
    assert_eq!(updated["request_id"], last.header("x-request-id"));
    assert_eq!(updated["ip"], "127.0.0.1");
    assert_eq!(suspended["actor"], admin.login["user"]["id"]);
    let by_admin = rows(&admin, &format!("actor=user_{}&event=account_suspended", admin.login["user"]["id"]));
    assert_eq!(by_admin, std::slice::from_ref(suspended));
}

#[test]
fn an_admin_whom_the_operator_makes_is_appointed_by_nobody_who_has_a_number() {
    let server = Server::start();
    let admin = Admin::at(&server);
    let found = rows(&admin, "event=admin_appointed");
    let [appointed] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((&appointed["subject"], &appointed["actor"]), (&admin.login["user"]["id"], &Value::Null));
    assert_eq!(appointed["outcome"], "success");
    let ada = Anonymous::at(&server).become_somebody();
    assert_eq!(admin.send("PATCH", &ada.path(""), &json!({ "role": "admin" })).status, 200);
    let appointed = rows(&admin, "event=admin_appointed").remove(0);
    let by = (&ada.login["user"]["id"], &admin.login["user"]["id"]);
    assert_eq!((&appointed["subject"], &appointed["actor"]), by);
}

#[test]
fn wrong_mailed_tokens_are_told_as_far_as_they_are_counted() {
    const COUNTED: usize = 100;
    let server = Server::start_with(&[("RATE_LIMIT", "on")]);
    let admin = Admin::at(&server);
    let anyone = Anonymous::at(&server);
    let verify = || anyone.post("/auth/email/verify", &json!({ "token": "wrong" })).status;
    let reset = || {
        let body = json!({ "token": "wrong", "password": "the difference engine" });
        anyone.post("/auth/password/reset", &body).status
    };
    let told = || {
        let found = rows(&admin, "event=action_token_refused&limit=100");
        for row in &found {
            assert_eq!((&row["outcome"], &row["reason"]), (&json!("failure"), &json!("invalid_token")));
            assert_eq!((&row["actor"], &row["subject"]), (&Value::Null, &Value::Null));
            assert_eq!(row["ip"], "127.0.0.1");
        }
        found.len()
    };
    assert_eq!((verify(), told()), (400, 1));
    assert_eq!((reset(), told()), (400, 2));
    assert!((2..COUNTED).all(|_| verify() == 400));
    assert_eq!((verify(), reset()), (429, 429));
    assert_eq!(server.number("SELECT count(*) FROM audit WHERE event = 'action_token_refused'"), 100);
    assert_eq!(told(), COUNTED);
}

#[test]
fn whoever_shows_a_password_and_no_code_is_not_the_actor() {
    let server = Server::start();
    let admin = Admin::at(&server);
    let ada = Guarded::of(Anonymous::at(&server).become_somebody());
    let wrong = json!({ "code": ada.authenticator.wrong_code() });
    let id = &ada.who.login["user"]["id"];
    let newest = |event: &str| {
        let row = rows(&admin, &format!("event={event}")).remove(0);
        assert_eq!(&row["subject"], id, "{event}");
        (row["actor"].clone(), row["outcome"].clone(), row["reason"].clone())
    };
    let waiting = ada.mfa_token();
    assert_eq!(newest("second_factor_awaited"), (Value::Null, json!("success"), Value::Null));
    let refused = |actor: &Value| (actor.clone(), json!("failure"), json!("invalid_code"));
    assert_eq!(ada.finish(&waiting, &wrong).status, 400);
    assert_eq!(newest("second_factor_refused"), refused(&Value::Null));
    assert_eq!(ada.who.post("/auth/mfa/disable", &wrong).status, 400);
    assert_eq!(newest("second_factor_refused"), refused(id), "who is signed in");
    assert_eq!(ada.log_in(json!({ "mfa_code": wrong["code"] })).status, 401);
    assert_eq!(newest("second_factor_refused"), refused(&Value::Null), "right along with the password");
}

#[test]
fn a_wrong_current_password_is_no_failed_log_in() {
    let server = Server::start();
    let admin = Admin::at(&server);
    let ada = Anonymous::at(&server).become_somebody();
    let wrong = json!({ "current_password": "not the password" });
    assert_eq!(ada.put("/users/me", &wrong).status, 400);
    assert_eq!(ada.post("/auth/mfa/enable", &wrong).status, 400);
    let found = rows(&admin, "event=reauthentication_failed");
    assert_eq!(found.len(), 2);
    let id = &ada.login["user"]["id"];
    for row in found {
        assert_eq!((&row["actor"], &row["subject"]), (id, id));
        assert_eq!((&row["outcome"], &row["reason"]), (&json!("failure"), &json!("wrong_password")));
    }
    while ada.put("/users/me", &wrong).status != 429 {}
    let told = || server.number("SELECT count(*) FROM audit WHERE event = 'reauthentication_failed'");
    assert_eq!(told(), 20, "past the limit there is no row");
    assert_eq!(rows(&admin, "event=login_failed"), [] as [Value; 0]);
}

#[test]
fn a_time_and_an_event_are_chosen_and_what_is_neither_is_refused() {
    let server = Server::start();
    let admin = Admin::at(&server);
    let all = rows(&admin, "");
    assert_eq!(rows(&admin, "since=2020-01-01T00:00:00Z").len(), all.len());
    assert!(rows(&admin, "until=2020-01-01T00:00:00Z").is_empty());
    assert_eq!(events(&rows(&admin, "event=login_succeeded")), ["login_succeeded"]);
    let refused = admin.get("/audit?since=yesterday&event=party&actor=ada&color=red");
    assert_eq!(refused.status, 400);
    let refused = admin.get("/audit?since=yesterday&event=party&actor=ada").json();
    let fields: Vec<_> = refused["errors"].as_array().unwrap().iter().map(|it| it["field"].clone()).collect();
    assert_eq!(fields, ["actor", "event", "since"]);
}

#[test]
fn nobody_else_reads_it_and_nothing_in_it_is_a_secret() {
    let server = Server::start();
    let admin = Admin::at(&server);
    let who = Anonymous::at(&server).become_somebody();
    assert_eq!(who.get("/audit").status, 403);
    assert_eq!(Anonymous::at(&server).get("/audit").status, 401);
    let (name, password, token) = (who.name.clone(), who.password.clone(), who.token.clone());
    let device = who.login["device_token"].as_str().unwrap().to_owned();
    let mut ada = Guarded::of(who);
    let recovery = ada.recovery_code();
    let mfa_token = ada.mfa_token();
    assert_eq!(ada.finish(&mfa_token, &json!({ "recovery_code": recovery })).status, 200);
    assert_eq!(Anonymous::at(&server).log_in("a password typed as a name", "x").status, 401);
    let told = admin.get("/audit?limit=100");
    assert!(events(&rows(&admin, "limit=100")).contains(&"recovery_code_used"));
    for secret in
        [name, password, token, device, recovery, mfa_token, "@".to_owned(), "typed as a name".to_owned()]
    {
        assert!(!told.text.contains(&secret), "{secret} is in the audit");
    }
}

#[test]
fn the_operator_goes_through_it_while_the_server_runs() {
    let server = Server::start();
    let _admin = Admin::at(&server);
    let verify = |arguments: &[&str]| {
        let out = server.command(&[&["audit", "verify"], arguments].concat(), "");
        (out.status.code(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let (code, told, error) = verify(&[]);
    assert_eq!(code, Some(0), "{error}");
    assert!(told.contains("as it was written: rows 1 to "), "{told}");
    let place = told.split_whitespace().last().unwrap().to_owned();
    Anonymous::at(&server).become_somebody();
    assert_eq!(verify(&["--noted", &place]).0, Some(0));
    let beyond = format!("9{place}");
    let (code, _, error) = verify(&["--noted", &beyond]);
    assert_eq!(code, Some(1));
    assert!(error.contains("not as it was written"), "{error}");
    assert_eq!(verify(&["--noted", "nonsense"]).0, Some(2));
}

#[test]
fn between_a_change_of_the_key_and_the_next_start_the_previous_key_holds_the_seal() {
    let mut server = Server::start();
    Admin::at(&server);
    // It is sealed at each start.
    server.kill_and_restart();
    let other = ("SECRET_KEY", "another secret that is long enough to seal with");
    let verify = |settings: &[(&'static str, &str)]| {
        let out = server.command_with(settings, &["audit", "verify"], "");
        (out.status.code(), String::from_utf8([out.stdout, out.stderr].concat()).unwrap())
    };
    let sealed = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        verify(&[other]).1.contains("was not made with this SECRET_KEY")
    });
    assert!(sealed);
    let (code, told) = verify(&[other, ("SECRET_KEY_PREVIOUS", SECRET_KEY)]);
    assert_eq!(code, Some(0), "{told}");
    assert!(!told.contains("not looked at"), "{told}");
}

/// A server that is stopped, of which the audit has a row after those that are sealed.
fn stopped_with_an_audit() -> Server {
    let mut server = Server::start();
    Anonymous::at(&server).become_somebody();
    Admin::at(&server);
    // It is sealed at each start.
    server.kill_and_restart();
    let written = server.number("SELECT max(number) FROM audit");
    assert!(written >= 3, "{written}");
    let is_sealed = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        server.number("SELECT sealed_number FROM audit_head") >= written
    });
    assert!(is_sealed);
    Anonymous::at(&server).become_somebody();
    server.stop();
    server
}

fn run(server: &Server, arguments: &[&str]) -> (Option<i32>, String) {
    let out = server.command(arguments, "");
    (out.status.code(), String::from_utf8([out.stdout, out.stderr].concat()).unwrap())
}

#[test]
fn a_row_that_was_edited_removed_or_moved_is_named() {
    for (damage, place) in [
        ("UPDATE audit SET subject = 99 WHERE number = 2", "row 2 is not as it was written"),
        ("DELETE FROM audit WHERE number = 2", "row 2 is missing"),
        (
            "UPDATE audit SET number = -1 WHERE number = 1; UPDATE audit SET number = 1 WHERE number = 2; \
             UPDATE audit SET number = 2 WHERE number = -1",
            "row 1 is not as it was written",
        ),
    ] {
        let server = stopped_with_an_audit();
        assert_eq!(run(&server, &["audit", "verify"]).0, Some(0));
        server.tamper(damage);
        let (code, told) = run(&server, &["audit", "verify"]);
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains(&format!("The audit is not as it was written: {place}.")), "{told}");
        let archive = server.file("audit.jsonl");
        let to = ["audit", "archive", "--before", "2100-01-01T00:00:00Z", "--to", archive.to_str().unwrap()];
        let rows = server.number("SELECT count(*) FROM audit");
        let (code, told) = run(&server, &to);
        assert_eq!(code, Some(1), "what is damaged is not archived: {told}");
        assert!(told.contains(place), "{told}");
        assert_eq!(server.number("SELECT count(*) FROM audit"), rows);
    }
}

#[test]
fn an_archive_and_what_is_left_are_one_chain() {
    let server = stopped_with_an_audit();
    let newest = server.number("SELECT max(number) FROM audit");
    let file = server.file("audit-2025.jsonl");
    let file = file.to_str().unwrap();
    let (code, told) = run(&server, &["audit", "archive", "--before", "2100-01-01T00:00:00Z", "--to", file]);
    assert_eq!(code, Some(0), "{told}");
    let archived = server.number("SELECT archived_number FROM audit_head");
    assert!(told.contains(&format!("Archived rows 1 to {archived} in {file}.")), "{told}");
    assert_eq!(server.number("SELECT min(number) FROM audit"), archived + 1);
    let tells_of_it = "SELECT max(number) FROM audit WHERE event = 'audit_archived' AND outcome = 'success' AND actor IS NULL";
    assert_eq!(server.number(tells_of_it), newest + 1, "the chain says that rows were taken out");
    let verify = || run(&server, &["audit", "verify", "--archive", file]);
    let (code, told) = verify();
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains(&format!("as it was written: rows 1 to {}.", newest + 1)), "{told}");
    let (code, told) = run(&server, &["audit", "verify"]);
    assert_eq!(code, Some(0), "{told}");
    // An archive is as little edited as the rows are.
    let rows = std::fs::read_to_string(file).unwrap();
    let edited = rows.replacen("login_succeeded", "login_failed", 1);
    assert_ne!(rows, edited);
    std::fs::write(file, edited).unwrap();
    let (code, told) = verify();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("is not as it was written"), "{told}");
}
