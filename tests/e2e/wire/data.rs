//! Custom data and the check of a permission.

use serde_json::json;

use super::{shot, shot_as, shot_of_pages};
use crate::actors::Anonymous;
use crate::server;

#[test]
fn custom_data() {
    const SET: &str = "POST /users/me/data";
    const LIST: &str = "GET /users/me/data";
    const SHOW: &str = "GET /users/me/data/{key}";
    const DELETE: &str = "DELETE /users/me/data/{key}";
    let who = Anonymous::at(server::shared()).become_somebody();
    let set = |key: &str, value| who.post("/users/me/data", &json!({ "key": key, "value": value }));
    shot(LIST, &who.get("/users/me/data"));
    shot(SET, &set("preferences", json!({ "theme": "dark", "notifications": true })));
    shot(SET, &set("a/b", json!(1)));
    shot_as(SET, "value", &set("k", json!("x".repeat(64 * 1024))));
    shot(SHOW, &who.get("/users/me/data/preferences"));
    assert_eq!(set("a", json!(null)).status, 200);
    shot_of_pages(&who, LIST, "/users/me/data");
    for _ in 0..2 {
        shot(DELETE, &who.ask("DELETE", "/users/me/data/preferences"));
    }
    shot(SHOW, &who.get("/users/me/data/preferences"));
    for number in 0..99 {
        assert_eq!(set(&format!("key-{number}"), json!(number)).status, 200);
    }
    shot(SET, &set("one-more", json!(1)));
}

#[test]
fn permission() {
    const ROUTE: &str = "GET /users/me/permissions";
    let who = Anonymous::at(server::shared()).become_somebody();
    shot(ROUTE, &who.get("/users/me/permissions?action=write&resource=Task"));
    shot(ROUTE, &who.get("/users/me/permissions"));
}
