//! A mail server that keeps what it is given, and what people take out of their mails.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use mailin::{Action, Handler, Response, SessionBuilder};

use crate::server::Server;

/// Longer than the first two retries take.
const PATIENCE: Duration = Duration::from_secs(40);

/// A mail as it came.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub from: String,
    pub to: Vec<String>,
    /// The headers and both parts.
    pub source: String,
}

impl Mail {
    /// A header's value, empty where it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let (head, _) = self.source.split_once("\r\n\r\n").unwrap();
        let values =
            head.lines().filter_map(|line| line.split_once(": ")).filter(|(other, _)| *other == name);
        let values: Vec<_> = values.map(|(_, value)| value).collect();
        assert!(values.len() < 2, "{name} twice: {head}");
        values.first().copied().unwrap_or_default()
    }

    /// The token in its link.
    pub(crate) fn token(&self) -> String {
        let (_, rest) =
            self.source.split_once("&token=").unwrap_or_else(|| panic!("no link: {}", self.source));
        rest.split_whitespace().next().unwrap().to_owned()
    }
}

/// A mail server on a port of its own.
pub(crate) struct Mailbox {
    pub address: SocketAddr,
    post: Arc<Post>,
}

#[derive(Default)]
struct Post {
    mails: Mutex<Vec<Mail>>,
    /// What the next recipients are answered; the others are taken.
    answers: Mutex<VecDeque<u16>>,
    asked: Mutex<u32>,
    arrived: Condvar,
}

impl Mailbox {
    pub(crate) fn open() -> Self {
        Self::open_at("127.0.0.1:0".parse().unwrap())
    }

    /// At an address that was somebody's before.
    pub(crate) fn open_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let (address, post) = (listener.local_addr().unwrap(), Arc::new(Post::default()));
        let shared = Arc::clone(&post);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let post = Arc::clone(&shared);
                // A client that breaks off has ended its session.
                std::thread::spawn(move || converse(stream, post).ok());
            }
        });
        Self { address, post }
    }

    /// An address at which nobody listens, for now.
    pub(crate) fn nobody() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Answers the next recipients so, before it takes the others.
    pub(crate) fn answer_first(&self, codes: &[u16]) {
        self.post.answers.lock().unwrap().extend(codes);
    }

    /// How many recipients it was asked about.
    pub(crate) fn asked(&self) -> u32 {
        *self.post.asked.lock().unwrap()
    }

    /// All mails to somebody, once there are so many.
    pub(crate) fn mails_to(&self, to: &str, number: usize) -> Vec<Mail> {
        let until = Instant::now() + PATIENCE;
        let mut mails = self.post.mails.lock().unwrap();
        loop {
            let found = all_to(&mails, to);
            if found.len() >= number {
                return found;
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{} of {number} mails to {to}: {mails:?}", found.len());
            mails = self.post.arrived.wait_timeout(mails, left).unwrap().0;
        }
    }

    /// The newest mail to somebody with this subject, once there is one.
    pub(crate) fn mail(&self, to: &str, subject: &str) -> Mail {
        let until = Instant::now() + PATIENCE;
        let mut mails = self.post.mails.lock().unwrap();
        loop {
            if let Some(mail) = all_to(&mails, to).into_iter().rfind(|mail| mail.header("Subject") == subject)
            {
                return mail;
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no mail {subject:?} to {to}: {mails:?}");
            mails = self.post.arrived.wait_timeout(mails, left).unwrap().0;
        }
    }

    /// What came so far.
    pub(crate) fn all(&self) -> Vec<Mail> {
        self.post.mails.lock().unwrap().clone()
    }
}

fn all_to(mails: &MutexGuard<'_, Vec<Mail>>, to: &str) -> Vec<Mail> {
    mails.iter().filter(|mail| mail.to.iter().any(|other| other == to)).cloned().collect()
}

/// One session, line by line.
fn converse(stream: TcpStream, post: Arc<Post>) -> std::io::Result<()> {
    let peer: IpAddr = stream.peer_addr()?.ip();
    let mut session = SessionBuilder::new("mail.example.com").build(peer, Clerk::of(post));
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    session.greeting().write_to(&mut writer)?;
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let answer = session.process(&line);
        line.clear();
        if answer.action != Action::NoReply {
            answer.write_to(&mut writer)?;
            writer.flush()?;
        }
        if answer.action == Action::Close {
            break;
        }
    }
    Ok(())
}

/// Takes down what a session says.
struct Clerk {
    post: Arc<Post>,
    mail: Mail,
    source: Vec<u8>,
}

impl Clerk {
    fn of(post: Arc<Post>) -> Self {
        let mail = Mail { from: String::new(), to: Vec::new(), source: String::new() };
        Self { post, mail, source: Vec::new() }
    }
}

impl Handler for Clerk {
    fn rcpt(&mut self, _to: &str) -> Response {
        *self.post.asked.lock().unwrap() += 1;
        match self.post.answers.lock().unwrap().pop_front() {
            Some(code) => Response::custom(code, "not this one".to_owned()),
            None => mailin::response::OK,
        }
    }

    fn data_start(&mut self, _domain: &str, from: &str, _is8bit: bool, to: &[String]) -> Response {
        self.mail = Mail { from: from.to_owned(), to: to.to_vec(), source: String::new() };
        self.source.clear();
        mailin::response::OK
    }

    fn data(&mut self, lines: &[u8]) -> std::io::Result<()> {
        self.source.extend_from_slice(lines);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let source = String::from_utf8(std::mem::take(&mut self.source)).unwrap();
        self.post.mails.lock().unwrap().push(Mail { source, ..self.mail.clone() });
        self.post.arrived.notify_all();
        mailin::response::OK
    }
}

impl Server {
    /// What `countersign outbox` shows.
    pub(crate) fn outbox(&self) -> String {
        let shown = self.command(&["outbox"], "");
        assert!(shown.status.success(), "{shown:?}");
        String::from_utf8(shown.stdout).unwrap()
    }

    /// The token of the newest mail in the outbox that goes to somebody and has this subject. Without a public address
    /// it stands on a line of its own, else at the end of the link.
    pub(crate) fn mailed_token(&self, to: &str, subject: &str) -> String {
        let outbox = self.outbox();
        let mails = outbox.split("== ").filter(|mail| {
            mail.contains(&format!("\nTo: {to}\n")) && mail.contains(&format!("\nSubject: {subject}\n"))
        });
        let newest = mails.last().unwrap_or_else(|| panic!("no mail {subject:?} to {to}: {outbox}"));
        let token = |line: &'_ str| {
            let linked = || line.split_once("&token=").map(|(_, token)| token.to_owned());
            line.strip_prefix("    ").map(str::to_owned).or_else(linked)
        };
        newest.lines().find_map(token).unwrap()
    }
}
