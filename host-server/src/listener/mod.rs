//! The accept loop: every connection is counted, watched, and ended when its time is up.
//!
//! hyper reads HTTP/1 on each; what it leaves to its host stands here. Its own limit for the head of a
//! request also runs while a connection is idle, so the two could not differ, and takes a timer per request.
//! Here no connection has a timer: each notes what it waits for, and the loop looks at all of them a few
//! times a second.

mod connection;
mod heads;
mod refusal;
mod stream;
mod watch;

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::{Future, pending};
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::service::Service;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, Id, JoinSet};
use tokio::time::{MissedTickBehavior, interval, sleep_until, timeout_at};
use warp::http::{Request, Response};

use watch::Watch;

/// What a connection may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; one more is answered 503. Each holds 20 KiB or so.
    pub connections: usize,
    /// From the first byte of a request to the end of its headers, and from the connection to that byte.
    pub head: Duration,
    /// From the end of the headers to the end of the body.
    pub body: Duration,
    /// From one answer to the next request. Longer than the minute after which load balancers let go, so that
    /// they do, and never send a request into a closing connection.
    pub idle: Duration,
    /// For a client that has stopped reading an answer to take the next byte of it.
    pub write: Duration,
    /// For requests that are being answered when the server stops.
    pub stop: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4_096,
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            idle: Duration::from_secs(75),
            write: Duration::from_secs(30),
            stop: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// How often the connections are looked at: a limit is kept to within a quarter of the shortest.
    fn tick(&self) -> Duration {
        const SHORTEST: Duration = Duration::from_millis(5);
        let limits = [self.head, self.body, self.idle, self.write];
        (limits.into_iter().min().unwrap_or_default() / 4).max(SHORTEST)
    }
}

/// What the door is told of how a request arrived, as an extension of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Who is at the other end of the connection.
    pub peer: SocketAddr,
    /// What is wrong with the request as HTTP, in a sentence; `None` where nothing is.
    pub fault: Option<&'static str>,
}

/// Serves `door` until `shutdown` is done, then lets the requests that are being answered finish.
///
/// Returns how many connections were cut off at the deadline; each was still at a request.
pub async fn serve<S, B>(
    listener: TcpListener,
    door: S,
    shutdown: impl Future<Output = ()>,
    limits: Limits,
) -> usize
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    B: hyper::body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut connections = Connections::new(limits.clone());
    let mut pause = Pause::default();
    let mut tick = interval(limits.tick());
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            () = connections.one_ended() => {}
            _ = tick.tick() => connections.end_overdue(),
            accepted = pause.accept(&listener) => match accepted {
                Ok((stream, peer)) => connections.start(stream, peer, &door),
                Err(error) => pause.lengthen(&error),
            },
        }
    }
    // Closed before waiting, so that a load balancer turns elsewhere at once.
    drop(listener);
    connections.finish().await
}

/// All open connections.
struct Connections {
    limits: Limits,
    tasks: JoinSet<()>,
    open: HashMap<Id, Open>,
    refusals: JoinSet<()>,
}

/// The loop's hold on one connection.
struct Open {
    watch: Watch,
    /// Told, or dropped, the connection ends after the request that it is at.
    finish: oneshot::Sender<()>,
    task: AbortHandle,
}

impl Connections {
    fn new(limits: Limits) -> Self {
        Self { limits, tasks: JoinSet::new(), open: HashMap::new(), refusals: JoinSet::new() }
    }

    fn start<S, B>(&mut self, stream: TcpStream, peer: SocketAddr, door: &S)
    where
        S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send,
        B: hyper::body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        // Answers are written whole; waiting to fill a packet would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
        if self.open.len() >= self.limits.connections {
            refusal::refuse(&mut self.refusals, stream);
            return;
        }
        let watch = Watch::new(Instant::now());
        let (finish, finished) = oneshot::channel();
        let task = connection::serve(stream, peer, door.clone(), watch.clone(), finished);
        let task = self.tasks.spawn(task);
        self.open.insert(task.id(), Open { watch, finish, task });
    }

    /// Waits until a connection ends, for ever where there is none.
    async fn one_ended(&mut self) {
        let ended = match self.tasks.join_next_with_id().await {
            None => pending().await,
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => {
                if error.is_panic() {
                    tracing::error!(%error, "a connection's task panicked");
                }
                error.id()
            }
        };
        self.open.remove(&ended);
    }

    fn end_overdue(&mut self) {
        let now = Instant::now();
        for open in self.open.values() {
            if let Some(waited_for) = open.watch.overdue(now, &self.limits) {
                tracing::debug!(waited_for, "a connection's time is up");
                open.task.abort();
            }
        }
        while self.refusals.try_join_next().is_some() {}
    }

    async fn finish(mut self) -> usize {
        let deadline = tokio::time::Instant::now() + self.limits.stop;
        for (_, open) in self.open.drain() {
            // An error means that the connection has just ended by itself.
            let _ = open.finish.send(());
        }
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if timeout_at(deadline, all).await.is_ok() {
            return 0;
        }
        let cut_off = self.tasks.len();
        self.tasks.shutdown().await;
        cut_off
    }
}

/// How long nothing is accepted after the system had nothing to give, most often no more file descriptors.
#[derive(Debug, Default)]
struct Pause {
    length: Duration,
    until: Option<tokio::time::Instant>,
}

impl Pause {
    const SHORTEST: Duration = Duration::from_millis(10);
    const LONGEST: Duration = Duration::from_secs(1);

    async fn accept(&mut self, listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
        if let Some(until) = self.until {
            sleep_until(until).await;
        }
        let accepted = listener.accept().await?;
        *self = Self::default();
        Ok(accepted)
    }

    fn lengthen(&mut self, error: &io::Error) {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
        // The fault of that one connection, which is gone already.
        if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted) {
            return;
        }
        self.length = (self.length * 2).clamp(Self::SHORTEST, Self::LONGEST);
        self.until = Some(tokio::time::Instant::now() + self.length);
        tracing::warn!(%error, pause_ms = self.length.as_millis(), "no connection can be accepted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pause_grows_to_a_second_and_ends_with_the_next_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut pause = Pause::default();
        pause.lengthen(&io::Error::from(io::ErrorKind::ConnectionAborted));
        assert_eq!(pause.until, None);
        for milliseconds in [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000] {
            pause.lengthen(&io::Error::other("no file descriptor is left"));
            assert_eq!(pause.length, Duration::from_millis(milliseconds));
        }
        let _client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        pause.accept(&listener).await.unwrap();
        assert_eq!(pause.length, Duration::ZERO);
    }
}
