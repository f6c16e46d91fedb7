//! The keys that others verify our tokens by.

use countersign_core::token::{Algorithm, KeySet, verify_jws};
use serde_json::json;

use crate::actors::Anonymous;
use crate::server::{self, Server};

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
    let kinds = [
        (Algorithm::EdDsa, vec!["alg", "crv", "kid", "kty", "use", "x"]),
        (Algorithm::Es256, vec!["alg", "crv", "kid", "kty", "use", "x", "y"]),
        (Algorithm::Rs256, vec!["alg", "e", "kid", "kty", "n", "use"]),
    ];
    for (algorithm, expected) in kinds {
        let name = algorithm.as_str();
        let server = Server::start_with(&[("ALGORITHM", name)]);
        let anyone = Anonymous::at(&server);
        let published = anyone.get("/.well-known/jwks.json");
        let body = published.json();
        let keys = body["keys"].as_array().unwrap();
        let members: Vec<_> = keys[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!((keys.len(), members, &keys[0]["alg"]), (1, expected, &json!(name)));

        let somebody = anyone.become_somebody();
        assert_eq!(somebody.get("/users/me").status, 200, "{name}");
        let keys = KeySet::from_json(&published.text).unwrap();
        assert!(verify_jws(&somebody.token, &keys, &[algorithm]).is_ok(), "{name}");
        let another = Server::start_with(&[("ALGORITHM", name), ("SECRET_KEY", &"another ".repeat(8))]);
        let keys = KeySet::from_json(&Anonymous::at(&another).get("/.well-known/jwks.json").text).unwrap();
        assert!(verify_jws(&somebody.token, &keys, &[algorithm]).is_err(), "{name}");
    }
}

#[test]
fn a_key_is_the_same_after_a_restart() {
    for name in ["EdDSA", "ES256", "RS256"] {
        let mut server = Server::start_with(&[("ALGORITHM", name)]);
        let published = |server: &Server| Anonymous::at(server).get("/.well-known/jwks.json").text;
        let before = published(&server);
        server.kill_and_restart();
        assert_eq!(published(&server), before, "{name}");
    }
}
