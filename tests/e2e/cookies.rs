//! Sessions in cookies: what a browser is given, what of it counts, and what a page of somebody else's can do with it.

mod ending;
mod forged;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use ureq::http::Request;

use crate::actors::{Admin, Anonymous, Answer, SignedIn, agent, answer};
use crate::authenticator::Guarded;
use crate::server::Server;

const OWN: &str = "https://auth.example.com";
const APP: &str = "https://app.example.com";

const ACCESS: &str = "__Host-countersign-access";
const REFRESH: &str = "__Host-countersign-refresh";
const DEVICE: &str = "__Host-countersign-device";

fn settings() -> [(&'static str, &'static str); 3] {
    [("COOKIES", "on"), ("PUBLIC_URL", OWN), ("ALLOWED_ORIGINS", APP)]
}

fn server() -> Server {
    Server::start_with(&settings())
}

/// A page in a browser: it sends these headers, and the browser adds the cookies that it was told to keep.
#[derive(Clone)]
struct Page<'a> {
    origin: &'a str,
    headers: Vec<(&'static str, String)>,
    jar: BTreeMap<String, String>,
}

impl<'a> Page<'a> {
    /// A page of the server itself that asks for cookies.
    fn at(server: &'a Server) -> Self {
        let page = Page { origin: &server.origin, headers: Vec::new(), jar: BTreeMap::new() };
        page.with("countersign-session", "cookie").with("sec-fetch-site", "same-origin").with("origin", OWN)
    }

    /// The same page, which sends this header instead; nothing of it where that is empty.
    fn with(&self, name: &'static str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.retain(|(other, _)| *other != name);
        if !value.is_empty() {
            headers.push((name, value.to_owned()));
        }
        Self { origin: self.origin, headers, jar: self.jar.clone() }
    }

    fn without_the_header(&self) -> Self {
        self.with("countersign-session", "")
    }

    fn ask(&mut self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.origin));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if !self.jar.is_empty() {
            let pairs: Vec<_> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        let sent = match body {
            Some(body) => {
                let request = request.header("content-type", "application/json");
                agent().run(request.body(body.to_string()).unwrap())
            }
            None => agent().run(request.body(()).unwrap()),
        };
        let answer = answer(sent.unwrap());
        self.keep(&answer);
        answer
    }

    fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, None)
    }

    fn post(&mut self, path: &str, body: Value) -> Answer {
        self.ask("POST", path, Some(&body))
    }

    /// Keeps and forgets cookies as a browser does.
    fn keep(&mut self, answer: &Answer) {
        for set in set_cookies(answer) {
            let (pair, attributes) = set.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match attributes.starts_with("Max-Age=0;") {
                true => self.jar.remove(name),
                false => self.jar.insert(name.to_owned(), value.to_owned()),
            };
        }
    }

    fn log_in(&mut self, who: &SignedIn<'_>) -> Answer {
        let answer = self.post("/auth/login", json!({ "username": who.name, "password": who.password }));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    }

    fn cookies(&self) -> Vec<&str> {
        self.jar.keys().map(String::as_str).collect()
    }

    fn is_signed_in(&mut self) -> bool {
        self.get("/users/me").status == 200
    }
}

fn set_cookies(answer: &Answer) -> Vec<&str> {
    answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect()
}

/// What the browser is told to forget.
fn cleared(answer: &Answer) -> Vec<&str> {
    let cleared = set_cookies(answer).into_iter().map(|set| {
        set.strip_suffix("=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax")
            .unwrap_or_else(|| panic!("{set}"))
    });
    cleared.collect()
}

fn members(body: &Value) -> Vec<&str> {
    body.as_object().unwrap().keys().map(String::as_str).collect()
}

fn preflight(server: &Server, origin: &str) -> Answer {
    let request = Request::builder()
        .method("OPTIONS")
        .uri(format!("{}/auth/login", server.origin))
        .header("origin", origin)
        .header("sec-fetch-site", "same-site")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type,countersign-session");
    answer(agent().run(request.body(()).unwrap()).unwrap())
}

#[test]
fn where_the_setting_is_off_cookies_are_neither_read_nor_set() {
    let server = Server::start_with(&[("PUBLIC_URL", OWN), ("ALLOWED_ORIGINS", APP)]);
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    let logged_in = page.log_in(&ada);
    assert!(logged_in.json()["access_token"].is_string() && logged_in.json()["device_token"].is_string());
    assert_eq!(set_cookies(&logged_in), [""; 0]);
    page.jar.insert(ACCESS.to_owned(), ada.token.clone());
    assert_eq!(page.get("/users/me").code(), "token_required");
    let mut foreign = page.with("sec-fetch-site", "cross-site").with("origin", "https://evil.example");
    assert_eq!(foreign.log_in(&ada).status, 200);
    let preflight = preflight(&server, APP);
    assert_eq!(preflight.header("access-control-allow-origin"), APP);
    assert_eq!(preflight.header("access-control-allow-credentials"), "");
    assert_eq!(preflight.header("access-control-allow-headers"), "Authorization, Content-Type");
}

#[test]
fn a_log_in_that_asks_for_cookies_is_answered_without_any_token() {
    let server = server();
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    let logged_in = page.log_in(&ada);
    assert_eq!(members(&logged_in.json()), ["expires_in", "token_type", "user"]);
    let [device, access, refresh] = set_cookies(&logged_in)[..] else { panic!("{logged_in:?}") };
    for (set, name, most) in
        [(access, ACCESS, 3_600), (refresh, REFRESH, 2_592_000), (device, DEVICE, 31_536_000)]
    {
        let value = &page.jar[name];
        // What a busy machine took to answer is gone of it.
        let whole = |secs| format!("{name}={value}; Max-Age={secs}; Path=/; Secure; HttpOnly; SameSite=Lax");
        assert!((most - 10..=most).any(|secs| set == whole(secs)), "{set}");
        assert!(!logged_in.text.contains(value.as_str()));
    }
    assert_eq!(logged_in.header("cache-control"), "no-store");
    assert_eq!(page.get("/users/me").json()["username"], ada.name);
    assert_eq!(page.get("/api/users/me").status, 200);
    let stored = page.post("/users/me/data", json!({ "key": "theme", "value": "dark" }));
    assert_eq!(stored.status, 200, "{stored:?}");
    let sessions = page.get("/auth/sessions").json();
    assert_eq!(
        (&sessions["items"][0]["current"], &sessions["items"][1]["current"]),
        (&json!(true), &json!(false))
    );
}

#[test]
fn a_token_of_the_header_wins_over_any_cookie() {
    let server = server();
    let anyone = Anonymous::at(&server);
    let (ada, grace) = (anyone.become_somebody(), anyone.become_somebody());
    let mut page = Page::at(&server);
    page.log_in(&ada);
    let mut with_token = page.with("authorization", &format!("Bearer {}", grace.token));
    assert_eq!(with_token.get("/users/me").json()["username"], grace.name);
    let mut with_rubbish = page.with("authorization", "Bearer rubbish");
    assert_eq!(with_rubbish.get("/users/me").code(), "token_malformed");
    assert_eq!(with_rubbish.ask("POST", "/auth/refresh", None).code(), "token_malformed");
    assert_eq!(with_rubbish.ask("POST", "/auth/logout", None).code(), "token_malformed");
    // What ends is the session of the token, and so the cookies stay.
    let ended = with_token.ask("POST", "/auth/logout", None);
    assert_eq!((ended.status, set_cookies(&ended).len()), (200, 0));
    let dead = with_token.get("/users/me");
    assert_eq!((dead.code().as_str(), set_cookies(&dead).len()), ("session_ended", 0));
    assert!(page.is_signed_in());
    assert_eq!(page.get("/users/me").json()["username"], ada.name);
}

#[test]
fn an_admin_is_one_by_cookie_too() {
    let server = server();
    let admin = Admin::at(&server);
    let mut page = Page::at(&server);
    page.log_in(&admin);
    assert_eq!(page.get("/users").status, 200);
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    page.log_in(&ada);
    let refused = page.get("/users");
    assert_eq!((refused.code().as_str(), set_cookies(&refused).len()), ("admin_required", 0));
}

#[test]
fn the_device_cookie_lets_its_owner_in_while_others_guess() {
    let server = server();
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    page.log_in(&ada);
    let device = page.jar[DEVICE].clone();
    assert_eq!(page.ask("POST", "/auth/logout", None).status, 200);
    for _ in 0..20 {
        assert_eq!(Anonymous::at(&server).log_in(&ada.name, "not the password").status, 401);
    }
    let log_in = json!({ "username": ada.name, "password": ada.password });
    assert_eq!(Page::at(&server).post("/auth/login", log_in.clone()).code(), "too_many_attempts");
    // The body's own token goes first, and this one is of no device.
    let mut other = log_in.clone();
    other["device_token"] = json!("A".repeat(43));
    assert_eq!(page.post("/auth/login", other).code(), "too_many_attempts");
    assert_eq!(page.without_the_header().post("/auth/login", log_in.clone()).code(), "too_many_attempts");
    assert_eq!(page.post("/auth/login", log_in).status, 200);
    assert_eq!(page.jar[DEVICE], device);
}

#[test]
fn a_second_factor_finishes_a_log_in_into_cookies() {
    let server = server();
    let mut ada = Guarded::of(Anonymous::at(&server).become_somebody());
    let mut page = Page::at(&server);
    let log_in = json!({ "username": ada.who.name, "password": ada.who.password });
    let waiting = page.post("/auth/login", log_in);
    assert_eq!((waiting.status, waiting.code().as_str()), (401, "mfa_required"));
    assert_eq!(page.cookies(), [""; 0]);
    let token = waiting.json()["mfa_token"].as_str().unwrap().to_owned();

    // It is good as a bearer alone.
    let mut in_a_cookie = page.clone();
    in_a_cookie.jar.insert(ACCESS.to_owned(), token.clone());
    let code = json!({ "code": ada.authenticator.code() });
    assert_eq!(in_a_cookie.post("/auth/mfa/verify", code.clone()).code(), "token_malformed");

    let bearer = format!("Bearer {token}");
    let mut foreign = page.with("authorization", &bearer).with("sec-fetch-site", "cross-site");
    assert_eq!(foreign.post("/auth/mfa/verify", code.clone()).code(), "cross_site_request");
    let mut finishing = page.with("authorization", &bearer);
    let finished = finishing.post("/auth/mfa/verify", code);
    assert_eq!(members(&finished.json()), ["expires_in", "message", "token_type", "user"]);
    assert_eq!(finishing.cookies(), [ACCESS, DEVICE, REFRESH]);
    let mut page = finishing.with("authorization", "");
    assert!(page.is_signed_in());
    // In a session a code is shown by cookie as by any other token.
    let shown = page.post("/auth/mfa/verify", json!({ "code": ada.authenticator.code() }));
    assert_eq!((shown.status, set_cookies(&shown).len()), (200, 0), "{shown:?}");
}

#[test]
fn a_reset_makes_the_browser_known() {
    let server = server();
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    assert_eq!(page.post("/auth/password/forgot", json!({ "email": ada.email() })).status, 202);
    let token = server.mailed_token(&ada.email(), "Reset your password");
    let reset =
        page.post("/auth/password/reset", json!({ "token": token, "password": "the difference engine" }));
    assert_eq!((reset.status, members(&reset.json())), (200, vec!["message"]), "{reset:?}");
    assert_eq!(page.cookies(), [DEVICE]);
}

#[test]
fn no_token_of_a_cookie_is_ever_logged() {
    let server = Server::start_with(&[&settings()[..], &[("LOG", "trace")]].concat());
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    page.log_in(&ada);
    let mut secrets: Vec<_> = page.jar.values().cloned().collect();
    assert_eq!(page.ask("POST", "/auth/refresh", None).status, 200);
    secrets.extend(page.jar.values().cloned());
    let mut double = page.with("cookie", &format!("{ACCESS}=in-the-cookie; {ACCESS}=in-the-cookie"));
    double.jar.clear();
    assert_eq!(double.get("/users/me").code(), "bad_request");
    let foreign = page.with("sec-fetch-site", "cross-site").get("/users/me");
    let log = server.log_once_it_holds(foreign.header("x-request-id"));
    assert!(log.contains("cross_site_request"));
    for secret in secrets.iter().map(String::as_str).chain(["in-the-cookie", "__Host-"]) {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[test]
fn a_session_that_ends_is_forgotten_and_its_device_is_not() {
    let server = server();
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    page.log_in(&ada);
    let old = page.clone();
    let ended = page.ask("POST", "/auth/logout", None);
    assert_eq!((ended.status, ended.json()), (200, json!({ "message": "Logged out" })));
    assert_eq!((cleared(&ended), page.cookies()), (vec![ACCESS, REFRESH], vec![DEVICE]));
    assert_eq!(page.get("/users/me").code(), "token_required");
    assert_eq!(old.clone().get("/users/me").code(), "session_ended");
    let again = old.clone().ask("POST", "/auth/logout", None);
    assert_eq!((again.code().as_str(), cleared(&again)), ("session_ended", vec![ACCESS, REFRESH]));

    page.log_in(&ada);
    let everywhere = page.ask("POST", "/auth/logout-all", None);
    assert_eq!((everywhere.status, cleared(&everywhere)), (204, vec![ACCESS, REFRESH]));

    page.log_in(&ada);
    let deleted = page.ask("DELETE", "/users/me", None);
    assert_eq!((deleted.status, cleared(&deleted)), (200, vec![ACCESS, REFRESH, DEVICE]));
    assert_eq!(page.cookies(), [""; 0]);
}
