//! What edges are told that verify without asking: whoever is out is on the list, and the list tells nobody who.

use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_core::rejection::Code;
use countersign_core::time::Timestamp;
use countersign_core::token::{
    AccessClaims, Algorithm, Expectation, KeySet, RevocationList, Verified, decode_token, verify_access_token,
};
use serde_json::{Value, json};

use crate::actors::{Admin, Anonymous, SignedIn, agent, answer, fresh_name};
use crate::server::Server;

/// A server whose tokens anybody can verify.
fn server() -> Server {
    Server::start_with(&[("ALGORITHM", "EdDSA"), ("ISSUER", "https://auth.example")])
}

fn now() -> Timestamp {
    let secs = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Timestamp::from_secs(i64::try_from(secs).unwrap())
}

/// Somewhere that knows nothing but what is published.
struct Edge<'a>(Anonymous<'a>);

impl<'a> Edge<'a> {
    fn of(server: &'a Server) -> Self {
        Self(Anonymous::at(server))
    }

    fn keys(&self) -> KeySet {
        KeySet::from_json(&self.0.get("/.well-known/jwks.json").text).unwrap()
    }

    fn list(&self) -> RevocationList {
        let signed = self.0.get("/.well-known/revocations");
        assert_eq!((signed.status, signed.header("content-type")), (200, "application/jwt"));
        let issuer = "https://auth.example";
        RevocationList::verify(&signed.text, &self.keys(), &[Algorithm::EdDsa], issuer, now()).unwrap()
    }

    fn verified(&self, token: &str) -> Verified<AccessClaims> {
        let algorithms = [Algorithm::EdDsa];
        let expectation = Expectation::new(&algorithms, "https://auth.example", now());
        verify_access_token(token, &self.keys(), &expectation).unwrap()
    }

    /// What it makes of a token: `None` where it is good.
    fn refusal(&self, token: &str) -> Option<Code> {
        self.list().check(&self.verified(token).claims).err().map(|error| error.code)
    }

    fn is_void(&self, token: &str) -> bool {
        self.refusal(token) == Some(Code::TokenRevoked)
    }
}

#[test]
fn every_way_out_is_on_the_list_and_nobody_else_is() {
    let server = server();
    let (edge, anyone) = (Edge::of(&server), Anonymous::at(&server));
    let admin = Admin::at(&server);
    let bystander = anyone.become_somebody();
    let held = |who: &SignedIn<'_>, way: &str| {
        assert!(edge.is_void(&who.token), "{way}");
        assert_eq!(who.get("/users/me/data").status, 401, "{way}: as the server itself has it");
        assert_eq!(edge.refusal(&bystander.token), None, "{way}");
    };

    let ada = anyone.become_somebody();
    assert_eq!(edge.refusal(&ada.token), None);
    let other = ada.again();
    assert_eq!(ada.post("/auth/logout", &json!({})).status, 200);
    held(&ada, "log-out");
    assert_eq!(edge.refusal(&other.token), None, "another session of the same user");

    let (third, fourth) = (other.again(), other.again());
    let sessions = fourth.get("/auth/sessions").json();
    let ended = sessions["items"].as_array().unwrap().iter().find(|item| item["current"] == false).unwrap();
    let path = format!("/auth/sessions/{}", ended["id"].as_str().unwrap());
    assert_eq!(fourth.ask("DELETE", &path).status, 204);
    held(&third, "ending one");
    assert_eq!(fourth.ask("POST", "/auth/logout-all").status, 204);
    for who in [&other, &fourth] {
        held(who, "log-out everywhere");
    }

    let reused = anyone.become_somebody();
    let refresh = |token: &str| anyone.post("/auth/refresh", &json!({ "refresh_token": token }));
    let first = refresh(reused.refresh_token()).json();
    let second = refresh(first["refresh_token"].as_str().unwrap()).json();
    assert_eq!(refresh(reused.refresh_token()).code(), "token_reused");
    for token in
        [&reused.token, first["access_token"].as_str().unwrap(), second["access_token"].as_str().unwrap()]
    {
        assert!(edge.is_void(token), "every token of a session whose refresh token was used twice");
    }

    let changing = anyone.become_somebody();
    let before = changing.again();
    let body = json!({ "password": "another long password", "current_password": changing.password });
    assert_eq!(changing.put("/users/me", &body).status, 200);
    held(&before, "another password");
    assert_eq!(edge.refusal(&changing.token), None, "the session that changed it stays");

    let suspended = anyone.become_somebody();
    let status = json!({ "status": "suspended" });
    assert_eq!(admin.send("PATCH", &suspended.path(""), &status).status, 200);
    held(&suspended, "suspension");

    let deleted = anyone.become_somebody();
    assert_eq!(deleted.ask("DELETE", "/users/me").status, 200);
    held(&deleted, "deletion");

    let application = admin.make_application();
    let member = anyone.become_somebody();
    admin.assign(&member, "viewer", &application);
    let within = member.within(&application);
    let leaving = format!("{}?role=viewer&application_id={application}", member.path("/roles"));
    assert_eq!(admin.ask("DELETE", &leaving).status, 204);
    held(&within, "the last role in the application");
    let staying = anyone.become_somebody();
    admin.assign(&staying, "viewer", &application);
    let within = staying.within(&application);
    assert_eq!(admin.ask("DELETE", &format!("/applications/{application}")).status, 204);
    held(&within, "deletion of the application");
}

#[test]
fn the_list_names_nobody() {
    let server = server();
    let edge = Edge::of(&server);
    let ada = Anonymous::at(&server).become_somebody();
    ada.post("/auth/logout", &json!({}));
    let text = edge.0.get("/.well-known/revocations").text;
    let claims = decode_token(&ada.token).unwrap().claims_json;
    let claims: Value = serde_json::from_str(&claims).unwrap();
    let payload = text.split('.').nth(1).unwrap();
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let members: Vec<_> = payload.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["grants", "iat", "iss", "next", "roles", "sessions", "users"]);
    let sessions = URL_SAFE_NO_PAD.decode(payload["sessions"].as_str().unwrap()).unwrap();
    let sid = claims["sid"].as_str().unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(sid).unwrap();
    assert_eq!(sessions.len(), 8, "one session, of which eight bytes of a hash are told");
    assert!(!payload.to_string().contains(sid) && !bytes.windows(4).any(|part| sessions.starts_with(part)));
    assert_eq!((&payload["users"], &payload["roles"]), (&json!(""), &json!({})));
    assert_eq!(payload["next"].as_i64().unwrap() - payload["iat"].as_i64().unwrap(), 60);
}

#[test]
fn the_list_is_the_same_until_something_ends() {
    let server = server();
    let anyone = Anonymous::at(&server);
    let first = anyone.get("/.well-known/revocations");
    assert_eq!(first.header("cache-control"), "public, max-age=10");
    // A log-in is no revocation, though it is a commit.
    let ada = anyone.become_somebody();
    let ask_again = || {
        let url = format!("{}/api/.well-known/revocations", server.origin);
        answer(agent().get(url).header("if-none-match", first.header("etag")).call().unwrap())
    };
    let again = ask_again();
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    assert_eq!(again.header("etag"), first.header("etag"));
    ada.post("/auth/logout", &json!({}));
    // Making lists takes a tenth of the time at most, so the next one may be some milliseconds away.
    let until = Instant::now() + Duration::from_secs(10);
    while ask_again().status == 304 && Instant::now() < until {
        sleep(Duration::from_millis(20));
    }
    assert_eq!(ask_again().status, 200);
}

#[test]
fn a_restart_forgets_nothing() {
    let mut server = server();
    let token = {
        let ada = Anonymous::at(&server).become_somebody();
        ada.post("/auth/logout", &json!({}));
        ada.token
    };
    server.kill_and_restart();
    assert!(Edge::of(&server).is_void(&token));
}

#[test]
fn tokens_carry_what_their_bearer_may_do_and_are_outdated_once_that_changes() {
    let server = server();
    let (edge, anyone) = (Edge::of(&server), Anonymous::at(&server));
    let admin = Admin::at(&server);
    let ada = anyone.become_somebody();
    let grants = |token: &str| edge.verified(token).claims.grants.unwrap().len();
    assert_eq!(grants(&ada.token), 0, "who holds no role may do nothing");
    let other = anyone.become_somebody();

    admin.assign(&ada, "editor", "default");
    assert_eq!(edge.refusal(&ada.token), Some(Code::TokenOutdated));
    assert_eq!(edge.refusal(&other.token), None);
    // What is issued a moment later says what is so.
    std::thread::sleep(Duration::from_secs(3));
    let body = json!({ "refresh_token": ada.refresh_token() });
    let refreshed = ada.with_tokens(anyone.post("/auth/refresh", &body).json());
    assert_eq!((grants(&refreshed.token), edge.refusal(&refreshed.token)), (2, None));

    // A definition concerns all tokens for the application.
    let role = json!({ "permissions": [{ "action": "burn", "resource": "Note" }] });
    let path = format!("/applications/default/roles/{}", fresh_name());
    assert_eq!(admin.send("PUT", &path, &role).status, 200);
    for who in [&refreshed, &other] {
        assert_eq!(edge.refusal(&who.token), Some(Code::TokenOutdated));
    }
    // The server asks its store and not the token.
    assert_eq!(refreshed.get("/users/me").status, 200);
}

#[test]
fn a_token_carries_only_so_much() {
    let server = server();
    let (edge, anyone) = (Edge::of(&server), Anonymous::at(&server));
    let admin = Admin::at(&server);
    let ada = anyone.become_somebody();
    let carried = |count: usize| {
        let permissions: Vec<_> =
            (0..count).map(|no| json!({ "action": "read", "resource": format!("r{no:02}") })).collect();
        let role = fresh_name();
        let path = format!("/applications/default/roles/{role}");
        assert_eq!(admin.send("PUT", &path, &json!({ "permissions": permissions })).status, 200);
        admin.assign(&ada, &role, "default");
        edge.verified(&ada.again().token).claims.grants.map(|grants| grants.len())
    };
    assert_eq!(carried(16), Some(16));
    assert_eq!(carried(17), None);
}
