//! What admins see of users, do to them, and read of what happened.

use serde_json::json;

use super::{shot, shot_of_pages};
use crate::actors::{Admin, Anonymous};
use crate::server::Server;

#[test]
fn users() {
    const LIST: &str = "GET /users";
    const SHOW: &str = "GET /users/{user_id}";
    const CHANGE: &str = "PATCH /users/{user_id}";
    const DELETE: &str = "DELETE /users/{user_id}";
    let server = Server::start();
    let admin = Admin::at(&server);
    shot(LIST, &admin.get("/users"));
    let who = Anonymous::at(&server).become_somebody();
    shot_of_pages(&admin, LIST, "/users");
    shot(SHOW, &admin.get(&who.path("")));
    shot(SHOW, &admin.get("/users/4711"));

    shot(CHANGE, &admin.send("PATCH", &who.path(""), &json!({ "status": "suspended" })));
    shot(CHANGE, &admin.send("PATCH", &who.path(""), &json!({ "status": "deleted", "role": "chief" })));
    shot(CHANGE, &admin.send("PATCH", "/users/4711", &json!({ "role": "user" })));
    shot(CHANGE, &admin.send("PATCH", &admin.path(""), &json!({ "role": "user" })));
    shot(DELETE, &admin.ask("DELETE", &who.path("")));
    shot(DELETE, &admin.ask("DELETE", "/users/4711"));
    shot(DELETE, &admin.ask("DELETE", &admin.path("")));
}

#[test]
fn audit() {
    const LIST: &str = "GET /audit";
    let server = Server::start();
    let admin = Admin::at(&server);
    shot(LIST, &admin.get("/audit?event=account_registered"));
    shot_of_pages(&admin, LIST, "/audit");
}
