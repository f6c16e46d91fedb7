//! One kept-alive connection, and how long each answer takes on it.
//!
//! Bytes are written and read as they are: an HTTP client's own work would be noise, and it would not show them.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long an answer may take before the run is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to the server.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// A request, ready to be sent.
pub(crate) struct Request(String);

/// What came back.
pub(crate) struct Answer {
    /// From the first byte sent to the last one received.
    pub took: Duration,
    head: String,
    body: String,
}

impl Request {
    /// A post of `body`, as a proxy passes it on from `client`.
    pub(crate) fn post(path: &str, client: Ipv4Addr, body: &Value) -> Self {
        let body = body.to_string();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {client}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        Self([head, body].concat())
    }

    /// The same with an access token.
    pub(crate) fn with_token(self, token: &str) -> Self {
        let authorization = format!("\r\nAuthorization: Bearer {token}\r\n\r\n");
        Self(self.0.replacen("\r\n\r\n", &authorization, 1))
    }
}

impl Connection {
    pub(crate) fn open(origin: &str) -> Self {
        let stream = TcpStream::connect(origin.strip_prefix("http://").unwrap()).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream, received: Vec::new() }
    }

    /// Sends a request and waits for the whole answer.
    pub(crate) fn ask(&mut self, request: &Request) -> Answer {
        self.received.clear();
        let begun = Instant::now();
        self.stream.write_all(request.0.as_bytes()).unwrap();
        let head = loop {
            if let Some(head) = find(&self.received, b"\r\n\r\n") {
                break head + 4;
            }
            self.receive();
        };
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let head = text(&self.received[..head]);
        let length: usize = value_of(&head, "content-length").map_or(0, |length| length.parse().unwrap());
        while self.received.len() < head.len() + length {
            self.receive();
        }
        let took = begun.elapsed();
        let body = text(&self.received[head.len()..]);
        Answer { took, head, body }
    }

    fn receive(&mut self) {
        let mut part = [0; 4_096];
        let count = self.stream.read(&mut part).expect("an answer comes in time");
        assert!(count > 0, "the server keeps the connection open");
        self.received.extend_from_slice(&part[..count]);
    }
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status line")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Head and body but for what differs from request to request whoever is asked about: the date, the request's id, and
    /// in how many seconds there is one more guess.
    pub(crate) fn comparable(&self) -> String {
        let id = value_of(&self.head, "x-request-id").expect("every answer has an id");
        let lines = self.head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("date:"));
        let head: Vec<_> = lines.map(without_seconds).collect();
        [head.join("\n").as_str(), &self.body].join("\n").replace(id, "…")
    }
}

/// A header line without the times in it.
fn without_seconds(line: &str) -> String {
    if let Some((name, _)) =
        line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("retry-after"))
    {
        return format!("{name}: …");
    }
    let mut parts = line.split(";t=");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |line, rest| line + ";t=…" + rest.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// The value of a header.
fn value_of<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let fields = head.lines().filter_map(|line| line.split_once(": "));
    fields.into_iter().find(|(its, _)| its.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_alike_but_for_what_each_request_has_of_its_own() {
        let answer = |date: u8, id: &str, secs: u16, left: u8| Answer {
            took: Duration::ZERO,
            head: format!(
                "HTTP/1.1 401 Unauthorized\r\ndate: {date}\r\nx-request-id: {id}\r\nRetry-After: {secs}\r\n\
                 ratelimit: \"account\";r={left};t={secs}, \"address\";r=9;t={secs}\r\n\r\n"
            ),
            body: format!("{{\"request_id\":\"{id}\"}}"),
        };
        let one = answer(1, "abc", 3_600, 8).comparable();
        assert_eq!(one, answer(2, "def", 99, 8).comparable());
        assert_ne!(one, answer(1, "abc", 3_600, 7).comparable());
        assert!(one.contains("\"account\";r=8;t=…, \"address\""), "{one}");
    }
}
