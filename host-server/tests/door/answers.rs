//! What every answer carries.

use std::collections::HashSet;

use countersign_server::listener::Limits;
use countersign_server::store::{DatabaseLocation, Store};

use crate::wire::Running;

#[tokio::test]
async fn every_answer_names_its_request_and_forbids_guessing() {
    let running = Running::server(Limits::default()).await;
    let mut ids = HashSet::new();
    for line in [
        "GET / HTTP/1.1",
        "GET /healthz HTTP/1.1",
        "HEAD /healthz HTTP/1.1",
        "GET /docs HTTP/1.1",
        "GET /docs/ HTTP/1.1",
        "GET /openapi.json HTTP/1.1",
        "OPTIONS /users/me HTTP/1.1",
        "GET /users/me HTTP/1.1",
        "POST /auth/login HTTP/1.1",
        "GET /nowhere HTTP/1.1",
        "PUT / HTTP/1.1",
    ] {
        let mut wire = running.connect().await;
        wire.send(format!("{line}\r\nHost: a\r\nX-Request-Id: mine\r\n\r\n")).await;
        let answer = if line.starts_with("HEAD") { wire.answer_to_head().await } else { wire.answer().await };
        let id = answer.header("x-request-id").unwrap();
        assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}: {id}");
        assert!(ids.insert(id.to_owned()), "{line}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{line}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{line}");
        assert!(answer.header("date").is_some(), "{line}");
        assert!(answer.header("cache-control").is_some(), "{line}");
        assert_eq!(answer.header("server"), None, "{line}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{line}");
    }
}

#[tokio::test]
async fn a_server_whose_writer_is_gone_is_alive_and_not_ready() {
    let store = Store::open(&DatabaseLocation::Memory).unwrap();
    let running = Running::server_on(store.clone(), Limits::default(), &[]).await;
    let ask = |path: &'static str| running.ask(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_eq!((ask("/healthz").await.status, ask("/readyz").await.status), (200, 200));
    store.close();
    let unready = ask("/readyz").await;
    assert_eq!((unready.status, unready.header("retry-after")), (503, Some("1")));
    assert_eq!(ask("/healthz").await.status, 200);
}

#[tokio::test]
async fn head_answers_like_get_without_the_body() {
    let running = Running::server(Limits::default()).await;
    for path in ["/healthz", "/api/openapi.json", "/docs/errors", "/nowhere", "/users/me"] {
        let get = running.ask(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        let mut wire = running.connect().await;
        wire.send(format!("HEAD {path} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        let head = wire.answer_to_head().await;
        assert_eq!(head.status, get.status, "{path}");
        for name in ["content-length", "content-type", "etag", "cache-control", "www-authenticate"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
        wire.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert_eq!(wire.answer().await.body, r#"{"status":"ok"}"#, "nothing of a body lies in between");
    }
}

#[tokio::test]
async fn the_order_is_path_method_token_and_then_the_body() {
    let running = Running::server(Limits::default()).await;
    let ask = async |line: &str| {
        let request = format!(
            "{line} HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 9999999\r\n\r\n"
        );
        let answer = running.ask(request).await;
        (answer.status, answer.code(), answer.header("allow").map(str::to_owned))
    };
    assert_eq!(ask("POST /nowhere").await, (404, "not_found".into(), None));
    assert_eq!(
        ask("PUT /auth/me").await,
        (405, "method_not_allowed".into(), Some("GET, HEAD, OPTIONS".into()))
    );
    assert_eq!(
        ask("GET /auth/login").await,
        (405, "method_not_allowed".into(), Some("OPTIONS, POST".into()))
    );
    assert_eq!(ask("GET /users/me").await, (401, "token_required".into(), None));
    assert_eq!(ask("POST /api/auth/login").await, (415, "unsupported_media_type".into(), None));
}

#[tokio::test]
async fn only_the_named_origins_are_let_in() {
    let origins = ["https://app.example"];
    let running = Running::server_for(Limits::default(), &origins).await;
    let ask = async |origin: &str, line: &str| {
        running.ask(format!("{line} HTTP/1.1\r\nHost: a\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: POST\r\n\r\n")).await
    };
    let preflight = ask("https://app.example", "OPTIONS /auth/login").await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(preflight.header("access-control-allow-methods"), Some("OPTIONS, POST"));
    assert_eq!(preflight.header("vary"), Some("Origin"));
    let refusal = ask("https://app.example", "GET /users/me").await;
    assert_eq!(
        refusal.header("access-control-allow-origin"),
        Some("https://app.example"),
        "faults can be read"
    );
    let stranger = ask("https://evil.example", "OPTIONS /auth/login").await;
    assert_eq!(stranger.header("access-control-allow-origin"), None);
    assert_eq!(stranger.header("access-control-allow-methods"), None);
}

#[tokio::test]
async fn the_documentation_is_all_there() {
    let running = Running::server(Limits::default()).await;
    let get = async |path: &str| running.ask(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
    let docs = get("/api/docs").await;
    assert_eq!((docs.status, docs.header("location")), (308, Some("/docs/")));
    for file in ["", "swagger-ui.css", "swagger-ui-bundle.js", "start.js", "errors"] {
        let answer = get(&format!("/docs/{file}")).await;
        assert_eq!(answer.status, 200, "{file}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("script-src 'self';"), "{file}: {policy}");
    }
    let document: serde_json::Value = serde_json::from_str(&get("/openapi.json").await.body).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let script = running.ask("POST /docs/start.js HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(script.status, 405, "a file that is there");
    let nothing = running.ask("POST /docs/nothing.js HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(nothing.status, 404, "a file that is not");
}
