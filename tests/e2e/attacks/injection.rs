//! What a request says of itself, smuggled into headers, links, logs and mails.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::requests::Route;
use crate::actors::{Admin, Anonymous, agent, answer};
use crate::mailbox::Mailbox;
use crate::server::{self, Server};

/// What is sent as it stands and what comes back until the connection ends.
fn raw(server: &Server, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.origin.trim_start_matches("http://")).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The value of a header in such an answer, `None` where it is not there.
fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let (head, _) = answer.split_once("\r\n\r\n")?;
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

#[test]
fn no_answer_repeats_the_host_that_a_request_names() {
    let server = server::shared();
    let admin = Admin::at(server);
    let spoofed = "X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: evil.example\r\nForwarded: host=evil.example;proto=https\r\n\
                   X-Host: evil.example\r\nX-Original-Host: evil.example\r\nReferer: https://evil.example/\r\nOrigin: https://evil.example";
    let routes: Vec<_> = Route::all().filter(|route| route.method == "GET").collect();
    assert!(routes.len() > 20);
    for route in routes {
        let place = route.place();
        let path = place.trim_start_matches("GET ").replace("{file}", "").replace(['{', '}'], "");
        for target in
            [path.clone(), format!("http://evil.example{path}"), format!("{path}?next=//evil.example")]
        {
            let request = format!(
                "GET {target} HTTP/1.1\r\nHost: evil.example\r\n{spoofed}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
                admin.token
            );
            let answer = raw(server, request.as_bytes());
            assert!(answer.starts_with("HTTP/1.1 ") && !answer.contains("evil"), "{target}: {answer:.600}");
        }
    }
}

#[test]
fn nothing_leads_anywhere_but_where_the_operator_said() {
    let server = server::shared();
    for target in [
        "/docs",
        "/api/docs",
        "/docs?next=//evil.example",
        "/docs?url=https://evil.example",
        "/.well-known/change-password",
        "/.well-known/change-password?redirect=//evil.example",
        "//evil.example",
        "//evil.example/docs",
        "//evil.example/.well-known/change-password",
        "/\\evil.example",
        "/%5cevil.example/docs",
        "/%2f%2fevil.example/docs",
        "/docs//evil.example",
        "/docs/..//evil.example",
        "/docs/%0d%0aLocation:%20https://evil.example",
        "/docs%0d%0aLocation:%20https://evil.example",
        "/docs?%0d%0aLocation:%20https://evil.example",
        "http://evil.example/docs",
        "http://evil.example/.well-known/change-password",
        "https://user@evil.example/docs",
        "/@evil.example",
        "/.evil.example",
    ] {
        for host in ["evil.example", "localhost", "evil.example:80", "%0d%0aevil"] {
            let answer = raw(
                server,
                format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes(),
            );
            let location = header(&answer, "location");
            let known = [None, Some("/docs/"), Some("https://app.example.com/password")];
            assert!(known.contains(&location), "{target}: {answer}");
            assert_eq!(location.is_some(), answer.starts_with("HTTP/1.1 30"), "{target}: {answer}");
        }
    }
}

#[test]
fn what_is_sent_is_no_header_of_the_answer() {
    let server = Server::start();
    let admin = Admin::at(&server);
    // Characters of an address that mean something in a query, a link and a header.
    let local = "x&limit=1#%0d%0aset-cookie:evil=1'{|}`^";
    for domain in ["one.example", "two.example", "three.example"] {
        let body = json!({ "email": format!("{}@{domain}", local.replace(':', "~")), "password": "a good password" });
        let registered = Anonymous::at(&server).post("/api/users/register", &body);
        assert_eq!(registered.status, 201, "{registered:?}");
    }
    let encoded: String = local.replace(':', "~").bytes().map(|byte| format!("%{byte:02x}")).collect();
    let first = admin.get(&format!("/users?limit=2&q={encoded}"));
    assert_eq!(first.json()["items"].as_array().unwrap().len(), 2, "{first:?}");
    let link = first.header("link");
    let next = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\"")).unwrap();
    assert!(next.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"'{}|^`\\".contains(&byte)), "{link}");
    let second = admin.get(&format!("/users{next}"));
    assert_eq!(second.json()["items"].as_array().unwrap().len(), 1, "{second:?}");
    for name in ["set-cookie", "x-evil"] {
        assert_eq!((first.header(name), second.header(name)), ("", ""));
    }
    for query in [
        "%0d%0aX-Evil:1",
        "x=%0d%0aX-Evil:1",
        "limit=1%0d%0aX-Evil:1",
        "cursor=%0d%0aX-Evil:1",
        "%0d%0a%0d%0a%3cscript%3e",
    ] {
        let answer = admin.get(&format!("/users?{query}"));
        assert_eq!((answer.status, answer.header("x-evil")), (400, ""), "{query}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}

#[test]
fn a_log_holds_no_line_and_no_colour_of_a_clients_making() {
    for format in ["text", "json"] {
        let server =
            Server::start_with(&[("LOG_FORMAT", format), ("LOG", "trace"), ("TRUSTED_PROXIES", "127.0.0.1")]);
        let anyone = Anonymous::at(&server);
        let marks = [
            "evil\r\nINFO countersign::access: evil",
            "evil\u{1b}[31mevil",
            "evil\u{9b}31m",
            "evil\u{2028}evil",
            "evil\\n\"}\n{\"evil\":1}",
            "%0aevil",
            "${jndi:ldap://evil}",
        ];
        for mark in marks {
            assert_eq!(anyone.log_in(mark, mark).status, 401);
            let body = json!({ "username": mark, "email": mark, "password": mark, mark: mark });
            assert_eq!(anyone.post("/auth/register", &body).status, 400);
            assert_eq!(anyone.post("/auth/refresh", &json!({ "refresh_token": mark })).status, 401);
            assert_eq!(
                anyone.post("/auth/password/reset", &json!({ "token": mark, "password": mark })).status,
                400
            );
        }
        let in_headers = "User-Agent: evil \u{e9}\u{202e} evil\r\nX-Forwarded-For: evil, 203.0.113.7evil\r\nX-Request-Id: evil\r\nTraceparent: 00-evil-evil-01\r\n\
             Authorization: Bearer evil.evil.evil\r\nCookie: evil=evil\r\nReferer: evil\r\nFrom: evil\r\nEvil: evil";
        for line in [
            "EVIL /users/me",
            "GET /evil%0aevil",
            "GET /users/evil",
            "GET /users/me?evil=%1b[31m",
            "GET http://evil/users/me",
            "OPTIONS /evil",
        ] {
            raw(
                &server,
                format!("{line} HTTP/1.1\r\nHost: evil\r\n{in_headers}\r\nConnection: close\r\n\r\n")
                    .as_bytes(),
            );
        }
        for broken in [
            "GET /evil\x1b[31m HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nevil\x1b: a\r\n\r\n",
            "evil\n\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: \x1b[31mevil\r\n\r\n",
        ] {
            raw(&server, broken.as_bytes());
        }
        let last = anyone.get("/healthz");
        let log = server.log_once_it_holds(last.header("x-request-id"));
        assert!(!log.to_lowercase().contains("evil"), "{format}: {}", line_with("evil", &log));
        assert!(!log.contains(['\u{1b}', '\u{9b}', '\u{2028}', '\r']), "{format}");
        assert_eq!(log.matches(last.header("x-request-id")).count(), 1, "{format}: one line for each");
        if format == "json" {
            for line in log.lines() {
                let line: Value =
                    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
                assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
            }
        }
    }
}

/// The first line that holds this, in any letter case.
fn line_with<'a>(text: &str, log: &'a str) -> &'a str {
    log.lines().find(|line| line.to_lowercase().contains(text)).unwrap_or_default()
}

#[test]
fn a_request_is_named_by_the_server_alone() {
    let server = server::shared();
    for id in ["0123456789abcdef0123456789abcdef", "evil", "<script>"] {
        let request = agent().get(format!("{}/users/me", server.origin)).header("x-request-id", id);
        let answer = answer(request.header("x-correlation-id", id).call().unwrap());
        assert_eq!(answer.code(), "token_required");
        assert!(!answer.text.contains(id) && answer.header("x-request-id") != id, "{answer:?}");
    }
}

#[test]
fn what_a_client_calls_itself_is_only_text_in_a_mail() {
    let mailbox = Mailbox::open();
    let server =
        Server::start_with(&[("SMTP_URL", &mailbox.url()), ("PUBLIC_URL", "https://auth.example.com")]);
    let ada = Anonymous::at(&server).become_somebody();
    let body = json!({ "identifier": ada.name, "password": ada.password }).to_string();
    let agent = "\"><a href=\"https://evil.example\">click</a>\t<script>alert(1)</script> \u{202e}txet =0D=0ABcc: evil@evil.example";
    let request = format!(
        "POST /auth/login HTTP/1.1\r\nHost: a\r\nUser-Agent: {agent}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = raw(&server, request.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let mail = mailbox.mail(&ada.email(), "New log-in to your account");
    assert_eq!(mail.to, [ada.email()]);
    let (text, html) = mail.source.split_once("<!doctype html>").unwrap();
    assert!(text.contains("click</a>"), "it is told: {text}");
    for markup in ["<a ", "<script"] {
        assert!(!html.contains(markup), "{markup}: {html}");
    }
    // Lines that are too long, or not of ASCII, would be folded and encoded.
    for turned in ["\nBcc", "\u{202e}", "=E2=80=AE"] {
        assert!(!mail.source.contains(turned), "{turned}: {}", mail.source);
    }
}
