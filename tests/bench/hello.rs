//! The least that an HTTP server can do: hyper, and a fixed answer.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Serves until it is killed. Tells its address on standard output.
pub(crate) fn serve() {
    tokio::runtime::Builder::new_multi_thread().enable_io().build().unwrap().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(hello));
            // A client that hangs up is no failure of the benchmark.
            tokio::spawn(async move { drop(connection.await) });
        }
    });
}

async fn hello(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::new(Bytes::from_static(b"hello, world"))))
}
