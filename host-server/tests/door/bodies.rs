//! Bodies that are too long, too late, or not wanted.

use std::time::{Duration, Instant};

use countersign_server::body::{BODY_BYTES_MAX, DRAINED_BYTES_MAX};
use countersign_server::listener::Limits;

use crate::wire::Running;

const SOON: Duration = Duration::from_secs(5);

fn head(path: &str, more: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{more}\r\n")
}

fn length(bytes: usize) -> String {
    format!("Content-Length: {bytes}\r\n")
}

#[tokio::test]
async fn too_long_a_body_is_refused_before_it_comes_then_drained_then_closed() {
    let running = Running::server(Limits::default()).await;
    let mut wire = running.connect().await;
    let announced = BODY_BYTES_MAX + 1;
    wire.send(head("/auth/login", &length(announced))).await;
    let answer = wire.answer().await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "payload_too_large"));
    assert_eq!(answer.header("connection"), Some("close"));
    tokio::time::sleep(Duration::from_millis(50)).await;
    wire.send(vec![b' '; announced]).await;
    assert!(wire.closes_within(SOON).await, "the rest was not taken");
}

#[tokio::test]
async fn past_a_mebibyte_the_client_is_cut_off() {
    let running = Running::server(Limits::default()).await;
    let mut wire = running.connect().await;
    wire.send(head("/auth/login", &length(1 << 40))).await;
    assert_eq!(wire.answer().await.status, 413);
    let mut sent = 0;
    // What the sockets hold on to besides is some MiB.
    while wire.try_send(vec![b' '; 64 * 1024]).await && sent < DRAINED_BYTES_MAX + (64 << 20) {
        sent += 64 * 1024;
    }
    assert!(sent < DRAINED_BYTES_MAX + (64 << 20), "it was never cut off");
}

#[tokio::test]
async fn a_chunked_body_is_counted_as_it_comes() {
    let running = Running::server(Limits::default()).await;
    let chunk = |bytes: usize| format!("{bytes:x}\r\n{}\r\n", " ".repeat(bytes));
    let mut wire = running.connect().await;
    wire.send(head("/auth/login", "Transfer-Encoding: chunked\r\n")).await;
    wire.send(chunk(BODY_BYTES_MAX)).await;
    wire.send(chunk(1)).await;
    assert_eq!(wire.answer().await.status, 413);
    for more in [chunk(1_000), chunk(BODY_BYTES_MAX), "0\r\n\r\n".to_owned()] {
        // Long enough for a server that has stopped listening to hang up.
        tokio::time::sleep(Duration::from_millis(50)).await;
        wire.send(more).await;
    }
    assert!(wire.closes_within(SOON).await, "the rest was not taken");

    let mut wire = running.connect().await;
    wire.send(head("/auth/login", "Transfer-Encoding: chunked\r\n")).await;
    wire.send(format!("{}2\r\n{{}}\r\n0\r\n\r\n", chunk(BODY_BYTES_MAX - 2))).await;
    let answer = wire.answer().await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "validation_failed"), "read to its end");
}

#[tokio::test]
async fn a_body_that_nobody_wants_is_drained_and_the_connection_goes_on() {
    let running = Running::server(Limits::default()).await;
    for path in ["/nowhere", "/users/me", "/healthz"] {
        let mut wire = running.connect().await;
        wire.send(head(path, &length(10))).await;
        assert!([404, 405].contains(&wire.answer().await.status), "{path}");
        wire.send("0123456789GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert_eq!(wire.answer().await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn an_empty_body_is_no_body() {
    let running = Running::server(Limits::default()).await;
    for framing in ["", "Content-Length: 0\r\n"] {
        let answer = running.ask(format!("POST /auth/login HTTP/1.1\r\nHost: a\r\n{framing}\r\n")).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "validation_failed"), "{framing}");
    }
    let chunked = "POST /auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(running.ask(chunked).await.code(), "validation_failed");
}

#[tokio::test]
async fn a_client_that_asks_first_is_told_to_go_on_or_why_not() {
    let running = Running::server(Limits::default()).await;
    let expect = format!("{}Expect: 100-continue\r\n", length(2));
    let mut wire = running.connect().await;
    wire.send(head("/auth/login", &expect)).await;
    assert_eq!(wire.answer().await.status, 100);
    wire.send("{}").await;
    assert_eq!(wire.answer().await.code(), "validation_failed");

    let mut wire = running.connect().await;
    wire.send(head("/nowhere", &expect)).await;
    assert_eq!(wire.answer().await.code(), "not_found", "without 100 before it");
    assert!(wire.ends_within(SOON).await, "whether the body comes cannot be known");
}

#[tokio::test]
async fn a_body_has_its_time() {
    let limits = Limits { body: Duration::from_millis(200), ..Limits::default() };
    let running = Running::server(limits).await;
    let mut wire = running.connect().await;
    wire.send(head("/auth/login", &length(10))).await;
    wire.send("{").await;
    let answer = wire.answer().await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "bad_request"));
    assert!(answer.body.contains("in time"), "{answer:?}");
    assert!(wire.ends_within(SOON).await);
}

#[tokio::test]
async fn a_body_that_trickles_is_ended_though_it_never_rests() {
    const LIMIT: Duration = Duration::from_millis(300);
    let running = Running::server(Limits { body: LIMIT, ..Limits::default() }).await;
    // One that is read, and one that is drained.
    for path in ["/auth/login", "/nowhere"] {
        for (framing, part) in
            [(length(10_000).as_str(), " "), ("Transfer-Encoding: chunked\r\n", "1\r\n \r\n")]
        {
            let mut wire = running.connect().await;
            let begun = Instant::now();
            wire.send(head(path, framing)).await;
            while wire.try_send(part).await && !wire.ends_within(Duration::from_millis(20)).await {
                assert!(begun.elapsed() < SOON, "{path} {framing:?}: it was never ended");
            }
            assert!(begun.elapsed() >= LIMIT, "{path} {framing:?}");
        }
    }
}
