//! A mail server that keeps what it is given, and what people take out of their mails.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use mailin::{Action, AuthMechanism, Handler, Response, SessionBuilder};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

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

/// What a mail server asks of its clients.
#[derive(Clone)]
pub(crate) struct Manners {
    pub wire: Wire,
    /// Who may send mails, by which password, shown in which way; `None` where everybody may.
    pub login: Option<(AuthMechanism, &'static str, &'static str)>,
}

/// When the way to it is encrypted.
#[derive(Clone)]
pub(crate) enum Wire {
    Clear,
    StartTls(Arc<ServerConfig>),
    Sealed(Arc<ServerConfig>),
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
    logins: Mutex<Vec<(String, String)>>,
    heard_in_clear: Mutex<Vec<String>>,
    arrived: Condvar,
}

impl Mailbox {
    pub(crate) fn open() -> Self {
        Self::open_at("127.0.0.1:0".parse().unwrap())
    }

    /// At an address that was somebody's before.
    pub(crate) fn open_at(address: SocketAddr) -> Self {
        Self::open_with(address, Manners { wire: Wire::Clear, login: None })
    }

    /// One that asks for something.
    pub(crate) fn with(manners: Manners) -> Self {
        Self::open_with("127.0.0.1:0".parse().unwrap(), manners)
    }

    fn open_with(address: SocketAddr, manners: Manners) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let (address, post) = (listener.local_addr().unwrap(), Arc::new(Post::default()));
        let shared = Arc::clone(&post);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (post, manners) = (Arc::clone(&shared), manners.clone());
                // A client that breaks off has ended its session.
                std::thread::spawn(move || converse(stream, post, manners).ok());
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

    /// The users and passwords that it was shown.
    pub(crate) fn logins(&self) -> Vec<(String, String)> {
        self.post.logins.lock().unwrap().clone()
    }

    /// What anybody on the way could read, line by line.
    pub(crate) fn heard_in_clear(&self) -> Vec<String> {
        self.post.heard_in_clear.lock().unwrap().clone()
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
fn converse(stream: TcpStream, post: Arc<Post>, manners: Manners) -> std::io::Result<()> {
    let peer: IpAddr = stream.peer_addr()?.ip();
    let mut builder = SessionBuilder::new("mail.example.com");
    match &manners.wire {
        // It tempts its clients to show a password.
        Wire::Clear => _ = builder.insecure_enable_plaintext_auth(),
        Wire::StartTls(_) => _ = builder.enable_start_tls(),
        Wire::Sealed(_) => {}
    }
    if let Some((mechanism, ..)) = &manners.login {
        builder.enable_auth(mechanism.clone());
    }
    let mut session = builder.build(peer, Clerk::of(Arc::clone(&post), &manners));
    let mut stream = match &manners.wire {
        Wire::Sealed(config) => {
            session.tls_active();
            BufReader::new(Stream::sealed(stream, config))
        }
        _ => BufReader::new(Stream::Clear(stream)),
    };
    session.greeting().write_to(stream.get_mut())?;
    stream.get_mut().flush()?;
    let mut line = Vec::new();
    while stream.read_until(b'\n', &mut line)? > 0 {
        if matches!(stream.get_ref(), Stream::Clear(_)) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            post.heard_in_clear.lock().unwrap().push(text);
        }
        let answer = session.process(&line);
        line.clear();
        if answer.action != Action::NoReply {
            answer.write_to(stream.get_mut())?;
            stream.get_mut().flush()?;
        }
        match (answer.action, &manners.wire, stream.get_ref()) {
            (Action::Close, ..) => break,
            (Action::UpgradeTls, Wire::StartTls(config), Stream::Clear(clear)) => {
                stream = BufReader::new(Stream::sealed(clear.try_clone()?, config));
                session.tls_active();
            }
            _ => {}
        }
    }
    Ok(())
}

/// What a session is spoken over.
enum Stream {
    Clear(TcpStream),
    Sealed(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Stream {
    fn sealed(stream: TcpStream, config: &Arc<ServerConfig>) -> Self {
        let connection = ServerConnection::new(Arc::clone(config)).unwrap();
        Self::Sealed(Box::new(StreamOwned::new(connection, stream)))
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Stream::Clear(stream) => stream.read(buffer),
            Stream::Sealed(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Stream::Clear(stream) => stream.write(bytes),
            Stream::Sealed(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Stream::Clear(stream) => stream.flush(),
            Stream::Sealed(stream) => stream.flush(),
        }
    }
}

/// Takes down what a session says.
struct Clerk {
    post: Arc<Post>,
    /// Who may send, and by which password.
    login: Option<(&'static str, &'static str)>,
    mail: Mail,
    source: Vec<u8>,
}

impl Clerk {
    fn of(post: Arc<Post>, manners: &Manners) -> Self {
        let mail = Mail { from: String::new(), to: Vec::new(), source: String::new() };
        let login = manners.login.as_ref().map(|(_, user, password)| (*user, *password));
        Self { post, login, mail, source: Vec::new() }
    }

    fn admit(&self, user: &str, password: &str) -> Response {
        self.post.logins.lock().unwrap().push((user.to_owned(), password.to_owned()));
        if self.login == Some((user, password)) {
            mailin::response::AUTH_OK
        } else {
            mailin::response::INVALID_CREDENTIALS
        }
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

    fn auth_plain(&mut self, _authorization_id: &str, user: &str, password: &str) -> Response {
        self.admit(user, password)
    }

    fn auth_login(&mut self, user: &str, password: &str) -> Response {
        self.admit(user, password)
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
