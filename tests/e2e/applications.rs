//! Applications: what admins do to them, and who belongs to them.

use serde_json::json;

use crate::actors::{Admin, Anonymous, SignedIn, ask, fresh_name};
use crate::server;

fn admin() -> Admin<'static> {
    Admin::at(server::shared())
}

fn somebody() -> SignedIn<'static> {
    Anonymous::at(server::shared()).become_somebody()
}

fn permitted(who: &SignedIn<'_>, action: &str) -> bool {
    let answer = who.get(&format!("/users/me/permissions?action={action}&resource=Task"));
    answer.json()["permitted"].as_bool().unwrap()
}

#[test]
fn an_application_is_made_shown_changed_listed_and_deleted() {
    let admin = admin();
    let id = admin.make_application();
    let path = format!("/applications/{id}");
    let shown = admin.get(&path).json();
    assert_eq!((&shown["id"], &shown["name"]), (&json!(id), &json!("An application")));
    assert_eq!(shown["status"], "active");

    let again = admin.post("/applications", &json!({ "id": id, "name": "Another" }));
    assert_eq!((again.status, again.code().as_str()), (409, "application_exists"));

    let changed = admin.send("PATCH", &path, &json!({ "name": "Nötes" }));
    assert_eq!((changed.status, changed.json()["name"].as_str()), (200, Some("Nötes")), "{changed:?}");
    let changed = admin.send("PATCH", &path, &json!({ "status": "disabled" }));
    assert_eq!(changed.json()["name"], "Nötes", "what is left out stays");
    assert_eq!(admin.get(&path).json(), changed.json());
    assert_eq!(admin.send("PATCH", &path, &json!({})).json(), changed.json());

    let mut listed = Vec::new();
    let mut next = "/applications?limit=2".to_owned();
    loop {
        let page = admin.get(&next);
        assert_eq!(page.status, 200, "{page:?}");
        listed.extend(page.json()["items"].as_array().unwrap().iter().map(|item| item["id"].clone()));
        let Some(cursor) = page.json()["next_cursor"].as_str().map(str::to_owned) else { break };
        next = format!("/applications?limit=2&cursor={cursor}");
    }
    assert!(listed.contains(&json!(id)) && listed.contains(&json!("default")), "{listed:?}");
    assert!(listed.is_sorted_by(|one, other| one.as_str() < other.as_str()), "{listed:?}");

    assert_eq!(admin.ask("DELETE", &path).status, 204);
    for method in ["GET", "DELETE"] {
        assert_eq!(admin.ask(method, &path).code(), "application_not_found");
    }
    assert_eq!(admin.get("/applications/a.b").code(), "application_not_found");
}

#[test]
fn an_id_is_made_up_where_none_is_given() {
    let admin = admin();
    let made = |body| admin.post("/applications", &body).json()["id"].as_str().unwrap().to_owned();
    let ids = [made(json!({ "name": "Notes" })), made(json!({ "name": "Notes", "id": "" }))];
    assert!(ids.iter().all(|id| id.starts_with("app_") && id.len() == 26), "{ids:?}");
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn every_field_of_an_application_names_what_is_wrong_with_it() {
    let admin = admin();
    for (body, field, code) in [
        (json!({}), "name", "required"),
        (json!({ "name": "a".repeat(101) }), "name", "too_long"),
        (json!({ "name": "a\nb" }), "name", "invalid_characters"),
        (json!({ "name": "a", "id": "a/b" }), "id", "invalid_format"),
        (json!({ "name": "a", "id": "a".repeat(65) }), "id", "invalid_format"),
        (json!({ "name": "a", "id": 5 }), "id", "invalid_type"),
        (json!({ "name": "a", "status": "disabled" }), "status", "unknown_field"),
    ] {
        let answer = admin.post("/applications", &body);
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
        assert_eq!(answer.faults(), [(field.to_owned(), code.to_owned())], "{body}");
    }
    let path = format!("/applications/{}", admin.make_application());
    for (body, field, code) in [
        (json!({ "name": null }), "name", "required"),
        (json!({ "status": "gone" }), "status", "invalid_format"),
        (json!({ "id": "other" }), "id", "unknown_field"),
    ] {
        assert_eq!(
            admin.send("PATCH", &path, &body).faults(),
            [(field.to_owned(), code.to_owned())],
            "{body}"
        );
    }
}

#[test]
fn the_default_application_can_t_be_taken_away() {
    let admin = admin();
    let refused = [
        admin.ask("DELETE", "/applications/default"),
        admin.send("PATCH", "/applications/default", &json!({ "status": "disabled" })),
    ];
    for answer in refused {
        assert_eq!((answer.status, answer.code().as_str()), (409, "application_protected"));
    }
    assert_eq!(admin.again().get("/applications/default").json()["status"], "active");
}

#[test]
fn one_belongs_to_the_application_of_one_s_registration_and_where_one_has_a_role() {
    let admin = admin();
    let (home, other) = (admin.make_application(), admin.make_application());
    let anyone = Anonymous::at(server::shared());
    let name = fresh_name();
    let body = json!({
        "username": name, "email": format!("{name}@example.com"), "password": "correct horse battery",
        "application_id": home,
    });
    assert_eq!(anyone.post("/auth/register", &body).status, 201);
    let login = anyone.log_in(&name, "correct horse battery").json();
    let ada = SignedIn {
        origin: anyone.origin,
        name,
        password: "correct horse battery".to_owned(),
        token: login["access_token"].as_str().unwrap().to_owned(),
        login,
    };
    let application = |who: &SignedIn<'_>| {
        let sessions = who.get("/auth/sessions").json();
        let mut items = sessions["items"].as_array().unwrap().iter();
        let current = items.find(|item| item["current"] == true).unwrap();
        current["application_id"].as_str().unwrap().to_owned()
    };
    assert_eq!(application(&ada), home, "the one registered with, where none is named");
    assert_eq!(application(&ada.within(&home)), home);
    for elsewhere in [other.as_str(), "default"] {
        let refused = ada.log_in_to(elsewhere);
        assert_eq!((refused.status, refused.code().as_str()), (403, "not_a_member"));
    }
    admin.assign(&ada, "user", &other);
    let guest = ada.within(&other);
    assert_eq!(application(&guest), other);
    let refreshed = ask(
        guest.origin,
        "POST",
        "/auth/refresh",
        None,
        Some(&json!({ "refresh_token": guest.refresh_token() })),
    );
    assert_eq!(application(&guest.with_tokens(refreshed.json())), other, "kept at a refresh");

    let revoke = ada.path(&format!("/roles?role=user&application_id={other}"));
    assert_eq!(admin.ask("DELETE", &revoke).status, 204);
    assert_eq!(guest.get("/users/me").code(), "session_ended", "a stranger has no session");
    assert_eq!(ada.log_in_to(&other).code(), "not_a_member");
    assert_eq!(ada.get("/users/me").status, 200);
}

#[test]
fn nobody_logs_in_to_a_disabled_application() {
    let admin = admin();
    let id = admin.make_application();
    let ada = somebody();
    admin.assign(&ada, "viewer", &id);
    let guest = ada.within(&id);
    let path = format!("/applications/{id}");
    assert_eq!(admin.send("PATCH", &path, &json!({ "status": "disabled" })).status, 200);
    let refused = ada.log_in_to(&id);
    assert_eq!((refused.status, refused.code().as_str()), (403, "application_disabled"));
    let wrong = json!({ "identifier": ada.name, "password": "not the password", "application_id": id });
    assert_eq!(Anonymous::at(server::shared()).post("/auth/login", &wrong).code(), "invalid_credentials");
    assert_eq!(guest.ask("POST", "/auth/refresh").code(), "application_disabled");
    let name = fresh_name();
    let body = json!({
        "username": name, "email": format!("{name}@example.com"), "password": "correct horse battery",
        "application_id": id,
    });
    let registered = Anonymous::at(server::shared()).post("/auth/register", &body);
    assert_eq!(registered.faults(), [("application_id".to_owned(), "unknown_application".to_owned())]);
    assert_eq!(admin.send("PATCH", &path, &json!({ "status": "active" })).status, 200);
    assert!(permitted(&ada.within(&id), "read"));
}

#[test]
fn with_an_application_goes_all_that_is_its_own_and_its_users_stay() {
    let admin = admin();
    let id = admin.make_application();
    let anyone = Anonymous::at(server::shared());
    let name = fresh_name();
    let registration = json!({
        "username": name, "email": format!("{name}@example.com"), "password": "correct horse battery",
        "application_id": id,
    });
    assert_eq!(anyone.post("/auth/register", &registration).status, 201);
    let logged_in = |answer: crate::actors::Answer| {
        assert_eq!(answer.status, 200, "{answer:?}");
        let login = answer.json();
        SignedIn {
            origin: anyone.origin,
            name: name.clone(),
            password: "correct horse battery".to_owned(),
            token: login["access_token"].as_str().unwrap().to_owned(),
            login,
        }
    };
    let ada = logged_in(anyone.log_in(&name, "correct horse battery"));
    admin.assign(&ada, "admin", &id);
    assert!(permitted(&ada, "burn"));
    assert_eq!(ada.post("/users/me/data", &json!({ "key": "a", "value": 1 })).status, 200);
    let role = format!("/applications/{id}/roles/chief");
    assert_eq!(admin.send("PUT", &role, &json!({ "permissions": [] })).status, 200);

    assert_eq!(admin.ask("DELETE", &format!("/applications/{id}")).status, 204);
    assert_eq!(ada.get("/users/me").code(), "session_ended");
    assert_eq!(admin.get(&ada.path("/roles")).json()["items"], json!([]));

    let made_again = admin.post("/applications", &json!({ "id": id, "name": "Somebody else's" }));
    assert_eq!(made_again.status, 201);
    assert_eq!(ada.log_in_to(&id).code(), "not_a_member", "the name has other owners now");
    let home = logged_in(anyone.log_in(&name, "correct horse battery"));
    assert_eq!(home.get("/auth/sessions").json()["items"][0]["application_id"], "default");
    admin.assign(&ada, "user", &id);
    let guest = ada.within(&id);
    assert!(!permitted(&guest, "read"));
    assert_eq!(guest.get("/users/me/data/a").code(), "data_not_found");
    assert_eq!(admin.get(&format!("/applications/{id}/roles")).json()["items"].as_array().unwrap().len(), 4);
}

#[test]
fn only_an_admin_with_a_token_of_default_uses_the_admin_routes() {
    let admin = admin();
    let id = admin.make_application();
    let ada = somebody();
    // Whatever role somebody has in an application, it is the account's own that counts here.
    admin.assign(&ada, "admin", "default");
    admin.assign(&admin, "admin", &id);
    let elsewhere = admin.within(&id);
    let (application, roles) = (format!("/applications/{id}"), ada.path("/roles"));
    let role = format!("{application}/roles/chief");
    let (new, patch) = (json!({ "name": "Mine" }), json!({ "status": "disabled" }));
    let (definition, assignment) = (json!({ "permissions": [] }), json!({ "role": "admin" }));
    for (method, path, body) in [
        ("GET", "/applications", None),
        ("POST", "/applications", Some(&new)),
        ("GET", &application, None),
        ("PATCH", &application, Some(&patch)),
        ("DELETE", &application, None),
        ("GET", &format!("{application}/roles"), None),
        ("PUT", &role, Some(&definition)),
        ("DELETE", &role, None),
        ("GET", &roles, None),
        ("POST", &roles, Some(&assignment)),
        ("DELETE", &format!("{roles}?role=admin"), None),
    ] {
        for prefix in ["", "/api"] {
            let path = format!("{prefix}{path}");
            let told = |token| {
                let answer = ask(admin.origin, method, &path, token, body);
                (answer.status, answer.code())
            };
            assert_eq!(told(None), (401, "token_required".to_owned()), "{method} {path}");
            let forbidden = (403, "admin_required".to_owned());
            assert_eq!(told(Some(ada.token.as_str())), forbidden, "{method} {path}");
            assert_eq!(told(Some(elsewhere.token.as_str())), forbidden, "{method} {path}");
        }
    }
    assert_eq!(admin.get(&application).json()["status"], "active");
    assert_eq!(admin.get(&roles).json()["items"].as_array().unwrap().len(), 1);
}
