//! A server in this process, and a client that writes and reads bytes.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use countersign_core::policy::Policy;
use countersign_core::token::{Algorithm, RootSecret};
use countersign_server::app::{self, App, Pages, Tokens};
use countersign_server::demo::Demo;
use countersign_server::hashing::HashingPool;
use countersign_server::http;
use countersign_server::keys::{self, Secrets, Wanted};
use countersign_server::listener::{self, Limits};
use countersign_server::proxies::TrustedProxies;
use countersign_server::revocations::Revocations;
use countersign_server::store::{DatabaseLocation, Store};
use hyper::body::Incoming;
use hyper::service::Service;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use warp::http::{Request, Response};

/// How long anything here may take that is not being timed; far more than it does.
const PATIENCE: Duration = Duration::from_secs(20);

/// A listener that serves.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<usize>,
}

impl Running {
    /// The whole server.
    pub(crate) async fn server(limits: Limits) -> Self {
        Self::server_for(limits, &[]).await
    }

    /// The whole server, which pages of these origins may call.
    pub(crate) async fn server_for(limits: Limits, allowed_origins: &[&str]) -> Self {
        Self::server_on(Store::open(&DatabaseLocation::Memory).unwrap(), limits, allowed_origins).await
    }

    /// The same over this store.
    pub(crate) async fn server_on(store: Store, limits: Limits, allowed_origins: &[&str]) -> Self {
        let root = RootSecret::new(b"only for the tests of the door, 32+").unwrap();
        let secrets = Secrets { root, previous: None };
        let wanted = Wanted { algorithm: Algorithm::Hs256, is_set: false, token_ttl_secs: 3_600 };
        let signing = keys::start(store.clone(), &secrets, wanted, app::now()).await.unwrap();
        let app = App {
            policy: Policy::default(),
            store,
            hashing: HashingPool::start(NonZeroUsize::MIN, 1).unwrap(),
            breached_passwords: None,
            under_way: Arc::default(),
            tokens: Tokens::new("countersign".to_owned(), signing, &secrets),
            revocations: Revocations::default(),
            demo: Demo::landing(),
            pages: Pages::default(),
            trusted_proxies: TrustedProxies::default(),
            limits_addresses: true,
            allowed_origins: allowed_origins.iter().map(|origin| (*origin).to_owned()).collect(),
            cookies: None,
        };
        let door = http::service(Arc::new(app), &limits).unwrap();
        Self::listener(door, limits).await
    }

    /// The accept loop alone, with this behind it.
    pub(crate) async fn listener<S, B>(door: S, limits: Limits) -> Self
    where
        S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
        S: Clone + Send + 'static,
        S::Future: Send,
        B: hyper::body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = oneshot::channel::<()>();
        let stopping = async { drop(stopping.await) };
        let ended = tokio::spawn(listener::serve(listener, door, stopping, limits));
        Self { address, stop, ended }
    }

    pub(crate) async fn connect(&self) -> Wire {
        Wire { stream: TcpStream::connect(self.address).await.unwrap(), unread: Vec::new() }
    }

    /// The answer to one request on a connection of its own.
    pub(crate) async fn ask(&self, request: impl AsRef<[u8]>) -> Answer {
        let mut wire = self.connect().await;
        wire.send(request).await;
        wire.answer().await
    }

    /// Begins to stop. The result is how many requests were cut off.
    pub(crate) fn stop(self) -> impl Future<Output = usize> {
        drop(self.stop);
        async move { patiently(self.ended).await.unwrap() }
    }
}

/// A connection.
pub(crate) struct Wire {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Wire {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Sends what the other side may have ceased to take.
    pub(crate) async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok()
    }

    /// The next answer, whose length its headers tell.
    pub(crate) async fn answer(&mut self) -> Answer {
        patiently(self.read_answer("GET")).await
    }

    /// The next answer, to a request for the headers alone.
    pub(crate) async fn answer_to_head(&mut self) -> Answer {
        patiently(self.read_answer("HEAD")).await
    }

    /// Whatever comes until the connection ends.
    pub(crate) async fn rest(mut self) -> String {
        let read = async { while self.read_some().await {} };
        patiently(read).await;
        String::from_utf8_lossy(&self.unread).into_owned()
    }

    /// Whether the connection ends within this time, with nothing more to read.
    pub(crate) async fn ends_within(&mut self, time: Duration) -> bool {
        timeout(time, self.read_some()).await == Ok(false)
    }

    /// Whether the connection is closed within this time with nothing more to read, and not reset, which would
    /// mean that something was left unread at the other end.
    pub(crate) async fn closes_within(&mut self, time: Duration) -> bool {
        matches!(timeout(time, self.stream.read_buf(&mut self.unread)).await, Ok(Ok(0)))
    }

    async fn read_answer(&mut self, method: &str) -> Answer {
        let end = loop {
            if let Some(end) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            let more = self.read_some().await;
            assert!(more, "the connection ended after {:?}", String::from_utf8_lossy(&self.unread));
        };
        let head = String::from_utf8(self.unread.drain(..end).collect()).unwrap();
        let mut answer = Answer::of_head(&head);
        let has_body = method != "HEAD" && answer.status >= 200;
        let length = answer.header("content-length").filter(|_| has_body).map_or(0, |it| it.parse().unwrap());
        while self.unread.len() < length {
            assert!(self.read_some().await, "the body broke off");
        }
        answer.body = String::from_utf8(self.unread.drain(..length).collect()).unwrap();
        answer
    }

    /// Reads what there is; whether there was any.
    async fn read_some(&mut self) -> bool {
        // A reset is an end too.
        self.stream.read_buf(&mut self.unread).await.unwrap_or(0) > 0
    }
}

/// An answer, taken apart.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    headers: Vec<(String, String)>,
}

impl Answer {
    fn of_head(head: &str) -> Self {
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap().parse().unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self { status, body: String::new(), headers }
    }

    /// The value of a header, `None` where it is missing. A second one fails the test.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(other, _)| other == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "{name} stands twice in {self:?}");
        value
    }

    /// The code of a problem that is told as it must be.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(body["status"], self.status, "{self:?}");
        assert_eq!(body["request_id"].as_str(), self.header("x-request-id"), "{self:?}");
        body["code"].as_str().unwrap().to_owned()
    }
}

pub(crate) async fn patiently<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("nothing happens"))
}
