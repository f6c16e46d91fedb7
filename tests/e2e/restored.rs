//! A backup that was put back: what was used up since is there again, and one command voids it.

use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign_core::rejection::Code;
use countersign_core::time::Timestamp;
use countersign_core::token::{
    AccessClaims, Algorithm, Expectation, KeySet, RevocationList, TokenError, Verified, verify_access_token,
};
use serde_json::{Value, json};

use crate::actors::{Admin, Anonymous, Answer, SignedIn, ask};
use crate::authenticator::{Authenticator, Guarded};
use crate::server::Server;

const VOIDED: &str = "Subject: Your recovery codes are no longer good\n";
const ISSUER: &str = "https://auth.example";

fn after_restore(server: &Server, arguments: &[&str]) -> String {
    let output = server.command(&[&["after-restore"], arguments].concat(), "");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What an edge makes of a token that knows keys and list.
fn at_the_edge(server: &Server, token: &str) -> Result<(), TokenError> {
    let anyone = Anonymous::at(server);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let now = Timestamp::from_secs(i64::try_from(now).unwrap());
    let keys = KeySet::from_json(&anyone.get("/.well-known/jwks.json").text).unwrap();
    let signed = anyone.get("/.well-known/revocations").text;
    let algorithms = [Algorithm::EdDsa];
    let list = RevocationList::verify(&signed, &keys, &algorithms, ISSUER, now).unwrap();
    let expectation = Expectation::new(&algorithms, ISSUER, now);
    let Verified::<AccessClaims> { claims, .. } = verify_access_token(token, &keys, &expectation).unwrap();
    list.check(&claims)
}

/// Somebody, whichever process serves them.
struct Person {
    name: String,
    password: String,
}

impl Person {
    fn of(who: &SignedIn<'_>) -> Self {
        Self { name: who.name.clone(), password: who.password.clone() }
    }

    /// What a log-in answers them, with these members besides name and password.
    fn log_in(&self, server: &Server, besides: Value) -> Answer {
        let mut body = json!({ "username": self.name, "password": self.password });
        body.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
        Anonymous::at(server).post("/auth/login", &body)
    }

    /// Their access token, of a log-in by password alone.
    fn token(&self, server: &Server) -> String {
        let logged_in = self.log_in(server, json!({}));
        assert_eq!(logged_in.status, 200, "{logged_in:?}");
        logged_in.json()["access_token"].as_str().unwrap().to_owned()
    }
}

/// Two users and an admin, and what the two were given that is good once.
struct Cast {
    ada: Person,
    authenticator: Authenticator,
    root: Person,
    refresh_token: String,
    access_token: String,
    verify_token: String,
    reset_token: String,
    mfa_token: String,
    code: String,
    recovery_codes: Vec<String>,
}

/// How far a use of each comes: by status and stable word.
type Uses = Vec<(&'static str, u16, String)>;

impl Cast {
    fn at(server: &Server) -> Self {
        let anyone = Anonymous::at(server);
        let root = Person::of(&Admin::at(server));
        let mut ada = Guarded::of(anyone.become_somebody());
        let bob = anyone.become_somebody();
        assert_eq!(anyone.post("/auth/password/forgot", &json!({ "email": bob.email() })).status, 202);
        Self {
            ada: Person::of(&ada.who),
            root,
            refresh_token: bob.refresh_token().to_owned(),
            access_token: bob.token.clone(),
            verify_token: server.mailed_token(&bob.email(), "Confirm your e-mail address"),
            reset_token: server.mailed_token(&bob.email(), "Reset your password"),
            mfa_token: ada.mfa_token(),
            code: ada.authenticator.code(),
            recovery_codes: ada.recovery_codes,
            authenticator: ada.authenticator,
        }
    }

    /// Uses each of it.
    fn use_up(&self, server: &Server) -> Uses {
        let anyone = Anonymous::at(server);
        let profile = ask(&server.origin, "GET", "/users/me", Some(&self.access_token), None);
        let refresh = json!({ "refresh_token": self.refresh_token });
        let spare = json!({ "recovery_code": self.recovery_codes[1] });
        let reset = json!({ "token": self.reset_token, "password": "the difference engine" });
        let outcome = |name, answer: Answer| {
            let code = if answer.status < 300 { String::new() } else { answer.code() };
            (name, answer.status, code)
        };
        vec![
            outcome("session", profile),
            outcome("refresh", anyone.post("/auth/refresh", &refresh)),
            outcome("code", self.ada.log_in(server, json!({ "mfa_code": self.code }))),
            outcome(
                "mfa",
                ask(&server.origin, "POST", "/auth/mfa/verify", Some(&self.mfa_token), Some(&spare)),
            ),
            outcome("recovery", self.ada.log_in(server, json!({ "recovery_code": self.recovery_codes[0] }))),
            outcome("verify", anyone.post("/auth/email/verify", &json!({ "token": self.verify_token }))),
            outcome("reset", anyone.post("/auth/password/reset", &reset)),
        ]
    }
}

fn granted() -> Uses {
    let used = |name, status| (name, status, String::new());
    let tokens = ["session", "refresh", "code", "mfa", "recovery"].map(|name| used(name, 200));
    [&tokens[..], &[used("verify", 204), used("reset", 200)]].concat()
}

fn refused(recovery: (u16, &str)) -> Uses {
    let (status, code) = recovery;
    [
        ("session", 401, "session_ended"),
        ("refresh", 401, "session_ended"),
        ("code", 401, "invalid_code"),
        ("mfa", 401, "mfa_token_invalid"),
        ("recovery", status, code),
        ("verify", 400, "invalid_token"),
        ("reset", 400, "invalid_token"),
    ]
    .map(|(name, status, code)| (name, status, code.to_owned()))
    .to_vec()
}

#[test]
fn nothing_that_a_backup_brings_back_can_be_used_a_second_time() {
    let mut server = Server::start_with(&[("ALGORITHM", "EdDSA"), ("ISSUER", ISSUER)]);
    let mut cast = Cast::at(&server);
    let backup = server.back_up();
    assert_eq!(cast.use_up(&server), granted());
    let late = cast.root.token(&server);
    assert_eq!(at_the_edge(&server, &late), Ok(()));

    // The backup alone lets all of it be used again; only a code may have run out by now.
    server.put_back(&backup);
    server.start_again();
    let revived = cast.use_up(&server);
    assert!(revived.iter().all(|(name, status, _)| *status < 300 || *name == "code"), "{revived:?}");

    server.put_back(&backup);
    let told = after_restore(&server, &[]);
    for line in [
        "Sessions ended: 3. Log-ins that waited for a second factor, ended: 1.",
        "Mailed tokens voided: 3. Mails with one given up: 3.",
        "Devices forgotten: 3.",
        "Second factors whose codes of up to now are used: 1.",
        "Recovery codes taken away: 10. Mails queued to have new ones made: 1.",
    ] {
        assert!(told.lines().any(|other| other == line), "{line}: {told}");
    }
    assert!(told.contains("their numbers, from 4 on, are given again"), "{told}");
    server.start_again();
    assert_eq!(cast.use_up(&server), refused((401, "invalid_code")));
    // It is of a session that this database has never heard of.
    assert_eq!(at_the_edge(&server, &late).map_err(|error| error.code), Err(Code::TokenOutdated));
    assert_eq!(server.outbox().matches(VOIDED).count(), 1);

    // Whoever knows the password and has the telephone is in, and what they are given is good.
    cast.authenticator.have_shown_all();
    let logged_in = cast.ada.log_in(&server, json!({ "mfa_code": cast.authenticator.code() }));
    assert_eq!(logged_in.status, 200, "{logged_in:?}");
    assert_eq!(at_the_edge(&server, logged_in.json()["access_token"].as_str().unwrap()), Ok(()));
    let admin = cast.root.token(&server);
    let rows = ask(&server.origin, "GET", "/audit?event=database_restored", Some(&admin), None).json();
    assert_eq!(rows["items"].as_array().unwrap().len(), 1, "{rows}");
    assert_eq!((&rows["items"][0]["actor"], &rows["items"][0]["outcome"]), (&Value::Null, &json!("success")));
}

#[test]
fn recovery_codes_are_kept_where_that_is_said_also_while_the_server_runs() {
    let mut server = Server::start_with(&[("ALGORITHM", "EdDSA"), ("ISSUER", ISSUER)]);
    let cast = Cast::at(&server);
    let backup = server.back_up();
    assert_eq!(cast.use_up(&server), granted());
    server.put_back(&backup);
    server.start_again();
    let between = cast.root.token(&server);
    let is_in = || ask(&server.origin, "GET", "/users/me", Some(&between), None).status == 200;
    assert!(is_in());
    let told = after_restore(&server, &["--keep-recovery-codes"]);
    assert!(
        told.contains("Recovery codes are as they were") && told.contains("Sessions ended: 4."),
        "{told}"
    );
    // A commit of another process is seen after some milliseconds.
    sleep(Duration::from_millis(50));
    assert!(!is_in(), "nor is anybody who logged in before the command");
    assert!(at_the_edge(&server, &between).is_err());
    assert_eq!(cast.use_up(&server), refused((200, "")));
    assert_eq!(server.outbox().matches(VOIDED).count(), 0);
}

#[test]
fn only_a_database_that_is_there_is_gone_through() {
    let server = Server::start();
    for url in ["sqlite::memory:", "sqlite:///./nowhere.db", "mysql://x"] {
        let output = server.command(&["after-restore", "--database-url", url], "");
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{url}: {told}");
        assert!(told.starts_with("DATABASE_URL"), "{url}: {told}");
    }
    assert!(!server.file("nowhere.db").exists());
}
