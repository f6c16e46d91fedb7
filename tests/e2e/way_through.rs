//! The main job: register, log in, see the profile, and all of it again after the server was killed.

use serde_json::json;

use crate::actors::{Anonymous, fresh_name};
use crate::server::{self, Server};

#[test]
fn a_user_outlives_the_servers_violent_end() {
    let mut server = Server::start();
    let (name, password, token) = {
        let ada = Anonymous::at(&server).become_somebody();
        assert_eq!(ada.get("/users/me").json()["username"], ada.name.as_str());
        (ada.name, ada.password, ada.token)
    };
    server.kill_and_restart();

    let anyone = Anonymous::at(&server);
    let profile = anyone.get_with_authorization("/users/me", &format!("Bearer {token}"));
    assert_eq!(profile.status, 200, "the token and its session are still good: {profile:?}");
    assert_eq!(anyone.log_in(&name, &password).status, 200);
}

#[test]
fn a_key_made_at_the_first_start_is_used_again() {
    let mut server = Server::start_with(&[("ALGORITHM", "EdDSA")]);
    let token = Anonymous::at(&server).become_somebody().token;
    server.kill_and_restart();
    let profile = Anonymous::at(&server).get_with_authorization("/users/me", &format!("bearer {token}"));
    assert_eq!(profile.status, 200, "{profile:?}");
}

#[test]
fn every_alias_of_the_profile_answers_the_same_user() {
    let ada = Anonymous::at(server::shared()).become_somebody();
    let first = ada.get("/users/me");
    assert_eq!(first.status, 200);
    assert_eq!(first.header("cache-control"), "no-store");
    for path in ["/auth/me", "/users/profile", "/api/users/me", "/api/auth/me", "/api/users/profile"] {
        let again = ada.get(path);
        assert_eq!((again.status, again.json()), (200, first.json()), "{path}");
    }
}

#[test]
fn one_logs_in_by_any_name_in_any_letter_case() {
    let anyone = Anonymous::at(server::shared());
    let ada = anyone.become_somebody();
    let email = format!("{}@EXAMPLE.com", ada.name);
    for (field, name) in [
        ("username", ada.name.to_uppercase()),
        ("username", email.clone()),
        ("email", email.clone()),
        ("email", ada.name.clone()),
        ("identifier", email),
    ] {
        for path in ["/auth/login", "/users/login", "/api/auth/login", "/api/users/login"] {
            let answer = anyone.post(path, &json!({ field: name, "password": ada.password }));
            assert_eq!(answer.status, 200, "{field} {path}: {answer:?}");
            assert_eq!(answer.json()["user"]["username"], ada.name.as_str());
        }
    }
}

#[test]
fn a_password_typed_in_another_normal_form_is_the_same_password() {
    let anyone = Anonymous::at(server::shared());
    let name = fresh_name();
    let body =
        json!({ "username": name, "email": format!("{name}@example.com"), "password": "Å\u{a0}ngström" });
    assert_eq!(anyone.post("/auth/register", &body).status, 201);
    assert_eq!(anyone.log_in(&name, "A\u{30a} ngstro\u{308}m").status, 200);
    assert_eq!(anyone.log_in(&name, "Angstrom").status, 401);
}

#[test]
fn the_operator_makes_an_admin_while_the_server_runs() {
    let server = Server::start();
    let arguments = ["user", "create", "--username", "root", "--email", "root@example.com", "--admin"];
    let made = server.command(&arguments, "correct horse battery\n");
    assert!(made.status.success(), "{made:?}");
    let login = Anonymous::at(&server).log_in("root", "correct horse battery");
    assert_eq!(login.json()["user"]["role"], "admin", "{login:?}");

    let again = server.command(&arguments, "correct horse battery\n");
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    let told = String::from_utf8(again.stderr).unwrap();
    assert!(told.contains("username") && told.contains("taken"), "{told}");
}
