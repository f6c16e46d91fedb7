//! Mails on their way: written once, sent once, and tried again as long as it makes sense.

use std::time::Duration;

use serde_json::json;

use crate::actors::{Anonymous, fresh_name};
use crate::authenticator::Guarded;
use crate::mailbox::Mailbox;
use crate::server::Server;

const VERIFY: &str = "Confirm your e-mail address";
const RESET: &str = "Reset your password";

fn server_with(mailbox: &Mailbox) -> Server {
    let url = mailbox.url();
    Server::start_with(&[("SMTP_URL", &url), ("PUBLIC_URL", "https://auth.example.com")])
}

#[test]
fn whoever_registers_is_asked_whether_the_address_is_theirs() {
    let mailbox = Mailbox::open();
    let server = server_with(&mailbox);
    let ada = Anonymous::at(&server).become_somebody();
    let mail = mailbox.mail(&ada.email(), VERIFY);
    assert_eq!(mail.from, "no-reply@auth.example.com");
    assert_eq!(mail.to, [ada.email()]);
    for (name, value) in [
        ("From", "Countersign <no-reply@auth.example.com>".to_owned()),
        ("To", ada.email()),
        ("Auto-Submitted", "auto-generated".to_owned()),
    ] {
        assert_eq!(mail.header(name), value);
    }
    assert!(mail.header("Message-ID").ends_with("@auth.example.com>"), "{mail:?}");
    assert!(!mail.header("Date").is_empty());
    let link = format!("https://auth.example.com/demo/mailed.html#verify-email&token={}", mail.token());
    let parts = mail.source.matches(&link).count() + mail.source.matches(&link.replace('&', "&amp;")).count();
    assert_eq!(parts, 3, "in the text, and twice in the page: {}", mail.source);
    assert_eq!(mail.source.matches("Content-Transfer-Encoding: 7bit").count(), 2);
    // Done with, it is in the outbox no more, and its token nowhere.
    server.log_once_it_holds("mail sent");
    assert_eq!(server.outbox(), "No mail waits.\n");
}

#[test]
fn links_know_nothing_of_the_host_that_a_request_names() {
    let mailbox = Mailbox::open();
    let server = server_with(&mailbox);
    let ada = Anonymous::at(&server).become_somebody();
    let (host, body) =
        (server.origin.trim_start_matches("http://"), json!({ "email": ada.email() }).to_string());
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    let request = format!(
        "POST /auth/password/forgot HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n\
         Forwarded: host=evil.example\r\nOrigin: https://evil.example\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
    let mail = mailbox.mail(&ada.email(), RESET);
    assert!(!mail.source.contains("evil"), "{}", mail.source);
    assert!(mail.source.contains("https://auth.example.com/demo/mailed.html#reset-password&token="));
}

#[test]
fn a_mail_that_is_not_taken_now_is_tried_again() {
    let mailbox = Mailbox::open();
    mailbox.answer_first(&[451, 421]);
    let server = server_with(&mailbox);
    let ada = Anonymous::at(&server).become_somebody();
    let mails = mailbox.mails_to(&ada.email(), 1);
    assert_eq!((mails.len(), mailbox.asked()), (1, 3));
    let log = server.log_once_it_holds("mail sent");
    assert!(log.contains("the mail server answered 451"), "{log}");
    assert!(!log.contains(&ada.email()) && !log.contains("not this one"), "{log}");
}

#[test]
fn a_mail_that_is_never_taken_is_given_up_and_the_log_says_so() {
    let mailbox = Mailbox::open();
    mailbox.answer_first(&[550]);
    let server = server_with(&mailbox);
    let ada = Anonymous::at(&server).become_somebody();
    let log = server.log_once_it_holds("mail given up");
    assert!(log.contains("the mail server answered 550"), "{log}");
    assert!(!log.contains(&ada.email()), "{log}");
    let all = server.command(&["outbox", "--all"], "");
    let all = String::from_utf8(all.stdout).unwrap();
    assert!(all.contains("verify_email") && all.contains("given up 20"), "{all}");
    assert_eq!(mailbox.asked(), 1);
}

#[test]
fn what_was_answered_is_mailed_once_although_the_server_was_killed_before() {
    let address = Mailbox::nobody();
    let url = format!("smtp://{address}");
    let mut server = Server::start_with(&[("SMTP_URL", &url), ("PUBLIC_URL", "https://auth.example.com")]);
    let emails: Vec<_> = (0..3).map(|_| Anonymous::at(&server).become_somebody().email()).collect();
    server.kill_and_restart();
    let mailbox = Mailbox::open_at(address);
    for email in &emails {
        let mail = mailbox.mail(email, VERIFY);
        let answer = Anonymous::at(&server).post("/auth/email/verify", &json!({ "token": mail.token() }));
        assert_eq!(answer.status, 204, "{answer:?}");
    }
    server.kill_and_restart();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(mailbox.all().len(), emails.len(), "each once");
}

#[test]
fn of_two_servers_on_one_file_one_sends_each_mail() {
    let mailbox = Mailbox::open();
    let first = server_with(&mailbox);
    let url = mailbox.url();
    let second = Server::start_on_the_file_of(&first, &[("SMTP_URL", &url)]);
    let emails: Vec<_> = (0..20)
        .map(|number| {
            let server = if number % 2 == 0 { &first } else { &second };
            Anonymous::at(server).become_somebody().email()
        })
        .collect();
    for email in &emails {
        mailbox.mails_to(email, 1);
    }
    // Both have looked at the queue again by then.
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(mailbox.all().len(), emails.len());
}

#[test]
fn without_a_mail_server_the_operator_sees_what_would_be_sent() {
    let server = Server::start_with(&[("PUBLIC_URL", "https://auth.example.com"), ("LOG", "trace")]);
    let anyone = Anonymous::at(&server);
    let ada = anyone.become_somebody();
    let outbox = server.outbox();
    assert!(outbox.contains(&format!("To: {}\nSubject: {VERIFY}\n", ada.email())), "{outbox}");
    let (_, rest) =
        outbox.split_once("https://auth.example.com/demo/mailed.html#verify-email&token=").unwrap();
    let token = rest.lines().next().unwrap();
    let one = server.command(&["outbox", "1"], "");
    assert!(String::from_utf8(one.stdout).unwrap().contains(token));
    let none = server.command(&["outbox", "99"], "");
    assert_eq!(none.status.code(), Some(1), "{none:?}");
    assert_eq!(anyone.post("/auth/email/verify", &json!({ "token": token })).status, 204);
    assert_eq!(ada.get("/users/me").json()["email_verified"], true);
    let answer = ada.get("/users/me");
    let log = server.log_once_it_holds(answer.header("x-request-id"));
    assert!(!log.contains(token) && !log.contains(&ada.email()), "{log}");
}

#[test]
fn the_database_alone_gives_nobodys_token() {
    let server = Server::start();
    let ada = Anonymous::at(&server).become_somebody();
    let token = server.mailed_token(&ada.email(), VERIFY);
    for file in ["countersign.db", "countersign.db-wal"] {
        let bytes = std::fs::read(server.file(file)).unwrap();
        assert!(!bytes.windows(12).any(|window| token.as_bytes().starts_with(window)), "{file}");
    }
}

#[test]
fn what_is_done_to_an_account_is_told_to_its_owner() {
    let mailbox = Mailbox::open();
    let server = server_with(&mailbox);
    let anyone = Anonymous::at(&server);
    let ada = anyone.become_somebody();
    let (old, name) = (ada.email(), ada.name.clone());
    anyone.log_in(&ada.name, &ada.password);
    let mail = mailbox.mail(&old, "New log-in to your account");
    assert!(mail.source.contains("127.0.0.1"), "{}", mail.source);
    let known = json!({
        "identifier": ada.name, "password": ada.password, "device_token": ada.login["device_token"]
    });
    assert_eq!(anyone.post("/auth/login", &known).status, 200);

    let mut guarded = Guarded::of(ada);
    mailbox.mail(&old, "Two-factor authentication was turned on");
    let code = guarded.authenticator.code();
    assert_eq!(guarded.who.post("/auth/mfa/recovery-codes", &json!({ "code": code })).status, 200);
    mailbox.mail(&old, "Your recovery codes were replaced");
    let code = guarded.authenticator.code();
    assert_eq!(guarded.who.post("/auth/mfa/disable", &json!({ "code": code })).status, 204);
    mailbox.mail(&old, "Two-factor authentication was turned off");
    assert_eq!(guarded.who.put("/users/me", &json!({ "password": "the difference engine" })).status, 200);
    mailbox.mail(&old, "Your password was changed");

    let new = format!("{name}@example.org");
    assert_eq!(guarded.who.put("/users/me", &json!({ "email": new })).status, 200);
    mailbox.mail(&old, "Your e-mail address was changed");
    mailbox.mail(&new, VERIFY);
    let told = mailbox.mails_to(&old, 1);
    let new_devices =
        told.iter().filter(|mail| mail.header("Subject") == "New log-in to your account").count();
    assert_eq!(new_devices, 1, "a device that is known is no news");
}

#[test]
fn a_recovery_code_that_is_used_is_told_of() {
    let mailbox = Mailbox::open();
    let server = server_with(&mailbox);
    let guarded = Guarded::of(Anonymous::at(&server).become_somebody());
    let code = guarded.recovery_codes[0].clone();
    assert_eq!(guarded.log_in(json!({ "recovery_code": code })).status, 200);
    mailbox.mail(&guarded.who.email(), "A recovery code was used");
}

#[test]
fn nothing_in_a_request_becomes_a_header_of_a_mail() {
    let mailbox = Mailbox::open();
    let server = server_with(&mailbox);
    let anyone = Anonymous::at(&server);
    for email in [
        "ada@example.com\r\nBcc: eve@example.com",
        "ada@example.com\nBcc: eve@example.com",
        "ada@example.com%0d%0aBcc:eve@example.com",
        "\"ada\r\n\"@example.com",
        "ada@example.com,eve@example.com",
        "<ada@example.com>",
    ] {
        let name = fresh_name();
        let body = json!({ "username": name, "email": email, "password": "correct horse battery" });
        assert_eq!(anyone.post("/auth/register", &body).status, 400, "{email:?}");
        assert_eq!(anyone.post("/auth/password/forgot", &json!({ "email": email })).status, 400, "{email:?}");
        assert_eq!(anyone.post("/auth/email/resend", &json!({ "email": email })).status, 400, "{email:?}");
    }
    let ada = anyone.become_somebody();
    for name in ["Ada\r\nBcc: eve@example.com", "Ada\u{85}", "Ada\u{0}"] {
        assert_eq!(ada.put("/users/me", &json!({ "name": name })).status, 400, "{name:?}");
    }
    mailbox.mail(&ada.email(), VERIFY);
    assert!(mailbox.all().iter().all(|mail| !mail.source.contains("eve@") && mail.to.len() == 1));
}
