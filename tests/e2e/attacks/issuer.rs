//! Servers whose signing key the attacker has, so that a forged token is refused for what it says and not for its
//! signature.

use countersign_core::token::{RootSecret, SigningKey};
use serde_json::json;

use super::forgery::{Token, encoded};
use crate::actors::{Admin, ask};
use crate::server::{SECRET_KEY, Server};

/// A server and its key.
pub(super) struct Issuer {
    pub server: Server,
    pub algorithm: &'static str,
    /// `None` where it signs with the shared secret.
    key: Option<ed25519_dalek::SigningKey>,
}

impl Issuer {
    /// One for each kind of key.
    pub(super) fn both() -> [Self; 2] {
        [Self { server: Server::start(), algorithm: "HS256", key: None }, Self::with_a_key_of_ours()]
    }

    /// The key that the server has made itself is nobody's, so another is put in its place.
    fn with_a_key_of_ours() -> Self {
        let mut server = Server::start_with(&[("ALGORITHM", "EdDSA")]);
        let seed = [9; 32];
        let (key, theirs) = (ed25519_dalek::SigningKey::from_bytes(&seed), SigningKey::ed25519(&seed));
        let root = RootSecret::new(SECRET_KEY.as_bytes()).unwrap();
        let (kid, sealed) = (theirs.kid(), root.key_encryption_key().seal(&theirs, [1; 24]).unwrap());
        let x = encoded(key.verifying_key().as_bytes());
        let public =
            json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "alg": "EdDSA", "use": "sig" });
        let replaced = server.write(&format!(
            "UPDATE signing_keys SET kid = '{kid}', sealed = '{}', public = '{public}' \
             WHERE algorithm = 'EdDSA' AND active_since IS NOT NULL",
            sealed.as_str()
        ));
        assert_eq!(replaced, 1);
        server.kill_and_restart();
        Self { server, algorithm: "EdDSA", key: Some(key) }
    }

    /// An admin, and the token of theirs that is forged.
    pub(super) fn target(&self) -> (Admin<'_>, Token) {
        let admin = Admin::at(&self.server);
        let token = Token::of(&admin.token);
        let same = ask(&self.server.origin, "GET", "/users", Some(&self.sign(&token)), None);
        assert_eq!(same.status, 200, "signed as the server does it");
        (admin, token)
    }

    /// The token with the signature that the server would give it.
    pub(super) fn sign(&self, token: &Token) -> String {
        match &self.key {
            Some(key) => token.by_ed25519(key),
            None => token.by_hmac(SECRET_KEY.as_bytes()),
        }
    }
}
