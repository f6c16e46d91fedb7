//! Sessions: how they go on and end.

use serde_json::json;

use super::{shot, shot_of_pages};
use crate::actors::{Admin, Anonymous, SignedIn, ask};
use crate::server;

fn somebody() -> SignedIn<'static> {
    Anonymous::at(server::shared()).become_somebody()
}

#[test]
fn refresh() {
    const ROUTE: &str = "POST /auth/refresh";
    let who = somebody();
    let with = |token: &str| {
        ask(who.origin, "POST", "/auth/refresh", None, Some(&json!({ "refresh_token": token })))
    };
    shot(ROUTE, &with("garbage"));
    shot(ROUTE, &who.post("/auth/refresh", &json!({ "refresh_token": 5 })));
    let refreshed = with(who.refresh_token());
    shot(ROUTE, &refreshed);
    let next = who.with_tokens(refreshed.json());
    shot(ROUTE, &next.ask("POST", "/auth/refresh"));
    assert_eq!(with(next.refresh_token()).status, 200);
    shot(ROUTE, &with(who.refresh_token()));
    shot(ROUTE, &with(next.refresh_token()));

    let admin = Admin::at(server::shared());
    let (who, application) = (somebody(), admin.make_application());
    admin.assign(&who, "user", &application);
    let guest = who.within(&application);
    admin.send("PATCH", &format!("/applications/{application}"), &json!({ "status": "disabled" }));
    shot(ROUTE, &guest.ask("POST", "/auth/refresh"));
}

#[test]
fn log_out() {
    const ROUTE: &str = "POST /auth/logout";
    let who = somebody();
    let with = |body| ask(who.origin, "POST", "/auth/logout", None, Some(&body));
    shot(ROUTE, &with(json!({ "refresh_token": "garbage" })));
    shot(ROUTE, &with(json!({ "refresh_token": 5 })));
    for _ in 0..2 {
        shot(ROUTE, &who.ask("POST", "/auth/logout"));
    }
    shot("POST /auth/logout-all", &somebody().ask("POST", "/auth/logout-all"));
}

#[test]
fn list_and_end() {
    const LIST: &str = "GET /auth/sessions";
    const END: &str = "DELETE /auth/sessions/{session_id}";
    let first = somebody();
    shot(LIST, &first.get("/auth/sessions"));
    let second = first.again();
    shot_of_pages(&second, LIST, "/auth/sessions");
    let sessions = second.get("/auth/sessions").json();
    let path = format!("/auth/sessions/{}", sessions["items"][1]["id"].as_str().unwrap());
    for _ in 0..2 {
        shot(END, &second.ask("DELETE", &path));
    }
}
