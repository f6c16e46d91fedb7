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
    let server = Server::start_with(&[("ALGORITHM", "EdDSA")]);
    let anyone = Anonymous::at(&server);
    let published = anyone.get("/.well-known/jwks.json");
    let body = published.json();
    let keys = body["keys"].as_array().unwrap();
    let members: Vec<_> = keys[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!((keys.len(), members), (1, vec!["alg", "crv", "kid", "kty", "use", "x"]));

    let token = anyone.become_somebody().token;
    let keys = KeySet::from_json(&published.text).unwrap();
    assert!(verify_jws(&token, &keys, &[Algorithm::EdDsa]).is_ok());
    let another = Server::start_with(&[("ALGORITHM", "EdDSA"), ("SECRET_KEY", &"another ".repeat(8))]);
    let keys = KeySet::from_json(&Anonymous::at(&another).get("/.well-known/jwks.json").text).unwrap();
    assert!(verify_jws(&token, &keys, &[Algorithm::EdDsa]).is_err());
}
