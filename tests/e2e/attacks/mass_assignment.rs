//! Fields that are never the sender's to set, added to every body that is taken anywhere (OWASP API Security 2023, API3).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::requests::{Route, Scene};
use crate::actors::{Admin, Anonymous, ask, fresh_name};
use crate::server::{self, Server};

/// What somebody might try to set, fewer than are told in one answer.
fn forbidden() -> [Value; 2] {
    let of_the_account = json!({
        "id": 1, "user_id": 1, "userId": 1, "role": "admin", "roles": ["admin"], "Role": "admin", "is_admin": true,
        "admin": true, "is_superuser": true, "is_staff": true, "status": "active", "is_active": true,
        "email_verified": true, "emailVerified": true, "verified": true, "mfa_enabled": false, "created_at": "2000-01-01T00:00:00Z",
        "updated_at": "2000-01-01T00:00:00Z", "deleted_at": null, "password_hash": "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA",
        "hash": "x", "hashed_password": "x", "application_id": "default", "application": "default",
    });
    let of_its_session = json!({
        "sub": "1", "iss": "x", "aud": "default", "sid": "x", "session_id": "x", "auth_time": 9_999_999_999_u64, "amr": ["mfa"],
        "grants": [{ "action": "*", "resource": "*" }], "permissions": [{ "action": "*", "resource": "*" }], "scope": "*",
        "mfa_secret": "x", "secret": "x", "recovery_codes": ["x"], "ip": "192.0.2.1", "expires_at": "2999-01-01T00:00:00Z",
        "expires_in": 999_999, "__proto__": { "role": "admin" }, "constructor": { "prototype": { "role": "admin" } },
        "$set": { "role": "admin" }, "user": { "role": "admin" }, "role[]": "admin", "name\u{0}": "x", "": "x",
    });
    [of_the_account, of_its_session]
}

#[test]
fn no_body_takes_what_is_not_its_senders_to_set() {
    let server = Server::start();
    let root = Admin::at(&server);
    let scene = Scene::set(&server, &root);
    let before = scene.state(&root);
    let routes: Vec<_> = Route::all().filter(|route| route.body.is_some()).collect();
    assert!(routes.len() > 40, "{}", routes.len());
    for route in &routes {
        let place = route.place();
        let (target, plain) = (scene.target(route), scene.body(route).unwrap());
        let bearer = if is_for_admins(route) { &root.token } else { &scene.victim.token };
        let send = |body: &Value| ask(&server.origin, &route.method, &target, Some(bearer), Some(body));
        let taken: BTreeSet<&str> =
            route.body.unwrap()["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        for fields in forbidden() {
            let mut body = plain.clone();
            let mut added = BTreeSet::new();
            for (name, value) in
                fields.as_object().unwrap().iter().filter(|(name, _)| !taken.contains(name.as_str()))
            {
                body[name] = value.clone();
                added.insert((name.clone(), "unknown_field".to_owned()));
            }
            let answer = send(&body);
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (400, "unknown_field"),
                "{place}: {answer:?}"
            );
            assert_eq!(answer.faults().into_iter().collect::<BTreeSet<_>>(), added, "{place}");
        }
    }
    assert_eq!(scene.state(&root), before);
    for route in &routes {
        // Without them it is taken, or refused for what it is about.
        let scene = Scene::set(&server, &root);
        let bearer = if is_for_admins(route) { &root.token } else { &scene.victim.token };
        let answer = scene.ask(route, Some(bearer));
        let about = ["invalid_token", "mfa_not_enabled"];
        assert!(
            answer.status < 300 || about.contains(&answer.code().as_str()),
            "{}: {answer:?}",
            route.place()
        );
    }
}

/// Whether a route is of those that only admins use.
fn is_for_admins(route: &Route) -> bool {
    let path = route.name.split(' ').nth(1).unwrap();
    path.starts_with("/applications") || path.starts_with("/users/{user_id}")
}

#[test]
fn a_registration_that_asks_for_more_makes_no_account() {
    let anyone = Anonymous::at(server::shared());
    for path in ["/auth/register", "/api/auth/register", "/users/register", "/api/users/register"] {
        let name = fresh_name();
        let plain = json!({ "username": name, "email": format!("{name}@example.com"), "password": "a good password" });
        for (field, value) in [
            ("role", json!("admin")),
            ("email_verified", json!(true)),
            ("id", json!(1)),
            ("status", json!("active")),
        ] {
            let mut body = plain.clone();
            body[field] = value;
            assert_eq!(anyone.post(path, &body).code(), "unknown_field", "{path} {field}");
        }
        // The name is free still, and what stands in the query is nobody's field.
        let made = anyone.post(&format!("{path}?role=admin&email_verified=true&id=1"), &plain);
        let user = made.json();
        assert_eq!(
            (made.status, &user["role"], &user["email_verified"]),
            (201, &json!("user"), &json!(false)),
            "{path}"
        );
    }
}

#[test]
fn what_lies_deeper_is_looked_at_as_well() {
    let root = Admin::at(server::shared());
    let path = format!("/applications/{}/roles/chief", root.make_application());
    let body = json!({ "permissions": [{ "action": "read", "resource": "Task", "role": "admin" }] });
    let answer = root.send("PUT", &path, &body);
    assert_eq!(answer.faults(), [("permissions[0]".to_owned(), "unknown_field".to_owned())]);
}

#[test]
fn no_header_makes_another_request_of_one() {
    let server = server::shared();
    let (root, who) = (Admin::at(server), Anonymous::at(server).become_somebody());
    let before = root.get(&who.path("")).json();
    for (name, value) in [
        ("x-http-method-override", "DELETE"),
        ("x-http-method", "DELETE"),
        ("x-method-override", "DELETE"),
        ("x-original-url", "/users"),
        ("x-rewrite-url", "/users"),
        ("x-forwarded-prefix", "/api"),
        ("x-original-method", "DELETE"),
    ] {
        let url = format!("{}/users/me?_method=DELETE", server.origin);
        let request = crate::actors::agent().get(url).header(name, value);
        let request = request.header("authorization", format!("Bearer {}", who.token));
        assert_eq!(crate::actors::answer(request.call().unwrap()).json()["username"], who.name, "{name}");
    }
    assert_eq!(root.get(&who.path("")).json(), before);
}
