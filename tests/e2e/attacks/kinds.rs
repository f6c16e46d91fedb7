//! Tokens of one kind where another is wanted: each opens its own door and no other.

use serde_json::{Value, json};
use ureq::http::Request;
use ureq::http::request::Builder;

use crate::actors::{Anonymous, Answer, agent, answer, ask};
use crate::authenticator::Guarded;
use crate::server::{self, Server};

/// Where a token of some kind is shown.
struct Door {
    method: &'static str,
    path: &'static str,
    /// The member of the body that it stands in; `None` where it is the bearer.
    member: Option<&'static str>,
    /// What it is wanted to be.
    wants: &'static [&'static str],
}

const DOORS: [Door; 9] = [
    Door { method: "GET", path: "/users/me", member: None, wants: &["access"] },
    Door { method: "GET", path: "/users", member: None, wants: &["access"] },
    Door { method: "POST", path: "/auth/refresh", member: None, wants: &["access"] },
    Door { method: "POST", path: "/auth/logout", member: None, wants: &["access"] },
    Door { method: "POST", path: "/auth/mfa/verify", member: None, wants: &["access", "mfa"] },
    Door { method: "POST", path: "/auth/refresh", member: Some("refresh_token"), wants: &["refresh"] },
    Door { method: "POST", path: "/auth/logout", member: Some("refresh_token"), wants: &["refresh"] },
    Door { method: "POST", path: "/auth/email/verify", member: Some("token"), wants: &["verify"] },
    Door { method: "POST", path: "/auth/password/reset", member: Some("token"), wants: &["reset"] },
];

impl Door {
    fn show(&self, server: &Server, token: &str) -> Answer {
        let Some(member) = self.member else {
            return ask(&server.origin, self.method, self.path, Some(token), None);
        };
        let mut body = json!({ member: token });
        if self.path == "/auth/password/reset" {
            body["password"] = json!("the difference engine");
        }
        ask(&server.origin, self.method, self.path, None, Some(&body))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn a_token_of_one_kind_is_none_of_another() {
    for algorithm in ["HS256", "EdDSA"] {
        let server = Server::start_with(&[("ALGORITHM", algorithm)]);
        let anyone = Anonymous::at(&server);
        let who = anyone.become_somebody();
        who.again();
        let verify = server.mailed_token(&who.email(), "Confirm your e-mail address");
        let ada = Guarded::of(who);
        assert_eq!(anyone.post("/auth/password/forgot", &json!({ "email": ada.who.email() })).status, 202);
        let reset = server.mailed_token(&ada.who.email(), "Reset your password");
        // By the very key of access tokens.
        let revocations = anyone.get("/.well-known/revocations").text;
        let wallet = [
            ("access", ada.who.token.clone()),
            ("refresh", ada.who.refresh_token().to_owned()),
            ("device", text(&ada.who.login["device_token"])),
            ("mfa", ada.mfa_token()),
            ("verify", verify),
            ("reset", reset),
            ("recovery code", ada.recovery_codes[0].clone()),
            ("cursor", text(&ada.who.get("/auth/sessions?limit=1").json()["next_cursor"])),
            ("session", text(&ada.who.get("/auth/sessions").json()["items"][0]["id"])),
            ("list of revocations", revocations),
        ];
        for door in &DOORS {
            for (kind, token) in wallet.iter().filter(|(kind, _)| !door.wants.contains(kind)) {
                let answer = door.show(&server, token);
                let mailed = matches!(door.path, "/auth/email/verify" | "/auth/password/reset");
                let expected = if mailed { 400 } else { 401 };
                assert_eq!(answer.status, expected, "{kind} at {} {}: {answer:?}", door.path, algorithm);
                assert!(!mailed || answer.code() == "invalid_token", "{kind} at {}: {answer:?}", door.path);
            }
        }
        // None was spent by being shown where it is not wanted.
        let [own, refresh, mfa, verify, reset] =
            ["access", "refresh", "mfa", "verify", "reset"].map(|kind| {
                let (_, token) = wallet.iter().find(|(other, _)| *other == kind).unwrap();
                token.as_str()
            });
        assert_eq!(DOORS[0].show(&server, own).status, 200);
        assert_eq!(DOORS[5].show(&server, refresh).status, 200);
        assert_eq!(ada.finish(mfa, &json!({ "recovery_code": ada.recovery_codes[0] })).status, 200);
        assert_eq!(DOORS[7].show(&server, verify).status, 204);
        assert_eq!(DOORS[8].show(&server, reset).status, 200);
    }
}

#[test]
fn a_cookie_holds_the_token_of_its_name_and_no_other() {
    let settings = [("COOKIES", "on"), ("PUBLIC_URL", "https://auth.example.com")];
    let server = Server::start_with(&settings);
    let ada = Guarded::of(Anonymous::at(&server).become_somebody());
    let reset = {
        let asked = json!({ "email": ada.who.email() });
        assert_eq!(Anonymous::at(&server).post("/auth/password/forgot", &asked).status, 202);
        let outbox = server.outbox();
        let (_, link) = outbox.rsplit_once("reset-password&token=").unwrap();
        link.lines().next().unwrap().to_owned()
    };
    let wallet = [
        ("access", ada.who.token.clone()),
        ("refresh", ada.who.refresh_token().to_owned()),
        ("device", text(&ada.who.login["device_token"])),
        ("mfa", ada.mfa_token()),
        ("reset", reset),
    ];
    // The last of them spends what it shows.
    for (method, path, name) in [
        ("GET", "/users/me", "access"),
        ("POST", "/auth/mfa/verify", "access"),
        ("POST", "/auth/refresh", "refresh"),
    ] {
        for (kind, token) in &wallet {
            let request = page_asks(&server, method, path);
            let cookie = format!("__Host-countersign-{name}={token}");
            let answer = answer(agent().run(request.header("cookie", cookie).body(()).unwrap()).unwrap());
            // Who is let in to verify a code has shown none.
            let expected = match (kind == &name, path) {
                (true, "/auth/mfa/verify") => 400,
                (true, _) => 200,
                (false, _) => 401,
            };
            assert_eq!(answer.status, expected, "{kind} in the cookie {name} at {path}: {answer:?}");
        }
    }
}

/// A request of a page of the server itself that would be served by cookies.
fn page_asks(server: &Server, method: &str, path: &str) -> Builder {
    let request = Request::builder().method(method).uri(format!("{}{path}", server.origin));
    request.header("countersign-session", "cookie").header("sec-fetch-site", "same-origin")
}

#[test]
fn a_token_is_looked_for_in_one_header_alone() {
    let server = server::shared();
    let who = Anonymous::at(server).become_somebody();
    let token = &who.token;
    let path = format!("/users/me?access_token={token}&token={token}");
    assert_eq!(Anonymous::at(server).get(&path).code(), "token_required");
    for (name, value) in [
        ("cookie", format!("access_token={token}; token={token}; Authorization=Bearer {token}")),
        ("x-access-token", token.clone()),
        ("x-authorization", format!("Bearer {token}")),
        ("proxy-authorization", format!("Bearer {token}")),
        ("x-forwarded-user", who.name.clone()),
        ("x-user-id", who.login["user"]["id"].to_string()),
    ] {
        let request = agent().get(format!("{}/users/me", server.origin)).header(name, value);
        let answer = answer(request.call().unwrap());
        assert_eq!((answer.status, answer.code().as_str()), (401, "token_required"), "{name}");
    }
    for authorization in [
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer {token};"),
        format!("Bearer \"{token}\""),
        format!("Bearer={token}"),
        format!("Token {token}"),
        format!("JWT {token}"),
        token.clone(),
    ] {
        let answer = Anonymous::at(server).get_with_authorization("/users/me", &authorization);
        assert_eq!(answer.status, 401, "{authorization}");
    }
    let request = agent().get(format!("{}/users/me", server.origin));
    let twice =
        request.header("authorization", "Bearer x").header("authorization", format!("Bearer {token}"));
    assert_eq!(answer(twice.call().unwrap()).code(), "token_malformed");
}
