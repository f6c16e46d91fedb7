//! The keys that others verify our tokens by, and that they change while the server runs.

use countersign_core::token::{Algorithm, KeySet, decode_token, verify_jws};
use serde_json::{Value, json};

use crate::actors::{Anonymous, Answer, SignedIn, agent, answer, ask};
use crate::authenticator::Guarded;
use crate::server::{self, SECRET_KEY, Server};

/// Another secret than the servers of these tests have.
const OTHER_KEY: &str = "another secret that is long enough to sign with";

fn published(server: &Server) -> Vec<String> {
    let keys = Anonymous::at(server).get("/.well-known/jwks.json").json();
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn kid(token: &str) -> String {
    let header: Value = serde_json::from_str(&decode_token(token).unwrap().header_json).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

fn is_taken(server: &Server, token: &str) -> bool {
    ask(&server.origin, "GET", "/users/me", Some(token), None).status == 200
}

fn verifies(server: &Server, token: &str) -> bool {
    let keys = KeySet::from_json(&Anonymous::at(server).get("/.well-known/jwks.json").text).unwrap();
    verify_jws(token, &keys, &Algorithm::ALL).is_ok()
}

/// What a command says, which ends with this code.
fn said(server: &Server, code: i32, settings: &[(&'static str, &str)], arguments: &[&str]) -> String {
    let output = server.command_with(settings, arguments, "");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

fn rotate(server: &Server, arguments: &[&str]) -> String {
    said(server, 0, &[], &[&["keys", "rotate"], arguments].concat())
}

#[test]
fn a_shared_secret_publishes_nothing() {
    let anyone = Anonymous::at(server::shared());
    for path in ["/.well-known/jwks.json", "/api/.well-known/jwks.json"] {
        let answer = anyone.get(path);
        assert_eq!((answer.status, answer.json()), (200, json!({ "keys": [] })));
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
    }
}

#[test]
fn what_is_published_verifies_and_is_no_more_than_that() {
    let server = Server::start_with(&[("ALGORITHM", "EdDSA")]);
    let anyone = Anonymous::at(&server);
    let body = anyone.get("/.well-known/jwks.json").json();
    let keys = body["keys"].as_array().unwrap();
    // The key that signs, and the one that will.
    assert_eq!(keys.len(), 2);
    for key in keys {
        let members: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
    }
    let token = anyone.become_somebody().token;
    assert_eq!(kid(&token), keys[0]["kid"].as_str().unwrap());
    assert!(verifies(&server, &token));
    let another = Server::start_with(&[("ALGORITHM", "EdDSA")]);
    assert!(!verifies(&another, &token), "a key is nobody else's, even of the same SECRET_KEY");
}

#[test]
fn whoever_has_the_keys_already_is_not_sent_them_again() {
    let server = Server::start_with(&[("ALGORITHM", "EdDSA")]);
    let first = Anonymous::at(&server).get("/.well-known/jwks.json");
    let ask_again = |tag: &str| -> Answer {
        let url = format!("{}/.well-known/jwks.json", server.origin);
        answer(agent().get(url).header("if-none-match", tag).call().unwrap())
    };
    let tag = first.header("etag");
    assert!(tag.starts_with('"') && tag.len() > 40, "strong: {tag}");
    let again = ask_again(tag);
    assert_eq!((again.status, again.text.as_str(), again.header("etag")), (304, "", tag));
    assert_eq!(again.header("cache-control"), "public, max-age=300");
    rotate(&server, &[]);
    let changed = ask_again(tag);
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), tag);
}

#[test]
fn keys_are_rotated_while_the_server_runs_and_nobody_notices() {
    let mut server = Server::start_with(&[("ALGORITHM", "EdDSA")]);
    let somebody = Anonymous::at(&server).become_somebody();
    let (old, refresh_token) = (somebody.token.clone(), somebody.refresh_token().to_owned());
    let before = published(&server);

    let told = rotate(&server, &[]);
    assert!(told.contains(&before[1]) && told.contains("stay good"), "{told}");
    let after = published(&server);
    assert_eq!((&after[0], &after[2]), (&before[1], &before[0]), "the one that was next signs");
    let new = somebody.again().token;
    assert_eq!(kid(&new), before[1]);
    for token in [&old, &new] {
        assert!(is_taken(&server, token) && verifies(&server, token));
    }

    // To another algorithm, and on after a restart.
    let told = rotate(&server, &["--algorithm", "ES256"]);
    assert!(told.contains("ES256") && told.contains("ALGORITHM is set to EdDSA"), "{told}");
    let newest = Anonymous::at(&server).log_in(&somebody.name, &somebody.password).json();
    let newest = newest["access_token"].as_str().unwrap().to_owned();
    let keys = Anonymous::at(&server).get("/.well-known/jwks.json").json();
    assert_eq!((&keys["keys"][0]["alg"], &keys["keys"][0]["kid"]), (&json!("ES256"), &json!(kid(&newest))));

    drop(somebody);
    server.restart_with(&[("ALGORITHM", "ES256")]);
    for token in [&old, &new, &newest] {
        assert!(is_taken(&server, token) && verifies(&server, token));
    }
    let body = json!({ "refresh_token": refresh_token });
    let refreshed = Anonymous::at(&server).post("/auth/refresh", &body);
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    assert_eq!(kid(refreshed.json()["access_token"].as_str().unwrap()), kid(&newest));

    let listed = said(&server, 0, &[], &["keys", "list"]);
    let states: Vec<_> = listed.lines().skip(1).map(|line| line.split_whitespace().nth(2).unwrap()).collect();
    assert_eq!(states, ["active", "next", "replaced", "replaced"], "{listed}");
    assert!(listed.contains(&kid(&old)) && listed.contains("its tokens expire by"), "{listed}");
}

#[test]
fn a_shared_secret_is_rotated_by_its_setting_as_the_command_says() {
    let server = Server::start();
    let told = said(&server, 1, &[], &["keys", "rotate"]);
    assert!(told.contains("HS256") && told.contains("SECRET_KEY_PREVIOUS"), "{told}");
    let told = said(&server, 1, &[], &["keys", "rotate", "--algorithm", "EdDSA"]);
    assert!(told.contains("set ALGORITHM to it"), "{told}");
    let told = said(&server, 2, &[], &["keys", "rotate", "--algorithm", "none"]);
    assert!(told.contains("--algorithm"), "{told}");
}

#[test]
fn a_stolen_key_is_withdrawn_and_its_tokens_are_refused_at_once() {
    let server = Server::start_with(&[("ALGORITHM", "EdDSA")]);
    let somebody = Anonymous::at(&server).become_somebody();
    let (stolen, next) = (kid(&somebody.token), published(&server)[1].clone());
    // Seen and known to hold, which must not help it.
    assert!(is_taken(&server, &somebody.token));

    let told = said(&server, 0, &[], &["keys", "withdraw", &stolen]);
    assert!(told.contains(&format!("Tokens of {stolen} are refused")), "{told}");
    assert!(told.contains(&format!("{next} signs")), "{told}");
    assert!(!is_taken(&server, &somebody.token) && !verifies(&server, &somebody.token));
    let bearer = ask(&server.origin, "POST", "/auth/refresh", Some(&somebody.token), None);
    assert_eq!(bearer.json()["code"], "token_key_unknown");
    let left = published(&server);
    assert!(left.len() == 2 && left[0] == next && !left.contains(&stolen), "{left:?}");

    // Its owner has another token without logging in.
    let body = json!({ "refresh_token": somebody.refresh_token() });
    let refreshed = Anonymous::at(&server).post("/auth/refresh", &body).json();
    let token = refreshed["access_token"].as_str().unwrap();
    assert!(kid(token) == next && is_taken(&server, token) && verifies(&server, token));

    let told = said(&server, 1, &[], &["keys", "withdraw", &stolen]);
    assert!(told.contains("no key has this name"), "{told}");
}

#[test]
fn a_shared_secret_is_withdrawn_by_its_setting_as_the_command_says() {
    let server = Server::start();
    let shared = kid(&Anonymous::at(&server).become_somebody().token);
    let told = said(&server, 1, &[], &["keys", "withdraw", &shared]);
    assert!(told.contains("set SECRET_KEY to another"), "{told}");
}

/// Somebody's things, from a server that is then started anew.
struct Belongings {
    token: String,
    refresh_token: String,
    cursor: String,
}

impl Belongings {
    fn of(somebody: &SignedIn<'_>) -> Self {
        somebody.again();
        let page = somebody.get("/auth/sessions?limit=1").json();
        Self {
            token: somebody.token.clone(),
            refresh_token: somebody.refresh_token().to_owned(),
            cursor: page["next_cursor"].as_str().unwrap().to_owned(),
        }
    }

    /// Whether each is still good.
    fn are_good(&self, server: &Server) -> [bool; 3] {
        let path = format!("/auth/sessions?cursor={}", self.cursor);
        let page = ask(&server.origin, "GET", &path, Some(&self.token), None).status == 200;
        let token = is_taken(server, &self.token);
        let body = json!({ "refresh_token": self.refresh_token });
        [token, page, Anonymous::at(server).post("/auth/refresh", &body).status == 200]
    }
}

#[test]
fn what_was_made_under_the_previous_secret_goes_on_working() {
    for algorithm in ["HS256", "EdDSA"] {
        let mut server = Server::start_with(&[("ALGORITHM", algorithm)]);
        let theirs = Belongings::of(&Anonymous::at(&server).become_somebody());
        let mut ada = Guarded::of(Anonymous::at(&server).become_somebody());
        let (name, password) = (ada.who.name.clone(), ada.who.password.clone());
        let (code, recovery_code) = (ada.authenticator.code(), ada.recovery_codes[0].clone());
        drop(ada.who);

        server.restart_with(&[("SECRET_KEY", OTHER_KEY), ("SECRET_KEY_PREVIOUS", SECRET_KEY)]);
        assert_eq!(theirs.are_good(&server), [true; 3], "{algorithm}");
        for second in [json!({ "mfa_code": code }), json!({ "recovery_code": recovery_code })] {
            let mut body = second.clone();
            (body["username"], body["password"]) = (json!(name), json!(password));
            let finished = Anonymous::at(&server).post("/auth/login", &body);
            assert_eq!(finished.status, 200, "{algorithm} {second}: {finished:?}");
        }
        // What is made now outlasts the old one.
        let new = Belongings::of(&Anonymous::at(&server).become_somebody());
        server.restart_with(&[("SECRET_KEY_PREVIOUS", "")]);
        assert_eq!(new.are_good(&server), [true; 3], "{algorithm}");
        assert_eq!(is_taken(&server, &theirs.token), algorithm == "EdDSA");
    }
}

#[test]
fn a_wrong_secret_ends_the_start_with_2_and_a_sentence() {
    for algorithm in ["HS256", "EdDSA"] {
        let server = Server::start_with(&[("ALGORITHM", algorithm)]);
        for arguments in [&["serve"][..], &["keys", "rotate"][..]] {
            if algorithm == "HS256" && arguments[0] == "keys" {
                continue;
            }
            let told = said(&server, 2, &[("SECRET_KEY", OTHER_KEY)], arguments);
            assert!(told.contains("SECRET_KEY: it is not the key"), "{told}");
            assert!(told.contains("sealed with") && told.contains("SECRET_KEY_PREVIOUS"), "{told}");
        }
    }
}

#[test]
fn a_key_file_gives_way_to_a_setting_and_is_never_made_anew() {
    let mut server = Server::start_with(&[("SECRET_KEY", "")]);
    let theirs = Belongings::of(&Anonymous::at(&server).become_somebody());
    server.rename_file("countersign.db.key", "elsewhere");
    let told = said(&server, 2, &[], &["serve"]);
    assert!(told.contains("SECRET_KEY: ") && told.contains("is missing"), "{told}");
    server.rename_file("elsewhere", "countersign.db.key");

    server.restart_with(&[("SECRET_KEY", OTHER_KEY), ("ALGORITHM", "EdDSA")]);
    assert_eq!(theirs.are_good(&server), [true; 3]);
    // Everything is sealed anew, so the file is of use only to what was made under it.
    server.rename_file("countersign.db.key", "elsewhere");
    server.kill_and_restart();
    assert!(is_taken(&server, &theirs.token));
}
