//! Requests that are wrong as HTTP, or only unusual.

use countersign_server::listener::Limits;

use crate::wire::Running;

const SOON: std::time::Duration = std::time::Duration::from_secs(5);

async fn refused_and_closed(running: &Running, request: &str) {
    let mut wire = running.connect().await;
    wire.send(request).await;
    let answer = wire.answer().await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "bad_request"), "{request}");
    assert_eq!(answer.header("connection"), Some("close"), "{request}");
    assert!(wire.ends_within(SOON).await, "{request}");
}

#[tokio::test]
async fn http_1_1_wants_exactly_one_host() {
    let running = Running::server(Limits::default()).await;
    for hosts in ["", "Host: a\r\nHost: b\r\n", "Host: a\r\nhost: a\r\n", "Host: a b\r\n", "Host: a/b\r\n"] {
        refused_and_closed(&running, &format!("GET /healthz HTTP/1.1\r\n{hosts}\r\n")).await;
    }
    let old = running.ask("GET /healthz HTTP/1.0\r\n\r\n").await;
    assert_eq!(old.status, 200);
}

#[tokio::test]
async fn a_body_that_ends_in_two_ways_is_refused() {
    let running = Running::server(Limits::default()).await;
    for framing in [
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    ] {
        let head = "POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
        refused_and_closed(&running, &format!("{head}{framing}\r\n2\r\n{{}}\r\n0\r\n\r\n")).await;
    }
}

#[tokio::test]
async fn what_is_no_request_at_all_gets_no_body() {
    let running = Running::server(Limits::default()).await;
    for (nonsense, status) in [
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "400"),
        ("GET /healthz HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: two\r\n\r\n", "400"),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400"),
        ("GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("GET /\u{0} HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("\u{16}\u{3}\u{1}\u{0}\u{5}hello", "400"),
    ] {
        let mut wire = running.connect().await;
        wire.send(nonsense).await;
        let rest = wire.rest().await;
        assert!(rest.starts_with(&format!("HTTP/1.1 {status} ")), "{nonsense:?}: {rest}");
        assert!(rest.ends_with("\r\n\r\n"), "{nonsense:?}: {rest}");
    }
}

#[tokio::test]
async fn http_2_is_not_spoken() {
    let running = Running::server(Limits::default()).await;
    let mut wire = running.connect().await;
    wire.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0").await;
    let rest = wire.rest().await;
    assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 4"), "{rest:?}");
}

#[tokio::test]
async fn every_form_of_a_target_is_looked_at() {
    let running = Running::server(Limits::default()).await;
    for (line, status) in [
        ("GET http://elsewhere.example/healthz HTTP/1.1", 200),
        ("GET http://elsewhere.example HTTP/1.1", 200),
        ("GET http://elsewhere.example?a=b HTTP/1.1", 200),
        ("GET /healthz?a=b HTTP/1.1", 200),
        ("GET /? HTTP/1.1", 200),
        ("CONNECT a:1 HTTP/1.1", 405),
        ("OPTIONS * HTTP/1.1", 204),
        ("GET * HTTP/1.1", 404),
        ("GET // HTTP/1.1", 404),
        ("GET /%00 HTTP/1.1", 404),
        ("GET /%ff%fe HTTP/1.1", 404),
        ("GET /demo/../healthz HTTP/1.1", 404),
        ("GET /demo/%2e%2e%2fCargo.toml HTTP/1.1", 404),
        ("GET /docs/..%2f..%2fCargo.toml HTTP/1.1", 404),
        ("TRACE /healthz HTTP/1.1", 405),
        ("BREW /users/me HTTP/1.1", 405),
    ] {
        let answer = running.ask(format!("{line}\r\nHost: a\r\nConnection: close\r\n\r\n")).await;
        assert_eq!(answer.status, status, "{line}");
        if status >= 400 {
            answer.code();
        }
    }
    let everything = running.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(everything.header("allow"), Some("DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"));
}

#[tokio::test]
async fn bytes_of_a_target_that_are_no_text_panic_nowhere() {
    let running = Running::server(Limits::default()).await;
    for byte in [0x01_u8, 0x7f, 0x80, 0xc3, 0xff, b'"', b'<', b'\\', b'|', b'#'] {
        let mut wire = running.connect().await;
        wire.send([b"GET /auth/".as_slice(), &[byte], b" HTTP/1.1\r\nHost: a\r\n\r\n"].concat()).await;
        let answer = wire.answer().await;
        assert!([400, 404].contains(&answer.status), "{byte:#x}: {answer:?}");
    }
    assert_eq!(running.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.status, 200);
}

#[tokio::test]
async fn a_head_may_have_64_kib_and_no_more() {
    let running = Running::server(Limits::default()).await;
    let request = |padding: usize| {
        format!("GET /healthz HTTP/1.1\r\nHost: a\r\nX-Padding: {}\r\n\r\n", "a".repeat(padding))
    };
    assert_eq!(running.ask(request(60 * 1024)).await.status, 200);
    let mut wire = running.connect().await;
    wire.send(request(66 * 1024)).await;
    let rest = wire.rest().await;
    assert!(rest.starts_with("HTTP/1.1 431 ") && rest.ends_with("\r\n\r\n"), "{rest}");
}

#[tokio::test]
async fn requests_sent_without_waiting_are_answered_in_order() {
    let running = Running::server(Limits::default()).await;
    let mut wire = running.connect().await;
    let host = "Host: a\r\n";
    let chunked = "Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    wire.send(format!(
        "POST /auth/login HTTP/1.1\r\n{host}Content-Length: 2\r\nContent-Type: application/json\r\n\r\n{{}}\
         POST /auth/login HTTP/1.1\r\n{host}{chunked}\
         GET /nowhere HTTP/1.1\r\n{host}\r\n\
         GET /healthz HTTP/1.1\r\n{host}\r\n"
    ))
    .await;
    for status in [400, 400, 404, 200] {
        assert_eq!(wire.answer().await.status, status);
    }
}
