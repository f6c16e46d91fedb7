//! How long a connection may take, how many there may be, and how they end.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use bytes::Bytes;
use countersign_server::listener::Limits;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use warp::http::{Request, Response};

use crate::wire::Running;

const SOON: Duration = Duration::from_secs(5);
const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// Answers after this long, with this much.
async fn slow(wait: Duration, bytes: usize, limits: Limits) -> Running {
    let body = Bytes::from(vec![b'a'; bytes]);
    let door = service_fn(move |_: Request<Incoming>| {
        let body = body.clone();
        async move {
            tokio::time::sleep(wait).await;
            Ok::<_, Infallible>(Response::new(Full::new(body)))
        }
    });
    Running::listener(door, limits).await
}

#[tokio::test]
async fn a_silent_connection_is_ended() {
    let running = Running::server(Limits { head: milliseconds(200), ..Limits::default() }).await;
    let (begun, mut wire) = (Instant::now(), running.connect().await);
    assert!(wire.ends_within(SOON).await);
    assert!(begun.elapsed() >= milliseconds(200));
}

#[tokio::test]
async fn a_head_that_trickles_is_ended_though_it_never_rests() {
    let running = Running::server(Limits { head: milliseconds(300), ..Limits::default() }).await;
    let mut wire = running.connect().await;
    let begun = Instant::now();
    wire.send("GET /healthz HTTP/1.1\r\n").await;
    while wire.try_send("X-Slow: 1\r\n").await && !wire.ends_within(milliseconds(30)).await {
        assert!(begun.elapsed() < SOON, "it was never ended");
    }
    assert!(begun.elapsed() >= milliseconds(300));
}

#[tokio::test]
async fn an_idle_connection_has_a_limit_of_its_own() {
    let limits = Limits { head: milliseconds(100), idle: milliseconds(600), ..Limits::default() };
    let running = Running::server(limits).await;
    let mut wire = running.connect().await;
    for _ in 0..2 {
        wire.send(HEALTH).await;
        assert_eq!(wire.answer().await.status, 200);
        tokio::time::sleep(milliseconds(300)).await;
    }
    let begun = Instant::now();
    assert!(wire.ends_within(SOON).await);
    assert!(begun.elapsed() >= milliseconds(200));
}

#[tokio::test]
async fn a_request_that_is_being_answered_is_not_timed() {
    let limits = Limits {
        head: milliseconds(50),
        body: milliseconds(50),
        idle: milliseconds(50),
        write: milliseconds(50),
        ..Limits::default()
    };
    let running = slow(milliseconds(500), 1, limits).await;
    assert_eq!(running.ask(HEALTH).await.status, 200);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off() {
    const MORE_THAN_SOCKETS_HOLD: usize = 64 << 20;
    let limits = Limits { write: milliseconds(300), ..Limits::default() };
    let running = slow(Duration::ZERO, MORE_THAN_SOCKETS_HOLD, limits).await;
    let mut wire = running.connect().await;
    wire.send(HEALTH).await;
    tokio::time::sleep(milliseconds(1_000)).await;
    let rest = wire.rest().await;
    assert!(rest.len() < MORE_THAN_SOCKETS_HOLD, "all of it came");
}

#[tokio::test]
async fn one_connection_too_many_is_told_so() {
    let running = Running::server(Limits { connections: 2, ..Limits::default() }).await;
    let mut first = running.connect().await;
    let mut second = running.connect().await;
    for wire in [&mut first, &mut second] {
        wire.send(HEALTH).await;
        assert_eq!(wire.answer().await.status, 200);
    }
    let mut third = running.connect().await;
    third.send(HEALTH).await;
    let answer = third.answer().await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "overloaded"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    drop(first);
    let begun = Instant::now();
    while running.ask(HEALTH).await.status == 503 {
        assert!(begun.elapsed() < SOON, "the place was never given free");
        tokio::time::sleep(milliseconds(20)).await;
    }
    second.send(HEALTH).await;
    assert_eq!(second.answer().await.status, 200);
}

#[tokio::test]
async fn a_stop_lets_requests_finish_and_nothing_else() {
    let running = slow(milliseconds(400), 1, Limits::default()).await;
    let (mut busy, mut idle, mut unused) =
        (running.connect().await, running.connect().await, running.connect().await);
    idle.send(HEALTH).await;
    assert_eq!(idle.answer().await.status, 200);
    busy.send(HEALTH).await;
    tokio::time::sleep(milliseconds(100)).await;

    let address = running.address;
    let stopped = tokio::spawn(running.stop());
    assert!(idle.ends_within(milliseconds(200)).await);
    assert!(unused.ends_within(milliseconds(200)).await);
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    let answer = busy.answer().await;
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    assert_eq!(stopped.await.unwrap(), 0);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let running = slow(SOON * 4, 1, Limits { stop: milliseconds(200), ..Limits::default() }).await;
    let mut wire = running.connect().await;
    wire.send(HEALTH).await;
    tokio::time::sleep(milliseconds(100)).await;
    let begun = Instant::now();
    assert_eq!(running.stop().await, 1);
    assert!(begun.elapsed() < SOON);
    assert!(wire.ends_within(SOON).await);
}
