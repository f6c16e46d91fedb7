//! Those who are asked about, and how accounts become what they are.

use std::net::Ipv4Addr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign_core::password::{HashBounds, StoredHash};
use serde_json::{Value, json};
use totp_rs::{Algorithm, Secret, TOTP};

use crate::connection::{Connection, Request};
use crate::server::Server;

/// Connections that register at once.
const REGISTRARS: usize = 4;

/// How often a request of theirs is sent, a second apart, before a server is too busy to measure it.
const TRIES: usize = 60;

/// What bcrypt makes of "abcdefghijklmnopqrstuvwxyz" at the cost that most libraries take (one of jBCrypt's own tests).
const OLD_HASH: &str = "$2a$10$fVH8e28OQRj9tqiDXs1e1uxpsjN0c7II7YPKXua2NAKYvM6iQk7dq";

/// A kind of names that an answer must not tell from the others.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub label: &'static str,
    /// What its names begin with. All names are of one length.
    letter: char,
    becomes: Becomes,
}

/// What becomes of the accounts of a kind once they are registered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Becomes {
    /// They never are.
    Nobody,
    Active,
    Verified,
    Deleted,
    Suspended,
    /// They have a second factor.
    Guarded,
    /// They have the hash of an older system.
    Imported,
}

/// The names that the others are compared with.
pub(crate) const KNOWN: Kind = kind("known", 'k', Becomes::Verified);
/// More of the same: how far apart two lots are that differ in nothing.
pub(crate) const KNOWN_TOO: Kind = kind("known, others", 'o', Becomes::Verified);
pub(crate) const UNKNOWN: Kind = kind("unknown", 'n', Becomes::Nobody);
pub(crate) const UNVERIFIED: Kind = kind("unverified", 'u', Becomes::Active);
pub(crate) const DELETED: Kind = kind("deleted", 'd', Becomes::Deleted);
pub(crate) const SUSPENDED: Kind = kind("suspended", 's', Becomes::Suspended);
pub(crate) const GUARDED: Kind = kind("second factor", 'm', Becomes::Guarded);
pub(crate) const IMPORTED: Kind = kind("imported", 'i', Becomes::Imported);

const fn kind(label: &'static str, letter: char, becomes: Becomes) -> Kind {
    Kind { label, letter, becomes }
}

impl Kind {
    pub(crate) fn name(self, number: usize) -> String {
        format!("{}{number:06}", self.letter)
    }
}

pub(crate) fn address(name: &str) -> String {
    format!("{name}@example.com")
}

/// Registers so many accounts of each kind and makes them what they are. What that leaves behind by the way, mails and
/// counts of them, is forgotten, since names of nobody have none of it.
pub(crate) fn prepare(server: &Server, kinds: &[Kind], count: usize) {
    let registered: Vec<Kind> =
        kinds.iter().copied().filter(|kind| kind.becomes != Becomes::Nobody).collect();
    std::thread::scope(|scope| {
        for first in 0..REGISTRARS {
            let registered = &registered;
            scope.spawn(move || {
                let mut connection = Connection::open(server.origin());
                for number in (first..count).step_by(REGISTRARS) {
                    registered.iter().for_each(|kind| register(&mut connection, *kind, number));
                }
            });
        }
    });
    for kind in &registered {
        become_what_they_are(server, *kind);
    }
    for statement in ["DELETE FROM guesses", "DELETE FROM outbox", "DELETE FROM action_tokens"] {
        server.edit(statement, []);
    }
}

fn register(connection: &mut Connection, kind: Kind, number: usize) {
    let name = kind.name(number);
    let body = json!({ "username": name, "email": address(&name), "password": password(&name) });
    ask(connection, Request::post("/auth/register", Ipv4Addr::LOCALHOST, &body), 201);
    if kind.becomes == Becomes::Guarded {
        set_second_factor(connection, &name);
    }
}

/// Asks for something that is to succeed, and again where a busy machine sheds it.
fn ask(connection: &mut Connection, request: Request, expected: u16) -> Value {
    for _ in 0..TRIES {
        let answer = connection.ask(&request);
        if answer.status() != 503 {
            assert_eq!(answer.status(), expected, "{}", answer.comparable());
            return answer.json();
        }
        std::thread::sleep(Duration::from_secs(1));
    }
    panic!("the server was too busy for a minute");
}

fn become_what_they_are(server: &Server, kind: Kind) {
    let pattern = format!("{}*", kind.letter);
    let set = |columns: &str| {
        server.edit(&format!("UPDATE users SET {columns} WHERE username_key GLOB $1"), [&pattern]);
    };
    match kind.becomes {
        Becomes::Nobody | Becomes::Active | Becomes::Guarded => {}
        Becomes::Verified => set("email_verified = 1"),
        Becomes::Deleted => set("status = 'deleted', deleted_at = updated_at"),
        Becomes::Suspended => set("status = 'suspended'"),
        Becomes::Imported => {
            let hash = StoredHash::parse_within(OLD_HASH, HashBounds::default()).unwrap();
            set(&format!("password_hash = '{OLD_HASH}', hash_kind = '{}'", hash.kind().word()));
        }
    }
}

fn set_second_factor(connection: &mut Connection, name: &str) {
    let post = |path, body: &Value| Request::post(path, Ipv4Addr::LOCALHOST, body);
    let body = json!({ "username": name, "password": password(name) });
    let login = ask(connection, post("/auth/login", &body), 200);
    let token = login["access_token"].as_str().unwrap();
    let proposed = ask(connection, post("/auth/mfa/enable", &json!({})).with_token(token), 200);
    let secret = Secret::Encoded(proposed["secret"].as_str().unwrap().to_owned()).to_bytes().unwrap();
    let totp = TOTP::new(Algorithm::SHA1, 6, 1, 30, secret).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let body = json!({ "code": totp.generate(now) });
    ask(connection, post("/auth/mfa/verify", &body).with_token(token), 200);
}

fn password(name: &str) -> String {
    format!("the password of {name}")
}
