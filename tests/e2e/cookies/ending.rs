//! How a session in cookies goes on, and how it is forgotten.

use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use super::{ACCESS, DEVICE, Page, REFRESH, cleared, members, server, set_cookies, settings};
use crate::actors::{Admin, Anonymous};
use crate::authenticator::Guarded;
use crate::server::Server;

#[test]
fn a_refresh_cookie_that_comes_twice_ends_the_session_and_is_forgotten() {
    let server = server();
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    page.log_in(&ada);
    let mut thief = page.clone();
    for _ in 0..2 {
        assert_eq!(page.post("/auth/refresh", json!({})).status, 200);
    }
    let reused = thief.ask("POST", "/auth/refresh", None);
    assert_eq!((reused.status, reused.code().as_str()), (401, "token_reused"));
    assert_eq!(cleared(&reused), [ACCESS, REFRESH]);
    let dead = page.get("/users/me");
    assert_eq!((dead.code().as_str(), cleared(&dead)), ("session_ended", vec![ACCESS, REFRESH]));
    assert_eq!(page.cookies(), [DEVICE]);
    page.jar.insert(REFRESH.to_owned(), "rubbish".to_owned());
    let rubbish = page.ask("POST", "/auth/refresh", None);
    assert_eq!(
        (rubbish.code().as_str(), cleared(&rubbish)),
        ("refresh_token_invalid", vec![ACCESS, REFRESH])
    );
}

#[test]
fn a_session_moves_from_tokens_into_cookies_and_a_token_that_is_dead_takes_none_along() {
    let server = server();
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    let moved = page.post("/auth/refresh", json!({ "refresh_token": ada.refresh_token() }));
    assert_eq!((moved.status, members(&moved.json()).len()), (200, 3), "{moved:?}");
    assert_eq!(page.cookies(), [ACCESS, REFRESH]);
    assert!(page.is_signed_in());
    let dead = ada.again();
    assert_eq!(dead.ask("POST", "/auth/logout").status, 200);
    for path in ["/auth/refresh", "/auth/logout"] {
        let refused = page.post(path, json!({ "refresh_token": dead.refresh_token() }));
        assert_eq!((refused.code().as_str(), set_cookies(&refused).len()), ("session_ended", 0), "{path}");
    }
    assert!(page.is_signed_in());
}

#[test]
fn whoever_is_suspended_is_forgotten_at_the_next_request() {
    let server = server();
    let admin = Admin::at(&server);
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    page.log_in(&ada);
    assert_eq!(admin.send("PATCH", &ada.path(""), &json!({ "status": "suspended" })).status, 200);
    let answer = page.post("/users/me/data", json!({ "key": "theme", "value": "dark" }));
    assert_eq!((answer.code().as_str(), cleared(&answer)), ("session_ended", vec![ACCESS, REFRESH]));
}

#[test]
fn an_access_token_that_is_merely_over_is_refreshed() {
    let server = Server::start_with(&[&settings()[..], &[("ACCESS_TOKEN_TTL_SECS", "1")]].concat());
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    let logged_in = page.log_in(&ada);
    assert!(set_cookies(&logged_in)[1].contains("; Max-Age=1;"), "{logged_in:?}");
    sleep(Duration::from_millis(2_100));
    // A browser would have dropped it by now.
    let over = page.get("/users/me");
    assert_eq!((over.code().as_str(), set_cookies(&over).len()), ("token_expired", 0));
    assert_eq!(page.ask("POST", "/auth/refresh", None).status, 200);
}

#[test]
fn the_refresh_cookie_is_traded_where_no_other_token_is_shown() {
    let server = server();
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    page.log_in(&ada);
    let first = page.clone();
    let refreshed = page.ask("POST", "/auth/refresh", None);
    assert_eq!(members(&refreshed.json()), ["expires_in", "token_type", "user"]);
    assert_eq!(set_cookies(&refreshed).len(), 2, "{refreshed:?}");
    assert_ne!(page.jar[REFRESH], first.jar[REFRESH]);
    assert_eq!(page.jar[DEVICE], first.jar[DEVICE]);
    assert!(page.is_signed_in());
    // Only its refresh token goes on from here.
    page.jar.remove(REFRESH);
    assert_eq!(page.ask("POST", "/auth/refresh", None).code(), "token_not_refreshable");
}

#[test]
fn another_log_in_ends_the_session_whose_cookies_it_overwrites() {
    let server = server();
    let anyone = Anonymous::at(&server);
    let (ada, mut grace) = (anyone.become_somebody(), Guarded::of(anyone.become_somebody()));
    let mut page = Page::at(&server);
    page.log_in(&ada);
    let mut first = page.clone();
    assert_eq!(
        page.without_the_header()
            .post("/auth/login", json!({ "username": ada.name, "password": ada.password }))
            .status,
        200
    );
    assert!(first.is_signed_in(), "that was given no cookies");
    page.log_in(&ada);
    assert_eq!(first.get("/users/me").code(), "session_ended");

    let mut second = page.clone();
    let bearer = format!("Bearer {}", grace.mfa_token());
    let code = json!({ "recovery_code": grace.recovery_code() });
    let mut finishing = page.with("authorization", &bearer);
    assert_eq!(finishing.post("/auth/mfa/verify", code).status, 200);
    assert_eq!(second.get("/users/me").code(), "session_ended");
    let mut page = finishing.with("authorization", "");
    assert_eq!(page.get("/users/me").json()["username"], grace.who.name);

    // One that is over already is in nobody's way.
    assert_eq!(page.clone().ask("POST", "/auth/logout", None).status, 200);
    page.log_in(&ada);
    assert!(page.is_signed_in());
}

#[test]
fn an_account_that_is_gone_is_forgotten() {
    let server = server();
    let ada = Anonymous::at(&server).become_somebody();
    let mut page = Page::at(&server);
    page.log_in(&ada);
    assert_eq!(ada.ask("DELETE", "/users/me").status, 200);
    let gone = page.get("/users/me");
    assert_eq!((gone.status, gone.code().as_str()), (404, "user_not_found"));
    assert_eq!(cleared(&gone), [ACCESS, REFRESH]);
}
