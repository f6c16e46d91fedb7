//! Passwords that became known elsewhere, looked up at a range service of the test's own.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::actors::{Anonymous, Answer, fresh_name};
use crate::server::Server;

/// SHA-1 of "the rain in spain" without its first five digits, which are [`PREFIX`].
const SUFFIX: &str = "405E53DEB8219790E6CF86B2752443266BE";
const PREFIX: &str = "E9763";
const BREACHED: &str = "the rain in spain";

/// What a range service answers, byte for byte; nothing at all where it is `None`.
type Said = Option<String>;

/// A range service that says one thing, and the requests that came to it.
struct Service {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Service {
    fn that_says(said: Said) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/range", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let heard = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (said, heard) = (said.clone(), Arc::clone(&heard));
                thread::spawn(move || serve(stream.unwrap(), said.as_deref(), &heard));
            }
        });
        Self { url, asked }
    }

    fn that_lists(entries: &str) -> Self {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length";
        Self::that_says(Some(format!("{head}: {}\r\n\r\n{entries}", entries.len())))
    }

    fn server(&self) -> Server {
        Server::start_with(&[("BREACHED_PASSWORDS_URL", &self.url)])
    }
}

fn serve(mut stream: TcpStream, said: Option<&str>, heard: &Mutex<Vec<String>>) {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    heard.lock().unwrap().push(head.join("\n"));
    match said {
        // Whoever hung up meanwhile misses nothing.
        Some(said) => drop(stream.write_all(said.as_bytes())),
        None => thread::sleep(Duration::from_secs(20)),
    }
}

fn register(anyone: &Anonymous<'_>, password: &str) -> Answer {
    let name = fresh_name();
    let email = format!("{name}@example.com");
    anyone.post("/auth/register", &json!({ "username": name, "email": email, "password": password }))
}

fn fault() -> (String, String) {
    ("password".to_owned(), "password_breached".to_owned())
}

#[test]
fn a_listed_password_is_refused_wherever_one_is_set() {
    let service = Service::that_lists(&format!("{}:7\r\n{SUFFIX}:3\r\n", "0".repeat(35)));
    let server = service.server();
    let anyone = Anonymous::at(&server);
    let refused = register(&anyone, BREACHED);
    assert_eq!((refused.status, refused.faults()), (400, vec![fault()]));

    let ada = anyone.become_somebody();
    let changed = ada.put("/users/me", &json!({ "password": BREACHED }));
    assert_eq!((changed.status, changed.faults()), (400, vec![fault()]));
    assert_eq!(anyone.post("/auth/password/forgot", &json!({ "email": ada.email() })).status, 202);
    let token = server.mailed_token(&ada.email(), "Reset your password");
    let reset = |password: &str| {
        anyone.post("/auth/password/reset", &json!({ "token": token, "password": password }))
    };
    let refused = reset(BREACHED);
    assert_eq!((refused.status, refused.faults()), (400, vec![fault()]));
    assert_eq!(anyone.log_in(&ada.name, &ada.password).status, 200, "it is the old one still");
    assert_eq!(ada.put("/users/me", &json!({ "password": "another that nobody knows" })).status, 200);
}

#[test]
fn the_service_learns_five_digits_and_nothing_else() {
    let service = Service::that_lists("");
    let server = service.server();
    assert_eq!(register(&Anonymous::at(&server), BREACHED).status, 201);
    let asked = service.asked.lock().unwrap();
    let [asked] = &asked[..] else { panic!("{asked:?}") };
    let mut lines = asked.lines();
    assert_eq!(lines.next(), Some(format!("GET /range/{PREFIX} HTTP/1.1").as_str()));
    let mut names: Vec<_> = lines.map(|line| line.split(':').next().unwrap().to_ascii_lowercase()).collect();
    names.sort();
    assert_eq!(names, ["add-padding", "host", "user-agent"]);
    assert!(asked.to_ascii_lowercase().contains("add-padding: true"), "{asked}");
}

#[test]
fn what_is_wrong_already_is_not_asked_about() {
    let service = Service::that_lists("");
    let server = service.server();
    let anyone = Anonymous::at(&server);
    let ada = anyone.become_somebody();
    let before = service.asked.lock().unwrap().len();
    assert_eq!(register(&anyone, "short").status, 400);
    let taken = json!({ "username": ada.name, "email": "new@example.com", "password": BREACHED });
    assert_eq!(anyone.post("/auth/register", &taken).status, 400);
    assert_eq!(anyone.log_in(&ada.name, BREACHED).status, 401);
    assert_eq!(service.asked.lock().unwrap().len(), before);
}

#[test]
fn a_service_that_fails_keeps_nobody_out_and_the_log_says_so() {
    let status = |line: &str| Some(format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n"));
    let page = "<html>";
    let garbage = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{page}", page.len());
    let broken_off =
        format!("HTTP/1.1 200 OK\r\nContent-Length: 4000\r\nConnection: close\r\n\r\n{SUFFIX}:1");
    let endless =
        format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", format!("{SUFFIX}:1\n").repeat(30_000));
    for (said, told) in [
        (None, "longer than 1 s"),
        (status("503 Service Unavailable"), "503"),
        (status("302 Found"), "302"),
        (Some(garbage), "no range"),
        (Some(broken_off), "broke off"),
        (Some(endless), "too long"),
        (Some("no HTTP at all".to_owned()), "cannot be reached"),
    ] {
        let server = Service::that_says(said).server();
        taken_and_told(&server, told);
    }
    // Nobody listens on a port that was just given back.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = Server::start_with(&[("BREACHED_PASSWORDS_URL", &format!("http://127.0.0.1:{port}/"))]);
    taken_and_told(&server, "cannot be reached");
}

fn taken_and_told(server: &Server, told: &str) {
    let began = Instant::now();
    let registered = register(&Anonymous::at(server), BREACHED);
    assert_eq!(registered.status, 201, "{told}: {registered:?}");
    assert!(began.elapsed() < Duration::from_secs(10), "{told}");
    let log = server.log_once_it_holds("BREACHED_PASSWORDS_URL");
    assert!(log.contains(told), "{told}: {log}");
    for secret in [BREACHED, PREFIX, SUFFIX] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[test]
fn without_a_service_nothing_is_looked_up() {
    let server = Server::start();
    let registered: Value = register(&Anonymous::at(&server), BREACHED).json();
    assert!(registered["user_id"].is_string(), "{registered}");
}
