//! What a page of somebody else's, or one that does not ask, can do with the cookies of a browser: nothing.

use serde_json::json;

use super::{ACCESS, APP, DEVICE, OWN, Page, preflight, server, set_cookies};
use crate::actors::Anonymous;

#[test]
fn no_page_of_somebody_elses_is_served_by_cookies_whatever_it_asks() {
    let server = server();
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    page.log_in(&ada);
    let evil = "https://evil.example";
    for (site, origin) in [
        ("cross-site", evil),
        ("cross-site", APP),
        ("cross-site", ""),
        ("same-site", evil),
        ("same-site", ""),
        ("same-site", "null"),
        ("none", ""),
        ("", evil),
        ("", "null"),
        ("", "https://auth.example.com.evil.example"),
        ("", "https://auth.example.com@evil.example"),
        ("", "http://auth.example.com"),
        ("", "https://auth.example.com:8443"),
    ] {
        let mut foreign = page.with("sec-fetch-site", site).with("origin", origin);
        for (method, path) in [
            ("GET", "/users/me"),
            ("HEAD", "/users/me"),
            ("DELETE", "/users/me"),
            ("GET", "/auth/sessions"),
            ("POST", "/auth/refresh"),
            ("POST", "/auth/logout"),
            ("POST", "/auth/logout-all"),
            ("POST", "/api/auth/mfa/verify"),
        ] {
            let answer = foreign.ask(method, path, None);
            assert_eq!(answer.status, 403, "{site} {origin} {method} {path}: {answer:?}");
            assert!(method == "HEAD" || answer.code() == "cross_site_request", "{answer:?}");
            assert_eq!(set_cookies(&answer), [""; 0]);
        }
        // Nor does it log anybody in: its victim would go on in an account of the attacker's.
        let log_in = json!({ "username": ada.name, "password": ada.password });
        assert_eq!(foreign.post("/auth/login", log_in).code(), "cross_site_request");
    }
    assert!(page.is_signed_in(), "and nothing came of all that");
    for (site, origin) in [("same-origin", ""), ("same-site", APP), ("", APP), ("", OWN), ("", "")] {
        let mut known = page.with("sec-fetch-site", site).with("origin", origin);
        assert!(known.is_signed_in(), "{site} {origin}");
    }
}

#[test]
fn what_no_browser_sends_is_refused() {
    let server = server();
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    page.log_in(&ada);
    for value in ["Cookie", "cookies", "none"] {
        let answer = page.with("countersign-session", value).get("/users/me");
        assert_eq!((answer.status, answer.code().as_str()), (400, "bad_request"), "{value}");
    }
    let cookie = format!("{ACCESS}={}", page.jar[ACCESS]);
    let mut with_cookie = |cookie: &str| {
        page.jar.clear();
        page.with("cookie", cookie).get("/users/me")
    };
    assert_eq!(with_cookie(&cookie).status, 200);
    assert_eq!(with_cookie(&format!("{cookie}; {ACCESS}=another")).code(), "bad_request");
    assert_eq!(with_cookie(&cookie.to_lowercase()).code(), "token_required");
    let quoted = cookie.replace('=', "=\"") + "\"";
    assert_eq!(with_cookie(&quoted).status, 401);
}

#[test]
fn without_the_header_tokens_are_answered_as_ever_and_cookies_are_not_looked_at() {
    let server = server();
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    page.log_in(&ada);
    let mut bare = page.without_the_header();
    for (method, path) in [("GET", "/users/me"), ("DELETE", "/users/me"), ("POST", "/auth/logout-all")] {
        let answer = bare.ask(method, path, None);
        assert_eq!((answer.status, answer.code().as_str()), (401, "token_required"), "{method} {path}");
    }
    for path in ["/auth/refresh", "/auth/logout"] {
        assert_eq!(bare.post(path, json!({})).code(), "token_required", "{path}");
    }
    let logged_in = bare.log_in(&ada);
    assert!(logged_in.json()["access_token"].is_string() && logged_in.json()["refresh_token"].is_string());
    assert_ne!(logged_in.json()["device_token"], page.jar[DEVICE], "its device is not known");
    assert_eq!(set_cookies(&logged_in), [""; 0]);
    assert!(page.is_signed_in(), "and nothing came of all that");
}

#[test]
fn only_known_origins_may_send_the_header_and_read_what_comes_of_it() {
    let server = server();
    let ada = Anonymous::at(&server).become_somebody();
    let granted = preflight(&server, APP);
    assert_eq!(granted.header("access-control-allow-origin"), APP);
    assert_eq!(granted.header("access-control-allow-credentials"), "true");
    assert_eq!(
        granted.header("access-control-allow-headers"),
        "Authorization, Content-Type, Countersign-Session"
    );
    assert_eq!(granted.header("vary"), "Origin");
    for foreign in ["https://evil.example", "https://app.example.com.evil.example", "null", "*"] {
        let refused = preflight(&server, foreign);
        for name in ["origin", "credentials", "headers", "methods"] {
            assert_eq!(refused.header(&format!("access-control-allow-{name}")), "", "{foreign}");
        }
        assert_eq!(refused.header("vary"), "Origin");
    }
    let mut page = Page::at(&server).with("origin", APP).with("sec-fetch-site", "same-site");
    let logged_in = page.log_in(&ada);
    assert_eq!(logged_in.header("access-control-allow-origin"), APP);
    assert_eq!(logged_in.header("access-control-allow-credentials"), "true");
    let mut foreign = page.with("origin", "https://evil.example");
    let refused = foreign.get("/users/me");
    assert_eq!(refused.code(), "cross_site_request");
    assert_eq!(refused.header("access-control-allow-origin"), "");
    assert_eq!(refused.header("access-control-allow-credentials"), "");
}
