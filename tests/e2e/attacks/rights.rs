//! Every route asked by everybody: whoever may not is refused, and nothing of another's is changed or told.

use std::collections::BTreeMap;

use serde_json::json;

use super::requests::{Route, SECRET, Scene};
use crate::actors::{Admin, Anonymous, Answer, SignedIn};
use crate::authenticator::Guarded;
use crate::server::Server;

/// Who asks, in the order of the columns below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asker {
    /// Without a token.
    Nobody,
    /// Who has shown the password and not the second factor, by the token of that log-in.
    HalfIn,
    /// Somebody with an account like the victim's.
    Stranger,
    /// A user by a token from before the suspension.
    Suspended,
    /// A user by a token of a session that was logged out.
    LoggedOut,
    /// A user who is deleted.
    Deleted,
    /// Who has the role `admin` in another application, by a token of it.
    Chief,
    /// An admin, by a token of another application.
    Abroad,
    /// An admin.
    Admin,
    /// The victim.
    Owner,
}

const ASKERS: [Asker; 10] = [
    Asker::Nobody,
    Asker::HalfIn,
    Asker::Stranger,
    Asker::Suspended,
    Asker::LoggedOut,
    Asker::Deleted,
    Asker::Chief,
    Asker::Abroad,
    Asker::Admin,
    Asker::Owner,
];

/// What each is answered, on both mounts. Whoever is let in acts on their own things, but for admins; 400 and 409 are
/// answers to who was let in and had nothing to show or to turn off. An admin abroad proves nothing without the password.
#[rustfmt::skip]
const MATRIX: [(&str, [u16; 10]); 55] = [
    // nobody, half in, stranger, suspended, logged out, deleted, chief, abroad, admin, owner
    ("POST /auth/register",                                [201, 201, 201, 201, 201, 201, 201, 201, 201, 201]),
    ("POST /users/register",                               [201, 201, 201, 201, 201, 201, 201, 201, 201, 201]),
    ("POST /auth/login",                                   [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("POST /users/login",                                  [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("POST /auth/email/resend",                            [202, 202, 202, 202, 202, 202, 202, 202, 202, 202]),
    ("POST /auth/email/verify",                            [400, 400, 400, 400, 400, 400, 400, 400, 400, 400]),
    ("POST /auth/password/forgot",                         [202, 202, 202, 202, 202, 202, 202, 202, 202, 202]),
    ("POST /auth/password/reset",                          [400, 400, 400, 400, 400, 400, 400, 400, 400, 400]),

    ("POST /auth/refresh",                                 [401, 401, 200, 401, 401, 401, 200, 200, 200, 200]),
    ("POST /auth/logout",                                  [401, 401, 200, 401, 401, 401, 200, 200, 200, 200]),
    ("POST /auth/logout-all",                              [401, 401, 204, 401, 401, 401, 204, 204, 204, 204]),
    ("GET /auth/sessions",                                 [401, 401, 200, 401, 401, 401, 200, 200, 200, 200]),
    ("DELETE /auth/sessions/{session_id}",                 [401, 401, 404, 401, 401, 401, 404, 404, 404, 204]),
    ("POST /auth/mfa/enable",                              [401, 401, 200, 401, 401, 401, 200, 403, 200, 200]),
    ("POST /auth/mfa/verify",                              [401, 400, 409, 401, 401, 401, 409, 409, 409, 409]),
    ("POST /auth/mfa/disable",                             [401, 401, 409, 401, 401, 401, 409, 409, 409, 409]),
    ("POST /auth/mfa/recovery-codes",                      [401, 401, 409, 401, 401, 401, 409, 403, 409, 409]),

    ("GET /users/me",                                      [401, 401, 200, 401, 401, 404, 200, 200, 200, 200]),
    ("GET /auth/me",                                       [401, 401, 200, 401, 401, 404, 200, 200, 200, 200]),
    ("GET /users/profile",                                 [401, 401, 200, 401, 401, 404, 200, 200, 200, 200]),
    ("PUT /users/me",                                      [401, 401, 200, 401, 401, 404, 200, 200, 200, 200]),
    ("PUT /users/profile",                                 [401, 401, 200, 401, 401, 404, 200, 200, 200, 200]),
    ("DELETE /users/me",                                   [401, 401, 200, 401, 401, 404, 200, 200, 200, 200]),
    ("POST /users/me/data",                                [401, 401, 200, 401, 401, 401, 200, 200, 200, 200]),
    ("GET /users/me/data",                                 [401, 401, 200, 401, 401, 401, 200, 200, 200, 200]),
    ("GET /users/me/data/{key}",                           [401, 401, 404, 401, 401, 401, 404, 404, 404, 200]),
    ("DELETE /users/me/data/{key}",                        [401, 401, 404, 401, 401, 401, 404, 404, 404, 204]),
    ("GET /users/me/permissions",                          [401, 401, 200, 401, 401, 401, 200, 200, 200, 200]),

    ("GET /users",                                         [401, 401, 403, 401, 401, 401, 403, 403, 200, 403]),
    ("GET /users/{user_id}",                               [401, 401, 403, 401, 401, 401, 403, 403, 200, 403]),
    ("PATCH /users/{user_id}",                             [401, 401, 403, 401, 401, 401, 403, 403, 200, 403]),
    ("DELETE /users/{user_id}",                            [401, 401, 403, 401, 401, 401, 403, 403, 200, 403]),
    ("GET /users/{user_id}/roles",                         [401, 401, 403, 401, 401, 401, 403, 403, 200, 403]),
    ("POST /users/{user_id}/roles",                        [401, 401, 403, 401, 401, 401, 403, 403, 200, 403]),
    ("DELETE /users/{user_id}/roles",                      [401, 401, 403, 401, 401, 401, 403, 403, 204, 403]),
    ("GET /applications",                                  [401, 401, 403, 401, 401, 401, 403, 403, 200, 403]),
    ("POST /applications",                                 [401, 401, 403, 401, 401, 401, 403, 403, 201, 403]),
    ("GET /applications/{application_id}",                 [401, 401, 403, 401, 401, 401, 403, 403, 200, 403]),
    ("PATCH /applications/{application_id}",               [401, 401, 403, 401, 401, 401, 403, 403, 200, 403]),
    ("DELETE /applications/{application_id}",              [401, 401, 403, 401, 401, 401, 403, 403, 204, 403]),
    ("GET /applications/{application_id}/roles",           [401, 401, 403, 401, 401, 401, 403, 403, 200, 403]),
    ("PUT /applications/{application_id}/roles/{role}",    [401, 401, 403, 401, 401, 401, 403, 403, 200, 403]),
    ("DELETE /applications/{application_id}/roles/{role}", [401, 401, 403, 401, 401, 401, 403, 403, 204, 403]),
    ("GET /audit",                                         [401, 401, 403, 401, 401, 401, 403, 403, 200, 403]),

    ("GET /.well-known/jwks.json",                         [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET /.well-known/revocations",                       [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET /.well-known/security.txt",                      [404, 404, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("GET /.well-known/change-password",                   [404, 404, 404, 404, 404, 404, 404, 404, 404, 404]),
    ("GET /healthz",                                       [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET /readyz",                                        [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET /openapi.json",                                  [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET /docs",                                          [308, 308, 308, 308, 308, 308, 308, 308, 308, 308]),
    ("GET /docs/{file}",                                   [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET /",                                              [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    ("GET /demo/{file}",                                   [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
];

/// Everybody who asks.
struct Cast<'a> {
    server: &'a Server,
    /// Who casts them, and is none of them.
    root: Admin<'a>,
    /// The application of those who have to do with another one.
    application: String,
    askers: BTreeMap<usize, SignedIn<'a>>,
}

impl<'a> Cast<'a> {
    fn of(server: &'a Server) -> Self {
        let root = Admin::at(server);
        let application = root.make_application();
        Self { server, root, application, askers: BTreeMap::new() }
    }

    /// The token of an asker; `None` where there is none.
    fn token(&mut self, asker: Asker) -> Option<String> {
        if asker == Asker::Nobody {
            return None;
        }
        if !self.askers.contains_key(&(asker as usize)) {
            let appeared = self.appear(asker);
            self.askers.insert(asker as usize, appeared);
        }
        Some(self.askers[&(asker as usize)].token.clone())
    }

    fn appear(&self, asker: Asker) -> SignedIn<'a> {
        let who = Anonymous::at(self.server).become_somebody();
        let change = |body| assert_eq!(self.root.send("PATCH", &who.path(""), &body).status, 200);
        match asker {
            Asker::Nobody | Asker::Stranger | Asker::Owner => {}
            Asker::Suspended => change(json!({ "status": "suspended" })),
            Asker::LoggedOut => assert_eq!(who.ask("POST", "/auth/logout").status, 200),
            Asker::Deleted => assert_eq!(who.ask("DELETE", "/users/me").status, 200),
            Asker::Admin => change(json!({ "role": "admin" })),
            Asker::HalfIn => {
                let guarded = Guarded::of(who);
                return guarded.who.with_tokens(json!({ "access_token": guarded.mfa_token() }));
            }
            Asker::Chief => {
                self.root.assign(&who, "admin", &self.application);
                return who.within(&self.application);
            }
            Asker::Abroad => {
                change(json!({ "role": "admin" }));
                self.root.assign(&who, "admin", &self.application);
                return who.within(&self.application);
            }
        }
        who
    }
}

#[test]
fn every_route_is_answered_to_those_who_may_and_to_nobody_else() {
    let server = Server::start();
    let mut cast = Cast::of(&server);
    let mut scene = Scene::set(&server, &cast.root);
    let mut untouched = scene.state(&cast.root);
    let mut unasked: BTreeMap<&str, [u16; 10]> = MATRIX.into_iter().collect();
    let mut faults = Vec::new();
    for route in Route::all() {
        let Some((_, row)) = MATRIX.iter().find(|(name, _)| *name == route.name) else {
            faults.push(format!("{} has no row in the matrix", route.place()));
            continue;
        };
        unasked.remove(route.name.as_str());
        for (asker, expected) in ASKERS.into_iter().zip(*row) {
            if asker == Asker::Admin && scene.state(&cast.root) != untouched {
                faults.push(format!("{} changed what is the victim's", route.place()));
                untouched = scene.state(&cast.root);
            }
            let token =
                if asker == Asker::Owner { Some(scene.victim.token.clone()) } else { cast.token(asker) };
            let answer = scene.ask(&route, token.as_deref());
            faults.extend(faults_of(&route, &answer, asker, expected, &scene));
            if route.method == "GET" && scene.ask_by("HEAD", &route, token.as_deref()).status != expected {
                faults.push(format!("HEAD of {} answers {asker:?} in another way", route.place()));
            }
            if route.method != "GET" && answer.status < 300 {
                // They may have undone themselves, and those two also what the request was about.
                cast.askers.remove(&(asker as usize));
                if matches!(asker, Asker::Admin | Asker::Owner) {
                    scene = Scene::set(&server, &cast.root);
                    untouched = scene.state(&cast.root);
                }
            }
        }
    }
    faults.extend(unasked.keys().map(|name| format!("{name} is in the matrix and is not served")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What is wrong with an answer to somebody.
fn faults_of(route: &Route, answer: &Answer, asker: Asker, expected: u16, scene: &Scene<'_>) -> Vec<String> {
    let (place, status) = (route.place(), answer.status);
    let mut faults = Vec::new();
    if status != expected {
        faults.push(format!("{place} answers {asker:?} {status} and not {expected}"));
    }
    let told = [&scene.victim.name, SECRET].iter().any(|secret| answer.text.contains(*secret));
    if told && !matches!(asker, Asker::Admin | Asker::Owner) {
        faults.push(format!("{place} tells {asker:?} of the victim: {}", answer.text));
    }
    if answer.header("www-authenticate").starts_with("Bearer") != (status == 401) {
        faults.push(format!("{place} challenges {asker:?} wrongly"));
    }
    faults
}
