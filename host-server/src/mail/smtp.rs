//! The mail server that takes the mails.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use countersign_core::mail::Attempt;
use countersign_core::secret::Secret;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
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
        if !text.starts_with("smtp://") && !text.starts_with("smtps://") {
            return Err(format!("names no mail server; {FORM}."));
        }
        let url = Self(Secret::new(text.to_owned()));
        if url.user().is_some_and(|user| !user.contains(':')) {
            return Err(format!("names a user and no password; {FORM}."));
        }
        // What it says of a fault may quote the address. It leaves out what is read here: tabs and line feeds, for one.
        let is_read_alike = !text.contains(|character: char| character.is_control() || character == ' ');
        if !is_read_alike || AsyncSmtpTransport::<Tokio1Executor>::from_url(text).is_err() {
            return Err(format!("is not an address that can be read; {FORM}."));
        }
        if url.user().is_some() && url.is_open() {
            return Err(format!("would send the password in the clear to another machine; {FORM}."));
        }
        Ok(url)
    }

    /// Whether mails may go in the clear to another machine.
    pub fn is_open(&self) -> bool {
        !self.encryption().is_certain() && !is_loopback(self.host())
    }

    /// When the way to the mail server is encrypted.
    pub fn encryption(&self) -> Encryption {
        let text = self.0.expose();
        if text.starts_with("smtps://") {
            return Encryption::FromTheStart;
        }
        let query =
            text.split('#').next().and_then(|text| text.split_once('?')).map_or("", |(_, query)| query);
        let tls = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "tls");
        match tls.as_ref().map(|(_, value)| &**value) {
            Some("required") => Encryption::Required,
            Some(_) => Encryption::IfOffered,
            None => Encryption::Never,
        }
    }

    /// All between the scheme and what is no part of the server's place.
    fn authority(&self) -> &str {
        let rest = self.0.expose().split_once("://").map_or("", |(_, rest)| rest);
        rest.split(['/', '?', '#']).next().unwrap_or_default()
    }

    /// User and password, as they are written; `None` where none are.
    fn user(&self) -> Option<&str> {
        self.authority().rsplit_once('@').map(|(user, _)| user)
    }

    /// The mail server's name, for the operator.
    pub fn host(&self) -> &str {
        let authority = self.authority();
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

/// When the way to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// It is not.
    Never,
    /// Where the mail server offers STARTTLS (RFC 3207), which whoever is in between can hide.
    IfOffered,
    /// By STARTTLS, or nothing is sent.
    Required,
    /// From the first byte on (RFC 8314).
    FromTheStart,
}

impl Encryption {
    /// Whether nothing is ever sent in the clear.
    pub const fn is_certain(self) -> bool {
        matches!(self, Encryption::Required | Encryption::FromTheStart)
    }
}

/// Who may vouch for a mail server besides those whom the system trusts: `SMTP_CA_FILE`.
#[derive(Debug, Clone)]
pub struct SmtpAuthorities(Certificate);

impl SmtpAuthorities {
    /// Reads certificates in PEM; `None` where there is none, or one of them is none.
    pub fn parse(pem: &[u8]) -> Option<Self> {
        let begins = b"-----BEGIN CERTIFICATE-----";
        let certificate =
            Certificate::from_pem(pem).ok().filter(|_| pem.windows(begins.len()).any(|it| it == begins))?;
        // Only whoever trusts them looks into them.
        let alone = TlsParameters::builder("localhost".to_owned()).certificate_store(CertificateStore::None);
        alone.add_root_certificate(certificate.clone()).build().is_ok().then_some(Self(certificate))
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
    /// `authorities` is `None` where the system alone says whose certificate is trusted.
    ///
    /// # Errors
    /// Where the certificates that the system trusts cannot be read.
    pub fn new(
        url: &SmtpUrl,
        authorities: Option<&SmtpAuthorities>,
        domain: &str,
    ) -> Result<Self, SmtpError> {
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(url.0.expose())?.timeout(Some(PATIENCE));
        if let Some(SmtpAuthorities(certificate)) = authorities {
            let trusting =
                TlsParameters::builder(url.host().to_owned()).add_root_certificate(certificate.clone());
            builder = builder.tls(match url.encryption() {
                Encryption::Never => Tls::None,
                Encryption::IfOffered => Tls::Opportunistic(trusting.build()?),
                Encryption::Required => Tls::Required(trusting.build()?),
                Encryption::FromTheStart => Tls::Wrapper(trusting.build()?),
            });
        }
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
            // Of an answer that cannot be read the words may be anything. What is wanting here, lettre says itself.
            let words = if error.is_response() {
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
            ("smtp://ada:hunter2@127.0.0.1:2525?tls=opportunistic", "127.0.0.1", false),
            ("smtp://mail.example.com:587?tls=opportunistic", "mail.example.com", true),
            ("smtp://mail.example.com/tls=required", "mail.example.com", true),
            ("smtp://mail.example.com?a=1&tls=%72equired#x", "mail.example.com", false),
            ("smtps://ada:hunter2@mail.example.com/client.example.com", "mail.example.com", false),
        ] {
            let url = SmtpUrl::parse(text).unwrap();
            assert_eq!((url.host(), url.is_open()), (host, open), "{text}");
            assert_eq!(url.names_the_client(), text.matches('/').count() == 3, "{text}");
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
    fn no_password_goes_in_the_clear_to_another_machine() {
        for text in [
            "smtp://ada:hunter2@mail.example.com",
            "smtp://ada:hunter2@mail.example.com:587?tls=opportunistic",
            "smtp://ada:tls=required@mail.example.com",
            "smtp://ada:hunter2@mail.example.com#?tls=required",
            "smtp://ada:hunter2@mail.example.com/?x=tls=required",
            "smtp://ada:hunter2@localhost@mail.example.com",
            "smtp://ada:hunter2@localhost.example.com",
        ] {
            let sentence = SmtpUrl::parse(text).unwrap_err();
            assert!(sentence.contains("in the clear"), "{text}: {sentence}");
            assert!(!sentence.contains("hunter2") && !sentence.contains("mail.example.com"), "{sentence}");
        }
    }

    #[test]
    fn authorities_are_certificates_and_nothing_else() {
        let pem = |body: &str| {
            format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n").into_bytes()
        };
        for none in [Vec::new(), b"a certificate".to_vec(), pem("AAAA"), pem("no base64")] {
            assert!(SmtpAuthorities::parse(&none).is_none(), "{none:?}");
        }
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
