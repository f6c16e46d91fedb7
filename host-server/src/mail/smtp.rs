//! The mail server that takes the mails.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use countersign_core::mail::Attempt;
use countersign_core::secret::Secret;
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

/// How long the mail server may take for one answer: RFC 5321 section 4.5.3.2 would wait for minutes, and other mails wait
/// behind this one.
const PATIENCE: Duration = Duration::from_secs(30);

/// How an address must look.
const FORM: &str = "write smtp://user:password@host:port?tls=required, or smtps://…";

/// `SMTP_URL`, which may hold a password.
#[derive(Debug, Clone)]
pub struct SmtpUrl(Secret<String>);

impl SmtpUrl {
    /// Reads the setting. Nothing of it is ever quoted back.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix("smtp://").or_else(|| text.strip_prefix("smtps://"));
        let rest = rest.ok_or_else(|| format!("names no mail server; {FORM}."))?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.rsplit_once('@').is_some_and(|(user, _)| !user.contains(':')) {
            return Err(format!("names a user and no password; {FORM}."));
        }
        // What it says of a fault may quote the address.
        match AsyncSmtpTransport::<Tokio1Executor>::from_url(text) {
            Ok(_) => Ok(Self(Secret::new(text.to_owned()))),
            Err(_) => Err(format!("is not an address that can be read; {FORM}.")),
        }
    }

    /// Whether mails go in the clear to another machine.
    pub fn is_open(&self) -> bool {
        let text = self.0.expose();
        text.starts_with("smtp://") && !text.contains("tls=required") && !is_loopback(self.host())
    }

    /// The mail server's name, for the operator.
    pub fn host(&self) -> &str {
        let text = self.0.expose();
        let rest = text.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
        match place.strip_prefix('[').and_then(|place| place.split_once(']')) {
            Some((ip, _)) => ip,
            None => place.split(':').next().unwrap_or_default(),
        }
    }

    /// What a program calls itself to the mail server stands in the path, where it stands there.
    fn names_the_client(&self) -> bool {
        let rest = self.0.expose().split_once("://").map_or("", |(_, rest)| rest);
        rest.split(['?', '#'])
            .next()
            .and_then(|place| place.split_once('/'))
            .is_some_and(|(_, path)| !path.is_empty())
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The way to a mail server.
#[derive(Debug, Clone)]
pub struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

impl Smtp {
    /// The way to this mail server, to which the program calls itself by the domain that its mails come from.
    ///
    /// # Errors
    /// Where the certificates that the system trusts cannot be read.
    pub fn new(url: &SmtpUrl, domain: &str) -> Result<Self, SmtpError> {
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(url.0.expose())?.timeout(Some(PATIENCE));
        if !url.names_the_client() {
            builder = builder.hello_name(ClientId::Domain(domain.to_owned()));
        }
        Ok(Self(builder.build()))
    }

    /// Hands a mail over.
    pub(super) async fn send(&self, message: Message) -> Sent {
        match self.0.send(message).await {
            Ok(_) => Sent { attempt: Attempt::Accepted, reason: None },
            Err(error) => Sent::failed(&error),
        }
    }
}

/// The mail server cannot be reached by these settings.
#[derive(Debug, thiserror::Error)]
#[error("the way to the mail server cannot be laid")]
pub struct SmtpError(#[from] lettre::transport::smtp::Error);

/// What came of handing a mail over.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) attempt: Attempt,
    /// Why it failed, in words that name neither address nor text; `None` where it did not.
    pub(super) reason: Option<Reason>,
}

/// Why a mail was not taken.
#[derive(Debug)]
pub(super) enum Reason {
    /// The mail server's answer, of which only the number is repeated: its words may name the recipient.
    Answer(u16),
    /// The mail server was not reached, or did not speak as one does.
    Failure(String),
}

impl Sent {
    fn failed(error: &lettre::transport::smtp::Error) -> Self {
        let Some(code) = error.status() else {
            let words = if error.is_response() || error.is_client() {
                "the mail server does not speak as one does".to_owned()
            } else {
                chain(error)
            };
            return Self { attempt: Attempt::Deferred, reason: Some(Reason::Failure(words)) };
        };
        let code = u16::from(code);
        let attempt = if is_final(code) { Attempt::Refused } else { Attempt::Deferred };
        Self { attempt, reason: Some(Reason::Answer(code)) }
    }
}

/// Whether the answer is about this mail and for good: 55x speaks of the mailbox (RFC 5321 section 4.2.1). The other 5xx
/// speak of the connection and the log-in, which is a matter of settings and concerns all mails; those wait.
fn is_final(code: u16) -> bool {
    code / 10 == 55
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = error.source();
    }
    words
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Answer(code) => write!(f, "the mail server answered {code}"),
            Reason::Failure(words) => f.write_str(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_mail_server() {
        for (text, host, open) in [
            ("smtp://127.0.0.1:2525", "127.0.0.1", false),
            ("smtp://localhost", "localhost", false),
            ("smtp://[::1]:25", "::1", false),
            ("smtp://mail.example.com", "mail.example.com", true),
            ("smtp://ada:p%40ss@mail.example.com:587?tls=required", "mail.example.com", false),
            ("smtp://ada:p%40ss@mail.example.com:587?tls=opportunistic", "mail.example.com", true),
            ("smtps://ada:hunter2@mail.example.com/client.example.com", "mail.example.com", false),
        ] {
            let url = SmtpUrl::parse(text).unwrap();
            assert_eq!((url.host(), url.is_open()), (host, open), "{text}");
            assert_eq!(url.names_the_client(), text.ends_with("/client.example.com"), "{text}");
        }
    }

    #[test]
    fn what_is_none_is_refused_and_not_repeated() {
        for text in [
            "mail.example.com",
            "https://mail.example.com",
            "smtp://",
            "smtp://ada@mail.example.com",
            "smtp://ada:hunter2@mail.example.com?tls=maybe",
            "smtp://ada:hunter2@mail.example.com:99999",
        ] {
            let sentence = SmtpUrl::parse(text).unwrap_err();
            assert!(sentence.contains("smtp://user:password@host:port?tls=required"), "{text}: {sentence}");
            assert!(!sentence.contains("hunter2"), "{sentence}");
        }
        let url = SmtpUrl::parse("smtp://ada:hunter2@localhost").unwrap();
        assert!(!format!("{url:?}").contains("hunter2"));
    }

    #[test]
    fn only_what_is_said_of_the_mailbox_is_final() {
        for code in [550, 551, 552, 553, 554, 555] {
            assert!(is_final(code), "{code}");
        }
        for code in [421, 450, 451, 452, 500, 502, 530, 534, 535, 538, 521] {
            assert!(!is_final(code), "{code}");
        }
    }
}
