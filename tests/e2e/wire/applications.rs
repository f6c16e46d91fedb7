//! Applications.

use serde_json::json;

use super::{shot, shot_of_pages};
use crate::actors::Admin;
use crate::server::Server;

#[test]
fn applications() {
    const LIST: &str = "GET /applications";
    const CREATE: &str = "POST /applications";
    const SHOW: &str = "GET /applications/{application_id}";
    const UPDATE: &str = "PATCH /applications/{application_id}";
    const DELETE: &str = "DELETE /applications/{application_id}";
    let server = Server::start();
    let admin = Admin::at(&server);
    shot(LIST, &admin.get("/applications"));
    for _ in 0..2 {
        shot(CREATE, &admin.post("/applications", &json!({ "id": "app_12345", "name": "Cosmic" })));
    }
    shot(CREATE, &admin.post("/applications", &json!({ "id": "a/b" })));
    shot_of_pages(&admin, LIST, "/applications");
    shot(SHOW, &admin.get("/applications/app_12345"));

    let update = |id: &str, body| admin.send("PATCH", &format!("/applications/{id}"), &body);
    shot(UPDATE, &update("app_12345", json!({ "status": "disabled" })));
    shot(UPDATE, &update("app_12345", json!({ "status": "gone" })));
    shot(UPDATE, &update("nowhere", json!({ "name": "Notes" })));
    shot(UPDATE, &update("default", json!({ "status": "disabled" })));
    for id in ["app_12345", "app_12345", "default"] {
        shot(DELETE, &admin.ask("DELETE", &format!("/applications/{id}")));
    }
    shot(SHOW, &admin.get("/applications/app_12345"));
}
