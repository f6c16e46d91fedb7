//! Registering, and one's own account.

use serde_json::json;

use super::{registration, shot, shot_as};
use crate::actors::{Admin, Anonymous};
use crate::server::{self, Server};

#[test]
fn register() {
    const ROUTE: &str = "POST /auth/register";
    let anyone = Anonymous::at(server::shared());
    let taken = registration();
    shot(ROUTE, &anyone.post("/auth/register", &taken));
    shot_as(ROUTE, "under-api", &anyone.post("/api/auth/register", &registration()));
    shot(ROUTE, &anyone.post("/auth/register", &json!({})));
    shot_as(ROUTE, "both-taken", &anyone.post("/auth/register", &taken));
    for field in ["username", "email"] {
        let mut body = registration();
        body[field] = taken[field].clone();
        shot(ROUTE, &anyone.post("/auth/register", &body));
    }
}

#[test]
fn profile() {
    const ROUTE: &str = "GET /users/me";
    let who = Anonymous::at(server::shared()).become_somebody();
    shot(ROUTE, &who.get("/users/me"));
    who.ask("DELETE", "/users/me");
    shot(ROUTE, &who.get("/users/me"));
}

#[test]
fn update() {
    const ROUTE: &str = "PUT /users/me";
    let server = Server::start_with(&[("REAUTH_WINDOW_SECS", "1")]);
    let anyone = Anonymous::at(&server);
    let (who, other) = (anyone.become_somebody(), anyone.become_somebody());
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    let put = |body| who.put("/users/me", &body);
    let all = json!({
        "name": "Ada Lovelace", "first_name": "Ada", "last_name": "Lovelace", "phone": "+44 20 7123 4567"
    });
    shot(ROUTE, &put(all));
    shot(ROUTE, &put(json!({ "username": other.name })));
    shot(ROUTE, &put(json!({ "email": other.email(), "current_password": who.password })));
    shot(ROUTE, &put(json!({ "email": "other@example.org" })));
    let wrong = json!({ "email": "other@example.org", "current_password": "wrong" });
    shot(ROUTE, &put(wrong.clone()));
    for _ in 0..19 {
        put(wrong.clone());
    }
    shot(ROUTE, &put(wrong));
    who.ask("DELETE", "/users/me");
    shot(ROUTE, &put(json!({ "name": "Ada" })));
}

#[test]
fn delete() {
    const ROUTE: &str = "DELETE /users/me";
    let server = Server::start();
    let who = Anonymous::at(&server).become_somebody();
    for _ in 0..2 {
        shot(ROUTE, &who.ask("DELETE", "/users/me"));
    }
    shot(ROUTE, &Admin::at(&server).ask("DELETE", "/users/me"));
}
