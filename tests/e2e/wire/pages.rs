//! What anybody may see: health, keys, the documentation and the first page.

use super::{shot, shot_as};
use crate::actors::{Anonymous, Answer, agent, answer};
use crate::server::{self, Server};

/// Asks for a page with the tag that came with it.
fn again(origin: &str, path: &str, first: &Answer) -> Answer {
    let request = agent().get(format!("{origin}{path}")).header("if-none-match", first.header("etag"));
    answer(request.call().unwrap())
}

#[test]
fn pages() {
    let anyone = Anonymous::at(server::shared());
    for path in ["/healthz", "/readyz", "/docs"] {
        shot(&format!("GET {path}"), &anyone.get(path));
    }
    for (pattern, path) in [
        ("/", "/"),
        ("/openapi.json", "/openapi.json"),
        ("/docs/{file}", "/docs/errors"),
        ("/.well-known/jwks.json", "/.well-known/jwks.json"),
        ("/.well-known/revocations", "/.well-known/revocations"),
    ] {
        let first = anyone.get(path);
        let route = format!("GET {pattern}");
        shot(&route, &first);
        shot(&route, &again(anyone.origin, path, &first));
    }
    shot_as("GET /docs/{file}", "script", &anyone.get("/docs/start.js"));
}

#[test]
fn well_known_places() {
    const SECURITY: &str = "GET /.well-known/security.txt";
    const PASSWORD: &str = "GET /.well-known/change-password";
    let silent = Server::start();
    for server in [server::shared(), &silent] {
        let anyone = Anonymous::at(server);
        shot(SECURITY, &anyone.get("/.well-known/security.txt"));
        shot(PASSWORD, &anyone.get("/.well-known/change-password"));
    }
}
