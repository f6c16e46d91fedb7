//! For every route a request that would be granted to whoever may make it, so that a refusal is about who asks, or
//! about what was added to it.

use serde_json::{Value, json};

use crate::actors::{Admin, Anonymous, Answer, SignedIn, ask, fresh_name};
use crate::described;
use crate::server::Server;

/// What the victim keeps and nobody else may read.
pub(super) const SECRET: &str = "dear diary";

/// A route, written as the table has it below its mount.
pub(super) struct Route {
    pub method: String,
    /// The path with its mount.
    path: &'static str,
    /// `POST /users/{user_id}/roles`, whatever the mount.
    pub name: String,
    /// What is said of its body; `None` where it takes none.
    pub body: Option<&'static Value>,
}

impl Route {
    /// Every one that is served, under both mounts.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        described::routes().map(|(method, path, said)| {
            let name = format!("{method} {}", path.strip_prefix("/api").unwrap_or(path));
            let body = said.pointer("/requestBody/content/application~1json/schema");
            Self { method, path, name, body: body.map(described::resolved) }
        })
    }

    /// Where it is served: `GET /api/users/{user_id}`.
    pub(super) fn place(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Somebody whose affairs the requests are about, and what belongs to them.
pub(super) struct Scene<'a> {
    pub victim: SignedIn<'a>,
    /// Ends without harm to anybody.
    spare_session: String,
    /// One that has a role of its own, `chief`.
    pub application: String,
    /// Who only logs in.
    bystander: SignedIn<'a>,
}

impl<'a> Scene<'a> {
    pub(super) fn set(server: &'a Server, root: &Admin<'_>) -> Self {
        let victim = Anonymous::at(server).become_somebody();
        let application = root.make_application();
        let chief = format!("/applications/{application}/roles/chief");
        assert_eq!(root.send("PUT", &chief, &json!({ "permissions": [] })).status, 200);
        root.assign(&victim, "editor", "default");
        let diary = json!({ "key": "diary", "value": SECRET });
        assert_eq!(victim.post("/users/me/data", &diary).status, 200);
        let victim = victim.again();
        let sessions = victim.get("/auth/sessions").json();
        let spare_session = sessions["items"][1]["id"].as_str().unwrap().to_owned();
        Self { victim, spare_session, application, bystander: Anonymous::at(server).become_somebody() }
    }

    /// Makes a request of that route about the victim.
    pub(super) fn ask(&self, route: &Route, bearer: Option<&str>) -> Answer {
        self.ask_by(&route.method, route, bearer)
    }

    /// The same by another method.
    pub(super) fn ask_by(&self, method: &str, route: &Route, bearer: Option<&str>) -> Answer {
        ask(self.victim.origin, method, &self.target(route), bearer, self.body(route).as_ref())
    }

    /// The path, and the query where the route wants one.
    pub(super) fn target(&self, route: &Route) -> String {
        let fill = |part: &'static str| match part {
            "{user_id}" => self.victim.login["user"]["id"].to_string(),
            "{session_id}" => self.spare_session.clone(),
            "{key}" => "diary".to_owned(),
            "{application_id}" => self.application.clone(),
            "{role}" => "chief".to_owned(),
            "{file}" if route.path.starts_with("/docs") => "start.js".to_owned(),
            "{file}" => "mailed.html".to_owned(),
            literal => literal.to_owned(),
        };
        let path = route.path.split('/').map(fill).collect::<Vec<_>>().join("/");
        match route.name.as_str() {
            "GET /users/me/permissions" => format!("{path}?action=read&resource=Task"),
            "DELETE /users/{user_id}/roles" => format!("{path}?role=editor"),
            _ => path,
        }
    }

    /// A body that is taken; `None` where the route takes none.
    pub(super) fn body(&self, route: &Route) -> Option<Value> {
        route.body?;
        Some(match route.name.as_str() {
            "POST /auth/register" | "POST /users/register" => {
                let name = fresh_name();
                json!({ "username": name, "email": format!("{name}@example.com"), "password": "a good password" })
            }
            "POST /auth/login" | "POST /users/login" => {
                json!({ "identifier": self.bystander.name, "password": self.bystander.password })
            }
            "POST /auth/refresh" | "POST /auth/logout" | "POST /auth/mfa/enable" => json!({}),
            "POST /auth/mfa/verify" | "POST /auth/mfa/disable" | "POST /auth/mfa/recovery-codes" => {
                json!({ "code": "000000" })
            }
            "POST /auth/email/resend" | "POST /auth/password/forgot" => {
                json!({ "email": "nobody@example.com" })
            }
            "POST /auth/email/verify" => json!({ "token": "none of ours" }),
            "POST /auth/password/reset" => json!({ "token": "none of ours", "password": "a good password" }),
            "POST /users/me/data" => json!({ "key": "diary", "value": "something else" }),
            "PUT /users/me" | "PUT /users/profile" => json!({ "name": "Somebody Else" }),
            "PATCH /users/{user_id}" => json!({ "role": "admin" }),
            "POST /users/{user_id}/roles" => json!({ "role": "admin" }),
            "POST /applications" => json!({ "name": "Another" }),
            "PATCH /applications/{application_id}" => json!({ "status": "disabled" }),
            "PUT /applications/{application_id}/roles/{role}" => {
                json!({ "permissions": [{ "action": "*", "resource": "*" }] })
            }
            other => panic!("{other} takes a body, and none is known here"),
        })
    }

    /// All that somebody else could have changed.
    pub(super) fn state(&self, root: &Admin<'_>) -> Vec<Value> {
        let application = format!("/applications/{}", self.application);
        let mut sessions = self.victim.get("/auth/sessions").json();
        for session in sessions["items"].as_array_mut().unwrap() {
            session["last_used_at"].take();
        }
        let of_an_admin = [
            self.victim.path(""),
            self.victim.path("/roles"),
            format!("{application}/roles"),
            application,
            "/applications/default/roles".to_owned(),
        ];
        let seen_by_an_admin = of_an_admin.iter().map(|path| root.get(path).json());
        seen_by_an_admin.chain([self.victim.get("/users/me/data/diary").json(), sessions]).collect()
    }
}
