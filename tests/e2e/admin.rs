//! What admins do to users, and that nobody else does.

use std::thread::scope;

use serde_json::{Value, json};

use crate::actors::{Admin, Anonymous, Answer, SignedIn, ask, fresh_name};
use crate::server::{self, Server};

fn somebody() -> SignedIn<'static> {
    Anonymous::at(server::shared()).become_somebody()
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

fn refusal(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn names(page: &Answer) -> Vec<String> {
    assert_eq!(page.status, 200, "{page:?}");
    let body = page.json();
    let items = body["items"].as_array().unwrap().iter();
    items.map(|user| user["username"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn nobody_but_an_admin_does_what_admins_do() {
    let server = server::shared();
    let (admin, victim, other) = (Admin::at(server), somebody(), somebody());
    let suspended = somebody();
    let demoted = Admin::at(server);
    let application = admin.make_application();
    admin.assign(&admin, "admin", &application);
    let elsewhere = admin.within(&application);
    admin.send("PATCH", &suspended.path(""), &json!({ "status": "suspended" }));
    admin.send("PATCH", &demoted.path(""), &json!({ "role": "user" }));
    let patch = json!({ "role": "admin" });
    for (method, path, body) in [
        ("GET", "/users".to_owned(), None),
        ("GET", victim.path(""), None),
        ("PATCH", victim.path(""), Some(&patch)),
        ("DELETE", victim.path(""), None),
        ("GET", "/users/4711".to_owned(), None),
    ] {
        for prefix in ["", "/api"] {
            let path = format!("{prefix}{path}");
            let by = |token: Option<&str>| told(&ask(&server.origin, method, &path, token, body));
            assert_eq!(by(None), refusal(401, "token_required"), "{method} {path}");
            assert_eq!(by(Some(&other.token)), refusal(403, "admin_required"), "{method} {path}");
            assert_eq!(by(Some(&victim.token)), refusal(403, "admin_required"), "not one's own either");
            assert_eq!(by(Some(&elsewhere.token)), refusal(403, "admin_required"), "by another application");
            assert_eq!(by(Some(&suspended.token)), refusal(401, "session_ended"), "{method} {path}");
            assert_eq!(by(Some(&demoted.token)), refusal(403, "admin_required"), "{method} {path}");
        }
    }
    assert_eq!(victim.get("/users/me").json()["role"], "user");
}

#[test]
fn a_user_is_found_by_either_spelling_of_their_number() {
    let (admin, who) = (Admin::at(server::shared()), somebody());
    let shown = admin.get(&who.path(""));
    assert_eq!((shown.status, shown.json()), (200, who.get("/users/me").json()));
    let prefixed = admin.get(&format!("/api/users/user_{}", shown.json()["id"]));
    assert_eq!(prefixed.json(), shown.json());
    for path in ["/users/999999", "/users/0", "/users/ada", "/users/user_", "/users/1.5", "/users/%6De"] {
        assert_eq!(told(&admin.get(path)), refusal(404, "user_not_found"), "{path}");
        assert_eq!(told(&admin.ask("DELETE", path)), refusal(404, "user_not_found"), "{path}");
        let patch = admin.send("PATCH", path, &json!({ "role": "user" }));
        assert_eq!(told(&patch), refusal(404, "user_not_found"), "{path}");
    }
    assert_eq!(told(&admin.send("PATCH", "/users/me", &json!({}))), refusal(405, "method_not_allowed"));
}

#[test]
fn a_role_is_felt_at_the_next_request() {
    let (admin, who) = (Admin::at(server::shared()), somebody());
    let promoted = admin.send("PATCH", &who.path(""), &json!({ "role": "admin" }));
    assert_eq!((promoted.status, &promoted.json()["role"]), (200, &json!("admin")));
    assert_eq!(who.get(&who.path("")).status, 200);
    assert_eq!(admin.send("PATCH", &who.path(""), &json!({ "role": "user" })).status, 200);
    assert_eq!(told(&who.get(&who.path(""))), refusal(403, "admin_required"));
}

#[test]
fn a_suspended_user_is_out_and_comes_back_by_a_log_in() {
    let (admin, who) = (Admin::at(server::shared()), somebody());
    let suspended = admin.send("PATCH", &who.path(""), &json!({ "status": "suspended" })).json();
    assert_eq!((&suspended["status"], &suspended["deleted_at"]), (&json!("suspended"), &Value::Null));
    assert_eq!(told(&who.get("/users/me")), refusal(401, "session_ended"));
    let anyone = Anonymous::at(server::shared());
    assert_eq!(told(&anyone.log_in(&who.name, &who.password)), refusal(403, "account_suspended"));
    assert_eq!(admin.send("PATCH", &who.path(""), &json!({ "status": "active" })).json()["status"], "active");
    assert_eq!(told(&who.get("/users/me")), refusal(401, "session_ended"), "what was ended stays so");
    assert_eq!(who.again().get("/users/me").status, 200);
}

#[test]
fn who_was_deleted_is_kept_and_comes_back_without_their_sessions() {
    let (admin, who) = (Admin::at(server::shared()), somebody());
    let deleted = admin.ask("DELETE", &who.path(""));
    assert_eq!((deleted.status, &deleted.json()["status"]), (200, &json!("deleted")));
    assert_eq!(told(&who.get("/users/me")), refusal(404, "user_not_found"));
    let again = admin.ask("DELETE", &who.path(""));
    assert_eq!((again.status, again.json()), (200, deleted.json()), "again is no change");
    assert_eq!(admin.get(&who.path("")).json(), deleted.json(), "an admin sees it still");

    let restored = admin.send("PATCH", &who.path(""), &json!({ "status": "active" }));
    assert_eq!((restored.status, &restored.json()["deleted_at"]), (200, &Value::Null));
    assert_eq!(told(&who.get("/users/me")), refusal(401, "session_ended"));
    let refresh = json!({ "refresh_token": who.refresh_token() });
    assert_eq!(who.post("/auth/refresh", &refresh).status, 401);
    assert_eq!(who.again().get("/users/me").json()["email"], who.email());
}

#[test]
fn a_change_takes_two_fields_and_their_words() {
    let (admin, who) = (Admin::at(server::shared()), somebody());
    let before = who.get("/users/me").json();
    for body in [
        json!({}),
        json!({ "status": "active" }),
        json!({ "role": "user" }),
        json!({ "role": null, "status": "" }),
    ] {
        let answer = admin.send("PATCH", &who.path(""), &body);
        assert_eq!((answer.status, answer.json()), (200, before.clone()), "{body}");
    }
    for (body, code, field) in [
        (json!({ "status": "deleted" }), "invalid_format", "status"),
        (json!({ "status": "Active" }), "invalid_format", "status"),
        (json!({ "role": "owner" }), "invalid_format", "role"),
        (json!({ "role": 5 }), "invalid_type", "role"),
        (json!({ "email": "x@example.com" }), "unknown_field", "email"),
        (json!({ "password": "another password" }), "unknown_field", "password"),
    ] {
        let answer = admin.send("PATCH", &who.path(""), &body);
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(answer.faults(), [(field.to_owned(), code.to_owned())], "{body}");
    }
    assert_eq!(who.get("/users/me").json(), before);
    let both = admin.send("PATCH", &who.path(""), &json!({ "status": "suspended", "role": "admin" })).json();
    assert_eq!((&both["status"], &both["role"]), (&json!("suspended"), &json!("admin")));
    admin.send("PATCH", &who.path(""), &json!({ "role": "user" }));
}

#[test]
fn users_are_listed_newest_first_page_by_page() {
    let server = Server::start();
    let admin = Admin::at(&server);
    let people: Vec<_> = (0..5).map(|_| Anonymous::at(&server).become_somebody()).collect();
    let mut expected: Vec<_> = people.iter().rev().map(|who| who.name.clone()).collect();
    expected.push(admin.name.clone());
    assert_eq!(names(&admin.get("/users")), expected);

    let mut seen = Vec::new();
    let mut path = "/users?limit=2&status=active".to_owned();
    loop {
        let page = admin.get(&path);
        seen.extend(names(&page));
        let Some(cursor) = page.json()["next_cursor"].as_str().map(str::to_owned) else {
            assert_eq!(page.header("link"), "");
            break;
        };
        let link = format!("<?limit=2&status=active&cursor={cursor}>; rel=\"next\"");
        assert_eq!(page.header("link"), link);
        path = format!("/users?limit=2&status=active&cursor={cursor}");
        // A cursor is good for the list that gave it.
        for other in
            ["/users?status=deleted", "/users?q=a&status=active", "/users?role=user", "/auth/sessions?"]
        {
            let foreign = admin.get(&format!("{}&cursor={cursor}", other.trim_end_matches('&')));
            assert_eq!(foreign.faults(), [("cursor".to_owned(), "invalid_cursor".to_owned())], "{other}");
        }
    }
    assert_eq!(seen, expected);

    let who = &people[0];
    admin.ask("DELETE", &who.path(""));
    assert_eq!(names(&admin.get("/users?status=deleted")), [who.name.as_str()]);
    assert_eq!(names(&admin.get("/users?role=admin")), [admin.name.as_str()]);
    assert_eq!(names(&admin.get("/users?role=admin&status=suspended")), [""; 0]);
    let refused = admin.get("/users?status=gone&role=x&limit=0&q=%00");
    let fields: Vec<_> = refused.faults().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["status", "role", "q", "limit"]);
    assert_eq!(told(&admin.get("/users?name=ada")), refusal(400, "unknown_field"));
    assert_eq!(admin.get(&format!("/users?q={}", "a".repeat(255))).status, 400);
}

#[test]
fn a_text_is_looked_for_as_it_stands() {
    let server = Server::start();
    let admin = Admin::at(&server);
    let anyone = Anonymous::at(&server);
    for (name, email) in [
        ("Under_score", "one@example.com"),
        ("underXscore", "two@example.com"),
        ("three", "per%cent@example.com"),
        ("four", "back`tick@example.com"),
    ] {
        let body = json!({ "username": name, "email": email, "password": "correct horse battery" });
        assert_eq!(anyone.post("/auth/register", &body).status, 201, "{name}");
    }
    for (text, found) in [
        ("UNDER_S", &["Under_score"][..]),
        ("r_s", &["Under_score"]),
        ("ERXSC", &["underXscore"]),
        ("%25", &["three"]),
        ("r%25c", &["three"]),
        ("_", &["Under_score"]),
        ("%5C", &[]),
        ("%5C_", &[]),
        ("TWO%40example", &["underXscore"]),
        ("back%60tick", &["four"]),
        ("%C3%A9", &[]),
        ("'", &[]),
    ] {
        assert_eq!(names(&admin.get(&format!("/users?q={text}"))), found, "{text}");
    }
}

#[test]
fn of_two_admins_who_demote_each_other_one_remains() {
    for body in [Some(json!({ "role": "user" })), Some(json!({ "status": "suspended" })), None] {
        let server = Server::start();
        let (one, other) = (Admin::at(&server), Admin::at(&server));
        let remove = |by: &SignedIn<'_>, whom: &SignedIn<'_>| match &body {
            Some(body) => by.send("PATCH", &whom.path(""), body),
            None => by.ask("DELETE", &whom.path("")),
        };
        let (remove, one, other) = (&remove, &*one, &*other);
        let statuses: Vec<u16> = scope(|scope| {
            let ask = |number: u32| {
                scope.spawn(move || {
                    let (by, whom) = if number.is_multiple_of(2) { (one, other) } else { (other, one) };
                    remove(by, whom).status
                })
            };
            let all: Vec<_> = (0..50).map(ask).collect();
            all.into_iter().map(|answer| answer.join().unwrap()).collect()
        });
        assert!(statuses.contains(&200), "{statuses:?}");
        let left = [one, other].iter().filter(|admin| admin.get("/users").status == 200).count();
        assert_eq!(left, 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 200 | 401 | 403 | 404 | 409)), "{statuses:?}");
    }
}

#[test]
fn the_last_admin_can_be_neither_suspended_nor_deleted_nor_demoted() {
    let server = Server::start();
    let admin = Admin::at(&server);
    for body in [json!({ "status": "suspended" }), json!({ "role": "user" })] {
        assert_eq!(told(&admin.send("PATCH", &admin.path(""), &body)), refusal(409, "last_admin"));
    }
    assert_eq!(told(&admin.ask("DELETE", &admin.path(""))), refusal(409, "last_admin"));
    let second = Admin::at(&server);
    assert_eq!(admin.send("PATCH", &admin.path(""), &json!({ "role": "user" })).status, 200);
    assert_eq!(told(&second.ask("DELETE", "/users/me")), refusal(409, "last_admin"));
    assert_eq!(second.get(&format!("/users?q={}", fresh_name())).status, 200);
}

#[test]
fn an_admin_of_another_application_uses_the_admin_routes_and_can_be_the_last() {
    let server = Server::start();
    let root = Admin::at(&server);
    let application = root.make_application();
    let name = fresh_name();
    let body = json!({
        "username": name, "email": format!("{name}@example.com"), "password": "a secure password",
        "application_id": application,
    });
    let anyone = Anonymous::at(&server);
    let registered = anyone.post("/api/auth/register", &body).json();
    let path = format!("/users/{}", registered["id"]);
    let login = |application: &str| {
        let body =
            json!({ "identifier": name, "password": "a secure password", "application_id": application });
        anyone.post("/auth/login", &body)
    };
    assert_eq!(login("default").code(), "not_a_member");
    assert_eq!(root.send("PATCH", &path, &json!({ "role": "admin" })).status, 200);
    let there = login("default");
    assert_eq!(there.status, 200, "{there:?}");
    let other = root.with_tokens(there.json());
    assert_eq!(root.ask("DELETE", "/users/me").status, 200, "it is not the last");
    assert_eq!(other.get("/users").status, 200);
    // By a token of the other application the same person is no admin, and proves nothing by having logged in.
    let elsewhere = root.with_tokens(login(&application).json());
    assert_eq!(elsewhere.get("/users").code(), "admin_required");
    let taken_over = elsewhere.put("/users/me", &json!({ "password": "another secure one" }));
    assert_eq!(taken_over.code(), "reauthentication_required");
    assert_eq!(other.ask("DELETE", "/users/me").code(), "last_admin");
}

#[test]
fn the_operator_answers_for_the_addresses_of_those_it_makes() {
    let server = Server::start_with(&[("REQUIRE_VERIFIED_EMAIL", "true")]);
    let root = Admin::at(&server);
    assert_eq!(root.get("/users/me").json()["email_verified"], true);
    let name = fresh_name();
    let body =
        json!({ "username": name, "email": format!("{name}@example.com"), "password": "a secure password" });
    let anyone = Anonymous::at(&server);
    assert_eq!(anyone.post("/auth/register", &body).json()["email_verified"], false);
    assert_eq!(told(&anyone.log_in(&name, "a secure password")), refusal(403, "email_not_verified"));
}
