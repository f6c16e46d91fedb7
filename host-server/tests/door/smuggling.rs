//! Requests that another program on the way could take for two, or for the half of one: each is refused or answered
//! once, and what hides in it is never a request.

use std::time::Duration;

use countersign_server::listener::Limits;

use crate::wire::{Answer, Running};

const SOON: Duration = Duration::from_secs(5);

/// What is hidden behind or within a request; its answer would be the only one with this body.
const HIDDEN: &str = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

/// Sends it on a connection of its own and gives its answer, having looked that there is no second one.
async fn answered_once(running: &Running, request: &[u8]) -> Answer {
    let shown = String::from_utf8_lossy(request).into_owned();
    let mut wire = running.connect().await;
    wire.send(request).await;
    let answer = wire.answer().await;
    assert!(!answer.body.contains(r#""ok""#), "{shown:?} is answered {answer:?}");
    if answer.header("connection") == Some("close") {
        assert!(wire.ends_within(SOON).await, "{shown:?} has a second answer");
    } else {
        wire.send("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert_eq!(wire.answer().await.status, 404, "{shown:?} has a second answer");
    }
    answer
}

/// The same of a request that is no better than the end of its connection.
async fn refused_and_closed(running: &Running, request: &[u8]) {
    let answer = answered_once(running, request).await;
    let shown = String::from_utf8_lossy(request);
    assert_eq!(answer.status, 400, "{shown:?}: {answer:?}");
    assert_eq!(answer.header("connection"), Some("close"), "{shown:?}: {answer:?}");
}

fn post(headers: &str, body: &str) -> Vec<u8> {
    format!("POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{headers}\r\n{body}")
        .into()
}

fn length_of(text: &str) -> String {
    format!("Content-Length: {}\r\n", text.len())
}

#[tokio::test]
async fn what_does_not_say_plainly_where_it_ends_is_refused() {
    let running = Running::server(Limits::default()).await;
    let chunks = format!("2\r\n{{}}\r\n0\r\n\r\n{HIDDEN}");
    for headers in [
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
        "CONTENT-LENGTH:2\r\ntransfer-encoding:chunked\r\n",
        "X: y\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        "Content-Length: 2\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: identity, chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunkedx\r\n",
        "Transfer-Encoding: chunk\r\n",
        "Transfer-Encoding: chunked;q=1\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding: ,chunked\r\n",
        "Transfer-Encoding: chunked,\r\n",
        "Transfer-Encoding:\r\n",
        "Transfer-Encoding: \u{e9}chunked\r\n",
        "Transfer-Encoding:\u{b}chunked\r\n",
        "Transfer-Encoding: chunked\u{b}\r\n",
        "Transfer-Encoding: \u{0}chunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding\t: chunked\r\n",
        "Transfer-Encoding\u{b}: chunked\r\n",
        " Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding:\r\n chunked\r\n",
        "Transfer-Encoding:\r\n\tchunked\r\n",
        "Transfer-Encoding: chunked\r\n X: y\r\n",
        "Transfer-Encoding\r\n: chunked\r\n",
        "X: y\rTransfer-Encoding: chunked\r\n",
        "X: y\r\rTransfer-Encoding: chunked\r\n",
        "Content-Length: 1\r\nContent-Length: 2\r\n",
        "Content-Length: 2\r\nX: y\nContent-Length: 40\r\n",
        "Content-Length: 2, 2\r\n",
        "Content-Length: 2,3\r\n",
        "Content-Length: +2\r\n",
        "Content-Length: -2\r\n",
        "Content-Length: 0x2\r\n",
        "Content-Length: 2 3\r\n",
        "Content-Length: 2;x\r\n",
        "Content-Length: two\r\n",
        "Content-Length: 2.0\r\n",
        "Content-Length: \u{662}\r\n",
        "Content-Length:\r\n",
        "Content-Length : 2\r\n",
        "Content-Length:\r\n 2\r\n",
        "Content-Length: 18446744073709551616\r\n",
        "Content-Length: 18446744073709551618\r\n",
        "Content-Length\u{0}: 2\r\n",
        "Host: b\r\nContent-Length: 2\r\n",
    ] {
        refused_and_closed(&running, &post(headers, &chunks)).await;
        // Nor does a line that is written well help it, before or after.
        for well in ["Content-Length: 2\r\n", "Transfer-Encoding: chunked\r\n"] {
            refused_and_closed(&running, &post(&format!("{well}{headers}"), &chunks)).await;
            refused_and_closed(&running, &post(&format!("{headers}{well}"), &chunks)).await;
        }
    }
}

#[tokio::test]
async fn a_line_of_a_head_ends_in_cr_lf_and_no_head_in_less() {
    let running = Running::server(Limits::default()).await;
    let upload =
        "POST /auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n\n\n\r\n0\r\n\r\n";
    for head in [
        "GET /users/me HTTP/1.1\nHost: a\n\n",
        "GET /users/me HTTP/1.1\nHost: a\r\n\r\n",
        "GET /users/me HTTP/1.1\r\nHost: a\n\r\n",
        "GET /users/me HTTP/1.1\r\nHost: a\r\n\n",
        "GET /users/me HTTP/1.1\r\nHost: a\r\nX: y\n\n",
        "GET /users/me HTTP/1.1\r\nHost: a\r\nX: y\nContent-Length: 2\r\n\r\n",
        "\nGET /users/me HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        refused_and_closed(&running, format!("{head}{HIDDEN}").as_bytes()).await;
        // Also where it follows a body, whose own line ends mean nothing.
        let mut wire = running.connect().await;
        wire.send(format!("{upload}{head}{HIDDEN}")).await;
        assert_eq!(wire.answer().await.status, 415, "{head:?}");
        let answer = wire.answer().await;
        assert_eq!((answer.status, answer.header("connection")), (400, Some("close")), "{head:?}");
        assert!(wire.ends_within(SOON).await, "{head:?} has a second answer");
    }
    // Empty lines before a request are none of it (RFC 9112 section 2.2).
    let mut wire = running.connect().await;
    wire.send(format!("\r\n{upload}\r\n\r\n{HIDDEN}")).await;
    assert_eq!(wire.answer().await.status, 415);
    assert_eq!(wire.answer().await.status, 200);
}

#[tokio::test]
async fn chunks_that_are_not_written_as_they_are_have_no_answer_but_one() {
    let running = Running::server(Limits::default()).await;
    for chunks in [
        "2\n{}\n0\n\n",
        "2\r\n{}0\r\n\r\n",
        "2\r\n{}x0\r\n\r\n",
        "2\r\n{}\n0\r\n\r\n",
        "2;a\n5\r\n{}\r\n0\r\n\r\n",
        "2;a=\"\n\"\r\n{}\r\n0\r\n\r\n",
        "0x2\r\n{}\r\n0\r\n\r\n",
        "+2\r\n{}\r\n0\r\n\r\n",
        "-2\r\n{}\r\n0\r\n\r\n",
        "2 2\r\n{}\r\n0\r\n\r\n",
        ";\r\n{}\r\n0\r\n\r\n",
        "\r\n{}\r\n0\r\n\r\n",
        "g\r\n{}\r\n0\r\n\r\n",
        "10000000000000002\r\n{}\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}\r\n0\r\nX y\r\n\r\n",
        "2\r\n{}\r\n0\r\nX: \u{0}\r\n\r\n",
    ] {
        let request = post("Transfer-Encoding: chunked\r\n", &format!("{chunks}{HIDDEN}"));
        refused_and_closed(&running, &request).await;
    }
    for chunks in [
        "2;a=b\r\n{}\r\n0;c\r\n\r\n",
        "000002\r\n{}\r\n000\r\n\r\n",
        "2\r\n{}\r\n0\r\nContent-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n",
        "2\r\n{}\r\n0\r\nHost: b\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n",
    ] {
        let answer = answered_once(&running, &post("Transfer-Encoding: chunked\r\n", chunks)).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "validation_failed"), "{chunks:?}");
    }
}

#[tokio::test]
async fn behind_trailers_that_end_in_two_ways_no_request_is_answered() {
    let running = Running::server(Limits::default()).await;
    let upload = |trailers: &str| post("Transfer-Encoding: chunked\r\n", &format!("2\r\n{{}}\r\n{trailers}"));
    for trailers in ["0\r\n\nX\r\n\r\n", "0\r\nX: y\n\nZ\r\n\r\n"] {
        for next in [
            "GET /healthz HTTP/1.1\r\nHost: a\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            HIDDEN,
        ] {
            // As they come together, and as the one waits for the other.
            for waits in [false, true] {
                let mut wire = running.connect().await;
                let (first, second) = (upload(trailers), format!("{next}{HIDDEN}"));
                if waits {
                    wire.send(first).await;
                } else {
                    wire.send([first, second.clone().into()].concat()).await;
                }
                assert_eq!(wire.answer().await.code(), "validation_failed", "{trailers:?}");
                if waits {
                    wire.send(second).await;
                }
                let refused = wire.answer().await;
                assert_eq!(refused.code(), "bad_request", "{trailers:?} {next:?}");
                assert_eq!(refused.header("connection"), Some("close"), "{trailers:?} {next:?}");
                assert!(wire.ends_within(SOON).await, "{trailers:?} {next:?} has another answer");
            }
        }
    }
}

#[tokio::test]
async fn a_request_in_a_body_is_a_body() {
    let running = Running::server(Limits::default()).await;
    let chunk = format!("{:x}\r\n{HIDDEN}\r\n0\r\n\r\n", HIDDEN.len());
    let chunked = "Transfer-Encoding: Chunked\r\n".to_owned();
    for (line, status) in [
        ("GET /users/me", 401),
        ("GET /nowhere", 404),
        ("HEAD /users/me", 401),
        ("DELETE /users/me", 401),
        ("OPTIONS /users/me", 204),
        ("OPTIONS *", 204),
        ("TRACE /healthz", 405),
        ("CONNECT a:1", 405),
        ("PUT /healthz", 405),
        ("get /users/me", 405),
        ("POST /auth/logout", 415),
        ("POST /auth/logout-all", 401),
        ("POST /nowhere", 404),
    ] {
        for (framing, body) in [(length_of(HIDDEN), HIDDEN), (chunked.clone(), chunk.as_str())] {
            let request = format!("{line} HTTP/1.1\r\nHost: a\r\n{framing}\r\n{body}");
            if line.starts_with("HEAD") {
                let mut wire = running.connect().await;
                wire.send(request).await;
                assert_eq!(wire.answer_to_head().await.status, status, "{line} {framing}");
                wire.send("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n").await;
                assert_eq!(wire.answer().await.status, 404, "{line} {framing}");
                continue;
            }
            let answer = answered_once(&running, request.as_bytes()).await;
            assert_eq!(answer.status, status, "{line} {framing}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn another_protocol_is_neither_changed_to_nor_spoken() {
    let running = Running::server(Limits::default()).await;
    let settings = "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n";
    for upgrade in [
        format!("Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n{settings}"),
        "Upgrade: h2c\r\nConnection: Upgrade\r\n".to_owned(),
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            .to_owned(),
        "Upgrade: TLS/1.2\r\nConnection: Upgrade\r\n".to_owned(),
        "Upgrade: HTTP/2.0\r\n".to_owned(),
    ] {
        let request = format!("GET /users/me HTTP/1.1\r\nHost: a\r\n{upgrade}\r\n");
        assert_eq!(answered_once(&running, request.as_bytes()).await.status, 401, "{upgrade}");
    }
    for preface in [
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0",
        "GET /users/me HTTP/2.0\r\nHost: a\r\n\r\n",
        "GET /users/me HTTP/2\r\nHost: a\r\n\r\n",
        "GET /users/me HTTP/1.2\r\nHost: a\r\n\r\n",
        "GET /users/me HTTP/1.10\r\nHost: a\r\n\r\n",
        "GET /users/me http/1.1\r\nHost: a\r\n\r\n",
        "GET /users/me HTTPS/1.1\r\nHost: a\r\n\r\n",
        "GET /users/me\r\nHost: a\r\n\r\n",
        "GET /users/me\r\n\r\n",
        "GET /users/me \r\n\r\n",
        "GET\t/users/me\tHTTP/1.1\r\nHost: a\r\n\r\n",
        "GET  HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET HTTP/1.1\r\nHost: a\r\n\r\n",
        " GET /users/me HTTP/1.1\r\nHost: a\r\n\r\n",
        ":method: GET\r\n\r\n",
    ] {
        let mut wire = running.connect().await;
        wire.send(format!("{preface}{HIDDEN}")).await;
        let rest = wire.rest().await;
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 4"), "{preface:?}: {rest:?}");
        assert!(rest.matches("HTTP/1.").count() <= 1, "{preface:?}: {rest:?}");
    }
}

#[tokio::test]
async fn an_old_client_is_answered_once_unless_it_asks_to_stay() {
    let running = Running::server(Limits::default()).await;
    for headers in ["", "Host: a\r\n", "Connection: close\r\n", "Connection: x\r\n"] {
        let mut wire = running.connect().await;
        wire.send(format!("GET /nowhere HTTP/1.0\r\n{headers}\r\n{HIDDEN}")).await;
        let rest = wire.rest().await;
        assert!(rest.contains(" 404 ") && rest.matches("HTTP/1.").count() == 1, "{headers:?}: {rest}");
    }
    // A body that does not say how long it is has none: it does not last until the connection ends.
    let mut wire = running.connect().await;
    wire.send(format!("POST /auth/login HTTP/1.0\r\nContent-Type: application/json\r\n\r\n{HIDDEN}")).await;
    let rest = wire.rest().await;
    assert!(rest.contains("validation_failed") && rest.matches("HTTP/1.").count() == 1, "{rest}");
    let chunked = "POST /auth/login HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    let mut wire = running.connect().await;
    wire.send(format!("{chunked}{HIDDEN}")).await;
    let rest = wire.rest().await;
    assert!(rest.contains(" 400 ") && rest.matches("HTTP/1.").count() == 1, "{rest}");
}
