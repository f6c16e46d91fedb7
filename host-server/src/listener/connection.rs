//! One connection, from its first request to its last.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use warp::http::{Request, Response};

use super::Arrival;
use super::heads::HEAD_BYTES_MAX;
use super::stream::WatchedStream;
use super::watch::Watch;

/// Bytes that hyper reads ahead at most: the largest head and a little of what follows it.
const BUFFER_BYTES_MAX: usize = HEAD_BYTES_MAX + 16 * 1024;

/// Serves a connection until it ends, or until `finish` is told and the request that it is at is answered.
pub(super) async fn serve<S, B>(
    stream: TcpStream,
    peer: SocketAddr,
    door: S,
    watch: Watch,
    mut finish: oneshot::Receiver<()>,
) where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    B: hyper::body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let io = TokioIo::new(WatchedStream::new(stream, watch.clone()));
    let service = service_fn(move |mut request: Request<Incoming>| {
        let fault = watch.begin();
        request.extensions_mut().insert(Arrival { peer, fault });
        let answer = door.call(request);
        let watch = watch.clone();
        async move {
            let response = answer.await;
            watch.end();
            response
        }
    });
    // HTTP/1 alone: a client that speaks HTTP/2 without asking is refused by its first line.
    let connection = http1::Builder::new()
        .header_read_timeout(None)
        .max_header_size(HEAD_BYTES_MAX)
        .max_buf_size(BUFFER_BYTES_MAX)
        .serve_connection(io, service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        _ = &mut finish => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // What goes wrong below a request is the client's doing or the network's.
        tracing::debug!(%peer, error = &error as &dyn std::error::Error, "a connection broke");
    }
}
