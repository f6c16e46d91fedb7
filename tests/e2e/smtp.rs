//! The way to the mail server: whom it is, what is encrypted, and who sees the password. Nothing is sent where that is not as
//! it was set, and mails wait.

use std::fs;

use mailin::AuthMechanism;

use crate::actors::Anonymous;
use crate::certificates::Authority;
use crate::mailbox::{Mailbox, Manners, Wire};
use crate::server::Server;

const VERIFY: &str = "Confirm your e-mail address";
const USER: &str = "ada@example.com";
const PASSWORD: &str = "p:a/s?s#w@o%r d+\u{e4}";

/// Both, as they stand in an address.
const ENCODED: &str = "ada%40example.com:p%3Aa%2Fs%3Fs%23w%40o%25r%20d+%C3%A4";

/// Nobody's name and a password that is not theirs.
const WRONG: &str = "ada%40example.com:hunter2";

/// A mail server that wants the password in this way.
fn wanting_password(wire: Wire, mechanism: AuthMechanism) -> Mailbox {
    let login = Some((mechanism, USER, PASSWORD));
    Mailbox::with(Manners { wire, login })
}

/// Our server, which sends to this address and trusts this authority besides others.
fn server_with(url: &str, authority: Option<&Authority>) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    let mut settings = vec![("SMTP_URL", url), ("PUBLIC_URL", "https://auth.example.com")];
    if let Some(authority) = authority {
        fs::write(&file, authority.pem()).unwrap();
        settings.push(("SMTP_CA_FILE", file.to_str().unwrap()));
    }
    Server::start_with(&settings)
}

fn url(scheme: &str, user: &str, mailbox: &Mailbox, query: &str) -> String {
    format!("{scheme}://{user}@{}{query}", mailbox.address)
}

/// Somebody registers, and the mail server is given nothing: neither mail nor password. The log says why, and the mail waits.
fn waits(server: &Server, mailbox: &Mailbox, reason: &str) {
    let email = Anonymous::at(server).become_somebody().email();
    let log = server.log_once_it_holds("mail not sent, will be tried again");
    assert!(log.contains(reason), "{reason}: {log}");
    for secret in [&email[..], USER, "ada%40", PASSWORD, "hunter2"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
    assert_eq!(mailbox.all().len(), 0);
    assert!(server.outbox().contains(&email));
}

#[test]
fn mails_go_out_encrypted_from_the_start_or_by_starttls_with_user_and_password() {
    let authority = Authority::found();
    let tls = || authority.vouches_for("127.0.0.1");
    for (scheme, query, wire) in [
        ("smtps", "", Wire::Sealed as fn(_) -> _),
        ("smtp", "?tls=required", Wire::StartTls),
        ("smtp", "?tls=opportunistic", Wire::StartTls),
    ] {
        for mechanism in [AuthMechanism::Plain, AuthMechanism::Login] {
            let mailbox = wanting_password(wire(tls()), mechanism);
            let server = server_with(&url(scheme, ENCODED, &mailbox, query), Some(&authority));
            let ada = Anonymous::at(&server).become_somebody();
            let mail = mailbox.mail(&ada.email(), VERIFY);
            assert!(mail.token().len() > 40, "{mail:?}");
            assert_eq!(mailbox.logins(), [(USER.to_owned(), PASSWORD.to_owned())]);
            let in_clear = mailbox.heard_in_clear();
            let expected: &[&str] =
                if scheme == "smtps" { &[] } else { &["EHLO auth.example.com", "STARTTLS"] };
            assert_eq!(in_clear, expected, "{scheme}{query}");
            server.log_once_it_holds("mail sent");
        }
    }
}

#[test]
fn whoever_hides_starttls_gets_neither_mail_nor_password() {
    let authority = Authority::found();
    let mailbox = wanting_password(Wire::Clear, AuthMechanism::Plain);
    let server = server_with(&url("smtp", ENCODED, &mailbox, "?tls=required"), Some(&authority));
    waits(&server, &mailbox, "STARTTLS");
    assert!(
        mailbox.heard_in_clear().iter().all(|line| ["EHLO auth.example.com", "QUIT"].contains(&&line[..]))
    );
    // Nor whoever answers in the clear where not one byte is to be.
    let server = server_with(&url("smtps", ENCODED, &mailbox, ""), Some(&authority));
    waits(&server, &mailbox, "mail not sent");
    assert_eq!(mailbox.logins(), []);
}

#[test]
fn a_certificate_of_another_name_or_of_nobody_known_is_refused() {
    let (authority, stranger) = (Authority::found(), Authority::found());
    for (scheme, query, wire) in
        [("smtps", "", Wire::Sealed as fn(_) -> _), ("smtp", "?tls=required", Wire::StartTls)]
    {
        for (tls, trusted) in [
            (authority.vouches_for("mail.example.com"), Some(&authority)),
            (authority.vouches_for("127.0.0.1"), Some(&stranger)),
            (authority.vouches_for("127.0.0.1"), None),
        ] {
            let mailbox = wanting_password(wire(tls), AuthMechanism::Plain);
            let server = server_with(&url(scheme, ENCODED, &mailbox, query), trusted);
            waits(&server, &mailbox, "invalid peer certificate");
            assert_eq!(mailbox.logins(), []);
        }
    }
}

#[test]
fn a_mail_that_waited_goes_out_once_the_authority_is_named() {
    let authority = Authority::found();
    let mailbox = wanting_password(Wire::Sealed(authority.vouches_for("127.0.0.1")), AuthMechanism::Plain);
    let mut server = server_with(&url("smtps", ENCODED, &mailbox, ""), None);
    let email = Anonymous::at(&server).become_somebody().email();
    server.log_once_it_holds("mail not sent, will be tried again");
    let file = server.file("authority.pem");
    fs::write(&file, authority.pem()).unwrap();
    server.restart_with(&[("SMTP_CA_FILE", file.to_str().unwrap())]);
    mailbox.mail(&email, VERIFY);
}

#[test]
fn with_a_wrong_password_mails_wait() {
    let authority = Authority::found();
    for mechanism in [AuthMechanism::Plain, AuthMechanism::Login] {
        let mailbox = wanting_password(Wire::Sealed(authority.vouches_for("127.0.0.1")), mechanism);
        let server = server_with(&url("smtps", WRONG, &mailbox, ""), Some(&authority));
        waits(&server, &mailbox, "the mail server answered 535");
        assert!(mailbox.logins().contains(&(USER.to_owned(), "hunter2".to_owned())));
    }
}

#[test]
fn within_this_machine_a_password_needs_no_encryption() {
    let mailbox = wanting_password(Wire::Clear, AuthMechanism::Plain);
    let server = server_with(&url("smtp", ENCODED, &mailbox, ""), None);
    let ada = Anonymous::at(&server).become_somebody();
    mailbox.mail(&ada.email(), VERIFY);
}

#[test]
fn what_would_send_a_password_in_the_clear_does_not_start() {
    let server = Server::start();
    for url in [
        "smtp://ada:hunter2@mail.example.com",
        "smtp://ada:hunter2@mail.example.com?tls=opportunistic",
        "smtp://ada:tls=required@192.0.2.1",
    ] {
        let output = server.command_with(&[("SMTP_URL", url)], &["serve"], "");
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{url}: {told}");
        assert!(told.starts_with("SMTP_URL: ") && told.contains("in the clear"), "{told}");
        assert!(!told.contains("hunter2") && !told.contains("ada:tls"), "{told}");
    }
}

#[test]
fn a_file_that_holds_no_certificates_ends_the_start() {
    let server = Server::start();
    let url = "smtps://mail.example.com";
    fs::write(server.file("half.pem"), &Authority::found().pem()[..200]).unwrap();
    fs::write(server.file("empty.pem"), "").unwrap();
    for file in ["half.pem", "empty.pem", "countersign.db", "nowhere.pem"] {
        let settings = [("SMTP_URL", url), ("SMTP_CA_FILE", file)];
        let output = server.command_with(&settings, &["serve"], "");
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{file}: {told}");
        assert!(told.starts_with("SMTP_CA_FILE: ") && told.contains(file), "{told}");
    }
}
