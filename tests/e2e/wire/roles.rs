//! Roles: what they permit and who holds them.

use serde_json::json;

use super::{shot, shot_of_pages};
use crate::actors::{Admin, Anonymous};
use crate::server;

#[test]
fn definitions() {
    const LIST: &str = "GET /applications/{application_id}/roles";
    const DEFINE: &str = "PUT /applications/{application_id}/roles/{role}";
    const DELETE: &str = "DELETE /applications/{application_id}/roles/{role}";
    let admin = Admin::at(server::shared());
    let path = format!("/applications/{}/roles", admin.make_application());
    shot(LIST, &admin.get(&path));
    shot_of_pages(&admin, LIST, &path);
    shot(LIST, &admin.get("/applications/nowhere/roles"));
    let chief = json!({ "permissions": [{ "action": "assign", "resource": "Task" }] });
    shot(DEFINE, &admin.send("PUT", &format!("{path}/chief"), &chief));
    shot(DEFINE, &admin.send("PUT", &format!("{path}/editor"), &chief));
    shot(DEFINE, &admin.send("PUT", &format!("{path}/chief"), &json!({ "permissions": [{}] })));
    shot(DEFINE, &admin.send("PUT", "/applications/nowhere/roles/chief", &chief));
    for role in ["chief", "chief", "editor"] {
        shot(DELETE, &admin.ask("DELETE", &format!("{path}/{role}")));
    }
    shot(DELETE, &admin.ask("DELETE", "/applications/nowhere/roles/chief"));
}

#[test]
fn assignments() {
    const ASSIGN: &str = "POST /users/{user_id}/roles";
    const LIST: &str = "GET /users/{user_id}/roles";
    const REVOKE: &str = "DELETE /users/{user_id}/roles";
    let admin = Admin::at(server::shared());
    let who = Anonymous::at(server::shared()).become_somebody();
    let path = who.path("/roles");
    shot(ASSIGN, &admin.post(&path, &json!({ "role": "editor" })));
    shot(ASSIGN, &admin.post(&path, &json!({ "role": "chief" })));
    shot(ASSIGN, &admin.post("/users/4711000/roles", &json!({ "role": "editor" })));
    shot(LIST, &admin.get(&path));
    admin.assign(&who, "viewer", "default");
    shot_of_pages(&admin, LIST, &path);
    shot(LIST, &admin.get("/users/4711000/roles"));
    for _ in 0..2 {
        shot(REVOKE, &admin.ask("DELETE", &format!("{path}?role=editor")));
    }
    shot(REVOKE, &admin.ask("DELETE", &path));
    shot(REVOKE, &admin.ask("DELETE", "/users/4711000/roles?role=editor"));
}
