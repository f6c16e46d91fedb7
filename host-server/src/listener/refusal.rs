//! What a connection over the cap is told.

use std::time::Duration;

use countersign_core::rejection::Code;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::problem::Problem;
use crate::request_id::RequestId;

/// Connections that are being told so at once; past them they are closed without a word.
const TOLD_AT_ONCE_MAX: usize = 256;

/// How long a refused client is listened to. Closed with its request unread, the connection would be reset
/// and the answer lost with it.
const LINGER: Duration = Duration::from_secs(1);

/// Seconds after which a refused client may try again.
const RETRY_AFTER_SECS: u32 = 1;

/// Answers 503 without waiting for a request, and closes.
pub(super) fn refuse(refusals: &mut JoinSet<()>, stream: TcpStream) {
    while refusals.try_join_next().is_some() {}
    if refusals.len() >= TOLD_AT_ONCE_MAX {
        return;
    }
    let request_id = RequestId::next();
    tracing::warn!(%request_id, code = Code::Overloaded.as_str(), "a connection over the cap was refused");
    refusals.spawn(async move {
        // A client that is gone has no use for the answer, nor for an error about it.
        let _ = timeout(LINGER, tell(stream, answer(&request_id))).await;
    });
}

async fn tell(mut stream: TcpStream, answer: Vec<u8>) -> std::io::Result<()> {
    stream.write_all(&answer).await?;
    stream.shutdown().await?;
    let mut unread = [0; 4 * 1024];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}

fn answer(request_id: &RequestId) -> Vec<u8> {
    let reply = Problem::overloaded(RETRY_AFTER_SECS).closing().into_reply(request_id);
    let mut text = format!("HTTP/1.1 {}\r\n", reply.status).into_bytes();
    for (name, value) in &reply.headers {
        text.extend_from_slice(name.as_str().as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value.as_bytes());
        text.extend_from_slice(b"\r\n");
    }
    let rest = format!(
        "x-request-id: {request_id}\r\nx-content-type-options: nosniff\r\ncache-control: no-store\r\n\
         content-length: {}\r\n\r\n",
        reply.body.len()
    );
    text.extend_from_slice(rest.as_bytes());
    text.extend_from_slice(&reply.body);
    text
}
