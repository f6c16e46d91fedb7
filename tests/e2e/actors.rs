//! Those who use the server.

use std::io::ErrorKind;
use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use ureq::http::{Request, Response};

use crate::server::Server;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// One header's text, empty where it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// A problem's stable word. Fails unless the body is a whole problem that agrees with the status.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{self:?}");
        assert_eq!(problem["request_id"], self.header("x-request-id"), "{self:?}");
        for member in ["type", "title", "detail"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {self:?}");
        }
        problem["code"].as_str().unwrap().to_owned()
    }

    /// The faulty fields with their words.
    pub(crate) fn faults(&self) -> Vec<(String, String)> {
        let word = |fault: &Value, member: &str| fault[member].as_str().unwrap().to_owned();
        let problem = self.json();
        let faults = problem["errors"].as_array().unwrap();
        faults.iter().map(|fault| (word(fault, "field"), word(fault, "code"))).collect()
    }
}

/// Somebody without a token.
pub(crate) struct Anonymous<'a> {
    pub origin: &'a str,
}

impl<'a> Anonymous<'a> {
    pub(crate) fn at(server: &'a Server) -> Self {
        Self { origin: &server.origin }
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_text(path, "application/json", &body.to_string())
    }

    pub(crate) fn post_text(&self, path: &str, content_type: &str, body: &str) -> Answer {
        let request = agent().post(format!("{}{path}", self.origin)).header("content-type", content_type);
        answer(request.send(body).unwrap())
    }

    /// The same as a proxy passes it on that was called from there. Of 500 connections at once a busy machine resets some
    /// before the server has taken them; those are made again.
    pub(crate) fn post_from(&self, forwarded_for: &str, path: &str, body: &Value) -> Answer {
        let send = || {
            let request = agent().post(format!("{}{path}", self.origin));
            let request = request.header("content-type", "application/json");
            request.header("x-forwarded-for", forwarded_for).send(body.to_string())
        };
        let was_reset = |error: &ureq::Error| matches!(error, ureq::Error::Io(error) if error.kind() == ErrorKind::ConnectionReset);
        let mut sent = send();
        for _ in 0..5 {
            if sent.as_ref().is_err_and(was_reset) {
                sent = send();
            }
        }
        answer(sent.unwrap())
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        answer(agent().get(format!("{}{path}", self.origin)).call().unwrap())
    }

    pub(crate) fn get_with_authorization(&self, path: &str, authorization: &str) -> Answer {
        let request = agent().get(format!("{}{path}", self.origin));
        answer(request.header("authorization", authorization).call().unwrap())
    }

    pub(crate) fn log_in(&self, name: &str, password: &str) -> Answer {
        self.post("/auth/login", &json!({ "identifier": name, "password": password }))
    }

    /// Registers under a fresh name and logs in.
    pub(crate) fn become_somebody(&self) -> SignedIn<'a> {
        let name = fresh_name();
        let email = format!("{name}@example.com");
        let password = format!("the password of {name}");
        let body = json!({ "username": name, "email": email, "password": password });
        let registered = self.post("/api/auth/register", &body);
        assert_eq!(registered.status, 201, "{registered:?}");
        let logged_in = self.log_in(&name, &password);
        assert_eq!(logged_in.status, 200, "{logged_in:?}");
        let login = logged_in.json();
        let token = login["access_token"].as_str().unwrap().to_owned();
        SignedIn { origin: self.origin, name, password, token, login }
    }
}

/// Somebody with an account and a token.
pub(crate) struct SignedIn<'a> {
    pub origin: &'a str,
    pub name: String,
    pub password: String,
    pub token: String,
    /// What the log-in answered.
    pub login: Value,
}

impl<'a> SignedIn<'a> {
    /// Who these tokens belong to.
    pub(crate) fn with_tokens(&self, login: Value) -> SignedIn<'a> {
        let token = login["access_token"].as_str().unwrap().to_owned();
        SignedIn {
            origin: self.origin,
            name: self.name.clone(),
            password: self.password.clone(),
            token,
            login,
        }
    }

    /// The same person with the same tokens, at another process of the same server.
    pub(crate) fn at<'b>(&self, server: &'b Server) -> SignedIn<'b> {
        let (name, password) = (self.name.clone(), self.password.clone());
        SignedIn {
            origin: &server.origin,
            name,
            password,
            token: self.token.clone(),
            login: self.login.clone(),
        }
    }

    /// The same person, logged in once more.
    pub(crate) fn again(&self) -> SignedIn<'a> {
        let logged_in = Anonymous { origin: self.origin }.log_in(&self.name, &self.password);
        assert_eq!(logged_in.status, 200, "{logged_in:?}");
        self.with_tokens(logged_in.json())
    }

    pub(crate) fn email(&self) -> String {
        format!("{}@example.com", self.name)
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        self.send("PUT", path, body)
    }

    pub(crate) fn refresh_token(&self) -> &str {
        self.login["refresh_token"].as_str().unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        ask(self.origin, "GET", path, Some(&self.token), None)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        ask(self.origin, "POST", path, Some(&self.token), Some(body))
    }

    /// Posts a JSON text as it is.
    pub(crate) fn post_text(&self, path: &str, body: &str) -> Answer {
        let request =
            agent().post(format!("{}{path}", self.origin)).header("content-type", "application/json");
        answer(request.header("authorization", format!("Bearer {}", self.token)).send(body).unwrap())
    }

    /// The same person, logged in to an application.
    pub(crate) fn within(&self, application: &str) -> SignedIn<'a> {
        let logged_in = self.log_in_to(application);
        assert_eq!(logged_in.status, 200, "{logged_in:?}");
        self.with_tokens(logged_in.json())
    }

    /// What a log-in to an application answers them.
    pub(crate) fn log_in_to(&self, application: &str) -> Answer {
        let body =
            json!({ "identifier": self.name, "password": self.password, "application_id": application });
        Anonymous { origin: self.origin }.post("/auth/login", &body)
    }

    /// The path under which admins find them, with this behind it.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/users/{}{rest}", self.login["user"]["id"])
    }

    /// Asks by any method, without a body.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Answer {
        ask(self.origin, method, path, Some(&self.token), None)
    }

    /// Asks by any method.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        ask(self.origin, method, path, Some(&self.token), Some(body))
    }
}

/// Somebody who may use the admin routes.
pub(crate) struct Admin<'a>(SignedIn<'a>);

impl<'a> Admin<'a> {
    /// Made by the operator, and logged in.
    pub(crate) fn at(server: &'a Server) -> Self {
        let (name, password) = (fresh_name(), "correct horse battery");
        let email = format!("{name}@example.com");
        let arguments = ["user", "create", "--username", &name, "--email", &email, "--admin"];
        let made = server.command(&arguments, &format!("{password}\n"));
        assert!(made.status.success(), "{made:?}");
        let login = Anonymous::at(server).log_in(&name, password).json();
        let token = login["access_token"].as_str().unwrap().to_owned();
        Self(SignedIn { origin: &server.origin, name, password: password.to_owned(), token, login })
    }

    /// Makes an application under a fresh id and gives it back.
    pub(crate) fn make_application(&self) -> String {
        let id = format!("app-of-{}", fresh_name());
        let made = self.post("/applications", &json!({ "id": id, "name": "An application" }));
        assert_eq!(made.status, 201, "{made:?}");
        id
    }

    /// Gives somebody a role.
    pub(crate) fn assign(&self, who: &SignedIn<'_>, role: &str, application: &str) {
        let body = json!({ "role": role, "application_id": application });
        let assigned = self.post(&who.path("/roles"), &body);
        assert_eq!(assigned.status, 200, "{assigned:?}");
        assert_eq!(assigned.json(), json!({ "message": "Role assigned successfully" }));
    }
}

impl<'a> Deref for Admin<'a> {
    type Target = SignedIn<'a>;

    fn deref(&self) -> &SignedIn<'a> {
        &self.0
    }
}

/// Sends a request with what is given.
pub(crate) fn ask(
    origin: &str,
    method: &str,
    path: &str,
    bearer: Option<&str>,
    body: Option<&Value>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(format!("{origin}{path}"));
    if let Some(token) = bearer {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let sent = match body {
        Some(body) => {
            let request = request.header("content-type", "application/json");
            agent().run(request.body(body.to_string()).unwrap())
        }
        None => agent().run(request.body(()).unwrap()),
    };
    answer(sent.unwrap())
}

/// A username that no other test uses.
pub(crate) fn fresh_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("somebody-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// What all of them ask with. Every answer is held to the OpenAPI document.
pub(crate) fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    config.middleware(crate::described::check).build().new_agent()
}

pub(crate) fn answer(mut response: Response<ureq::Body>) -> Answer {
    let text = response.body_mut().read_to_string().unwrap();
    Answer { status: response.status().as_u16(), headers: response.headers().clone(), text }
}
