//! Roles: what they permit, who holds them, and that a change is felt at once.

use std::thread::scope;

use serde_json::{Value, json};

use crate::actors::{Admin, Anonymous, SignedIn};
use crate::server;

fn admin() -> Admin<'static> {
    Admin::at(server::shared())
}

fn somebody() -> SignedIn<'static> {
    Anonymous::at(server::shared()).become_somebody()
}

fn permitted(who: &SignedIn<'_>, action: &str, resource: &str) -> bool {
    let answer = who.get(&format!("/users/me/permissions?action={action}&resource={resource}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["permitted"].as_bool().unwrap()
}

fn define(admin: &Admin<'_>, application: &str, role: &str, permissions: &Value) {
    let path = format!("/applications/{application}/roles/{role}");
    let defined = admin.send("PUT", &path, &json!({ "permissions": permissions }));
    assert_eq!(defined.status, 200, "{defined:?}");
    assert_eq!(defined.json(), json!({ "role": role, "permissions": permissions, "built_in": false }));
}

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["role"].as_str().unwrap()).collect()
}

#[test]
fn every_application_has_the_built_in_roles() {
    let admin = admin();
    let path = format!("/applications/{}/roles", admin.make_application());
    let roles = admin.get(&path).json();
    assert_eq!(names(&roles), ["admin", "editor", "user", "viewer"]);
    let editor = json!([{ "action": "read", "resource": "*" }, { "action": "write", "resource": "*" }]);
    assert_eq!(roles["items"][1], json!({ "role": "editor", "permissions": editor, "built_in": true }));
    for (method, role) in [("PUT", "admin"), ("PUT", "Editor"), ("DELETE", "user")] {
        let answer = match method {
            "PUT" => admin.send(method, &format!("{path}/{role}"), &json!({ "permissions": [] })),
            _ => admin.ask(method, &format!("{path}/{role}")),
        };
        assert_eq!((answer.status, answer.code().as_str()), (409, "role_built_in"), "{method} {role}");
    }
}

#[test]
fn the_roles_of_an_application_are_listed_by_name_page_by_page() {
    let admin = admin();
    let id = admin.make_application();
    for role in ["chief", "author", "zoo", "Chief"] {
        define(&admin, &id, role, &json!([]));
    }
    let path = format!("/applications/{id}/roles");
    let mut all = Vec::new();
    let mut next = format!("{path}?limit=3");
    loop {
        let page = admin.get(&next).json();
        all.extend(names(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("{path}?limit=3&cursor={cursor}");
    }
    assert_eq!(all, ["Chief", "admin", "author", "chief", "editor", "user", "viewer", "zoo"]);
    let foreign = admin.get(&format!("/applications/default/roles?{}", next.split_once('?').unwrap().1));
    assert_eq!(foreign.faults(), [("cursor".to_owned(), "invalid_cursor".to_owned())]);
    assert_eq!(admin.get("/applications/nowhere/roles").code(), "application_not_found");
}

#[test]
fn a_definition_names_what_is_wrong_with_it() {
    let admin = admin();
    let id = admin.make_application();
    let put = |role: &str, body: Value| admin.send("PUT", &format!("/applications/{id}/roles/{role}"), &body);
    let fault = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    assert_eq!(put("chief", json!({})).faults(), [fault("permissions", "required")]);
    let bad = json!({ "permissions": [{ "action": "read" }, 5], "name": "x" });
    assert_eq!(
        put("chief", bad).faults(),
        [
            fault("permissions[0].resource", "required"),
            fault("permissions[1]", "invalid_type"),
            fault("name", "unknown_field"),
        ]
    );
    let many = vec![json!({ "action": "a", "resource": "b" }); 101];
    assert_eq!(
        put("chief", json!({ "permissions": many })).faults(),
        [fault("permissions", "too_many_items")]
    );
    assert_eq!(put("a.b", json!({ "permissions": [] })).faults(), [fault("role", "invalid_format")]);
    let nowhere = admin.send("PUT", "/applications/nowhere/roles/chief", &json!({ "permissions": [] }));
    assert_eq!((nowhere.status, nowhere.code().as_str()), (404, "application_not_found"));
}

#[test]
fn a_change_of_roles_is_felt_at_the_next_request() {
    let admin = admin();
    let id = admin.make_application();
    let ada = somebody();
    let tasks = |action| json!([{ "action": action, "resource": "Task" }]);
    define(&admin, &id, "chief", &tasks("assign"));
    admin.assign(&ada, "user", &id);
    let guest = ada.within(&id);
    assert!(!permitted(&guest, "assign", "Task"));
    admin.assign(&ada, "chief", &id);
    assert!(permitted(&guest, "assign", "Task"));
    assert!(!permitted(&guest, "assign", "task"), "letter case matters");
    assert!(!permitted(&guest, "assign", "*"), "asked literally");
    assert!(!permitted(&ada, "assign", "Task"), "a role counts in its own application");
    define(&admin, &id, "chief", &tasks("close"));
    assert!(permitted(&guest, "close", "Task") && !permitted(&guest, "assign", "Task"));
    admin.assign(&ada, "viewer", &id);
    assert!(permitted(&guest, "close", "Task") && permitted(&guest, "read", "Project"), "roles add up");

    assert_eq!(admin.ask("DELETE", &format!("/applications/{id}/roles/chief")).status, 204);
    assert!(!permitted(&guest, "close", "Task"));
    assert_eq!(names(&admin.get(&ada.path("/roles")).json()), ["user", "viewer"]);
    define(&admin, &id, "chief", &tasks("close"));
    assert!(!permitted(&guest, "close", "Task"), "a role of the same name is another");
    let again = admin.ask("DELETE", &format!("/applications/{id}/roles/nobody"));
    assert_eq!((again.status, again.code().as_str()), (404, "role_not_found"));
}

#[test]
fn who_belongs_by_a_role_alone_goes_with_it() {
    let admin = admin();
    let id = admin.make_application();
    let (guest, regular) = (somebody(), somebody());
    define(&admin, &id, "chief", &json!([]));
    admin.assign(&guest, "chief", &id);
    admin.assign(&regular, "chief", &id);
    admin.assign(&regular, "user", &id);
    let [theirs, regulars] = [&guest, &regular].map(|who| who.within(&id));
    assert_eq!(admin.ask("DELETE", &format!("/applications/{id}/roles/chief")).status, 204);
    assert_eq!(theirs.get("/users/me").code(), "session_ended");
    assert_eq!(regulars.get("/users/me").status, 200);
    assert_eq!(guest.get("/users/me").status, 200);
}

#[test]
fn an_assignment_is_made_once_and_listed() {
    let admin = admin();
    let id = admin.make_application();
    let ada = somebody();
    scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| admin.assign(&ada, "editor", &id));
        }
    });
    let spelled = format!("/api/users/user_{}/roles", ada.login["user"]["id"]);
    let in_default = admin.post(&spelled, &json!({ "role": "viewer", "application_id": "" }));
    assert_eq!(in_default.status, 200, "{in_default:?}");
    assert!(permitted(&ada, "read", "Task"), "default, where none is named");

    let first = admin.get(&ada.path("/roles?limit=1")).json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = admin.get(&ada.path(&format!("/roles?limit=1&cursor={cursor}"))).json();
    assert_eq!(second["next_cursor"], Value::Null);
    let held: Vec<_> = [&first, &second]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|item| (item["application_id"].as_str().unwrap(), item["role"].as_str().unwrap()))
        .collect();
    assert_eq!(held, [(id.as_str(), "editor"), ("default", "viewer")]);
}

#[test]
fn an_assignment_names_what_is_unknown() {
    let admin = admin();
    let ada = somebody();
    for (body, field, code) in [
        (json!({}), "role", "required"),
        (json!({ "role": 5 }), "role", "invalid_type"),
        (json!({ "role": "chief" }), "role", "unknown_role"),
        (json!({ "role": "a b" }), "role", "unknown_role"),
        (json!({ "role": "user", "application_id": "nowhere" }), "application_id", "unknown_application"),
        (json!({ "role": "user", "application_id": "a b" }), "application_id", "unknown_application"),
        (json!({ "role": "user", "user_id": 1 }), "user_id", "unknown_field"),
    ] {
        let answer = admin.post(&ada.path("/roles"), &body);
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
        assert_eq!(answer.faults(), [(field.to_owned(), code.to_owned())], "{body}");
    }
    for nobody in ["999999999", "user_0", "ada", "01"] {
        let path = format!("/users/{nobody}/roles");
        for answer in [
            admin.post(&path, &json!({ "role": "user" })),
            admin.get(&path),
            admin.ask("DELETE", &format!("{path}?role=user")),
        ] {
            assert_eq!((answer.status, answer.code().as_str()), (404, "user_not_found"), "{nobody}");
        }
    }
    assert_eq!(admin.get("/users/me/roles").code(), "not_found");
}

#[test]
fn a_role_is_revoked_once() {
    let admin = admin();
    let ada = somebody();
    admin.assign(&ada, "editor", "default");
    let path = ada.path("/roles?role=editor");
    assert_eq!(admin.ask("DELETE", &path).status, 204);
    assert!(!permitted(&ada, "read", "Task"), "and the session goes on: one is registered here");
    let again = admin.ask("DELETE", &path);
    assert_eq!((again.status, again.code().as_str()), (404, "role_not_found"));
    let fault = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    assert_eq!(admin.ask("DELETE", &ada.path("/roles")).faults(), fault("role", "required"));
    assert_eq!(admin.ask("DELETE", &ada.path("/roles?role=a&x=1")).faults(), fault("x", "unknown_field"));
}

#[test]
fn a_check_wants_an_action_and_a_resource() {
    let ada = somebody();
    let told = |query: &str| {
        let answer = ada.get(&format!("/users/me/permissions{query}"));
        assert_eq!(answer.status, 400, "{answer:?}");
        answer.faults()
    };
    let fault = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    assert_eq!(told(""), [fault("action", "required"), fault("resource", "required")]);
    assert_eq!(told("?action=read&resource="), [fault("resource", "required")]);
    assert_eq!(told("?action=a&action=b&resource=c"), [fault("action", "conflicting")]);
    assert_eq!(told("?action=a&resource=c&user=1"), [fault("user", "unknown_field")]);
    assert!(!permitted(&ada, "read", "Task"), "who has no role may do nothing");
    let anonymous = Anonymous::at(server::shared()).get("/users/me/permissions?action=a&resource=b");
    assert_eq!(anonymous.status, 401);
}
