//! What must not be told apart is answered by the same bytes.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::actors::{Anonymous, SignedIn, fresh_name};
use crate::authenticator::Guarded;
use crate::server::Server;

/// What strangers may guess at one account in an hour.
const GUESSES: usize = 20;

/// Mails with a token that one address is sent in an hour.
const MAILS: usize = 3;

/// Seconds by which times in two answers may differ, since one was asked for after the other.
const APART_SECS: u32 = 60;

/// What bcrypt makes of "analytical engine".
const OLD_HASH: &str = "$2b$04$3i9MNp.cEmgQmSFp7vsoU.qkkDGChYL8HZDaThpyepsY2jaTPymOC";

/// An answer as it came, but for its date, its id and the seconds in its head, which stand apart.
struct Seen {
    text: String,
    seconds: Vec<u32>,
}

impl Seen {
    fn of(answer: &str) -> Self {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let value = |line: &'_ str, name: &str| {
            let (its, value) = line.split_once(": ")?;
            its.eq_ignore_ascii_case(name).then(|| value.to_owned())
        };
        let id = head.lines().find_map(|line| value(line, "x-request-id")).unwrap();
        let (mut lines, mut seconds) = (Vec::new(), Vec::new());
        for line in head.lines().filter(|line| value(line, "date").is_none()) {
            if let Some(secs) = value(line, "retry-after") {
                seconds.push(secs.parse().unwrap());
                lines.push("retry-after: …".to_owned());
                continue;
            }
            let mut parts = line.split(";t=");
            let mut line = parts.next().unwrap().to_owned();
            for part in parts {
                let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
                seconds.push(part[..part.len() - rest.len()].parse().unwrap());
                line = line + ";t=…" + rest;
            }
            lines.push(line);
        }
        lines.push(body.to_owned());
        Self { text: lines.join("\n").replace(&id, "…"), seconds }
    }

    fn assert_same(&self, other: &Self, about: &str) {
        assert_eq!(self.text, other.text, "{about}");
        assert_eq!(self.seconds.len(), other.seconds.len(), "{about}");
        for (one, other) in self.seconds.iter().zip(&other.seconds) {
            assert!(one.abs_diff(*other) <= APART_SECS, "{about}: {one} s and {other} s");
        }
    }
}

/// A server that counts addresses too, and is told them by a proxy on this machine.
fn behind_a_proxy() -> Server {
    Server::start_with(&[("RATE_LIMIT", "on"), ("TRUSTED_PROXIES", "127.0.0.1")])
}

/// Names that are not to be told apart, all of one length, each with what it is.
fn inhabit(server: &Server) -> Vec<(&'static str, String)> {
    let anyone = Anonymous::at(server);
    let [known, verified, deleted, suspended, guarded] = std::array::from_fn(|_| anyone.become_somebody());
    let set = |who: &SignedIn<'_>, columns: &str| {
        let name = &who.name;
        assert_eq!(server.write(&format!("UPDATE users SET {columns} WHERE username = '{name}'")), 1);
    };
    set(&verified, "email_verified = 1");
    set(&suspended, "status = 'suspended'");
    assert_eq!(deleted.ask("DELETE", "/users/me").status, 200);
    let guarded = Guarded::of(guarded).who;
    let (imported, nobody) = (fresh_name(), fresh_name());
    let email = format!("{imported}@example.com");
    let made = server.command(
        &["user", "create", "--username", &imported, "--email", &email, "--password-hash-stdin"],
        &format!("{OLD_HASH}\n"),
    );
    assert!(made.status.success(), "{made:?}");
    // What came before leaves nothing behind by which they differ from a name of nobody.
    for counted in ["guesses", "outbox"] {
        server.write(&format!("DELETE FROM {counted}"));
    }
    vec![
        ("known", known.name),
        ("unknown", nobody),
        ("verified", verified.name),
        ("deleted", deleted.name),
        ("suspended", suspended.name),
        ("guarded", guarded.name),
        ("imported", imported),
    ]
}

/// The bytes that answer a post that a proxy passes on from there.
fn bytes_of(server: &Server, client: &str, path: &str, body: &Value) -> String {
    let mut stream = TcpStream::connect(server.origin.strip_prefix("http://").unwrap()).unwrap();
    let body = body.to_string();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {client}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Asks the same about each of them, so many times, and holds each answer to that of this turn about the first. Gives the
/// status of each turn.
fn ask_about_all(server: &Server, turns: usize, path: &str, body: impl Fn(&str) -> Value) -> Vec<String> {
    let names = inhabit(server);
    let ask = |turn: usize| {
        // An address for each answer, so that what it has left is the same.
        let client = |place: usize| format!("10.0.{turn}.{place}");
        let seen = names.iter().enumerate().map(|(place, (kind, name))| {
            (*kind, Seen::of(&bytes_of(server, &client(place), path, &body(name))))
        });
        let seen: Vec<_> = seen.collect();
        let (_, first) = &seen[0];
        for (kind, other) in &seen {
            first.assert_same(other, &format!("{path}, {kind}, turn {turn}"));
        }
        first.text.split(' ').nth(1).unwrap().to_owned()
    };
    (0..turns).map(ask).collect()
}

#[test]
fn a_wrong_password_and_a_lock_are_answered_alike_under_every_name() {
    let body = |name: &str| json!({ "username": name, "password": "not the password" });
    let statuses = ask_about_all(&behind_a_proxy(), GUESSES + 2, "/auth/login", body);
    assert_eq!(statuses, [vec!["401"; GUESSES], vec!["429"; 2]].concat());
}

#[test]
fn whoever_asks_for_a_mail_is_answered_alike_under_every_address() {
    for path in ["/auth/password/forgot", "/auth/email/resend"] {
        let body = |name: &str| json!({ "email": format!("{name}@example.com") });
        let statuses = ask_about_all(&behind_a_proxy(), MAILS + 2, path, body);
        assert_eq!(statuses, vec!["202"; MAILS + 2], "{path}");
    }
}
