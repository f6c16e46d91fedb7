//! Every URL that is served, one line each.

mod map;
mod mount;

use countersign_core::authenticate::Asks;
use warp::http::Method;

pub use map::{Endpoint, Found, PathParameters, RouteError, RouteMap, Row};

pub use mount::Mount;

/// What answers a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Makes an account.
    Register,
    /// Trades a name and password for tokens.
    LogIn,
    /// Trades a token of a session for its next pair.
    Refresh,
    /// Ends the session whose token is shown.
    LogOut,
    /// Ends every session of the caller.
    LogOutEverywhere,
    /// Lists the caller's sessions.
    ListSessions,
    /// Ends one session of the caller.
    EndSession,
    /// Gives a second factor that waits to be verified.
    EnableMfa,
    /// Takes a code: of a factor that waits, of one that is on, or of a log-in.
    VerifyMfa,
    /// Turns the second factor off.
    DisableMfa,
    /// Gives new recovery codes.
    RenewRecoveryCodes,
    /// Mails a token that verifies an address.
    ResendVerification,
    /// Takes a token that verifies an address.
    VerifyEmail,
    /// Mails a token that resets a password.
    ForgotPassword,
    /// Takes a token that resets a password.
    ResetPassword,
    /// Shows the caller's own User.
    Profile,
    /// Keeps a value of the caller's under a key.
    StoreDatum,
    /// Lists the caller's keys.
    ListData,
    /// Shows the value under a key of the caller's.
    ShowDatum,
    /// Removes a key of the caller's.
    DeleteDatum,
    /// Says whether the caller may do something.
    CheckPermission,
    /// Gives a user a role.
    AssignRole,
    /// Lists a user's roles.
    ListAssignedRoles,
    /// Takes a role from a user.
    RevokeRole,
    /// Lists the applications.
    ListApplications,
    /// Makes an application.
    CreateApplication,
    /// Shows an application.
    ShowApplication,
    /// Gives an application another name or status.
    UpdateApplication,
    /// Deletes an application.
    DeleteApplication,
    /// Lists the roles of an application.
    ListRoles,
    /// Says what a role of an application may do.
    DefineRole,
    /// Deletes a role of an application.
    DeleteRole,
    /// Changes the caller's own account.
    UpdateProfile,
    /// Deletes the caller's own account.
    DeleteAccount,
    /// Lists users.
    ListUsers,
    /// Shows a user.
    ShowUser,
    /// Changes a user's status or role.
    ChangeUser,
    /// Deletes a user's account.
    DeleteUser,
    /// Lists what happened.
    ListAudit,
    /// The public keys that verify access tokens.
    Jwks,
    /// What became void before it expired.
    Revocations,
    /// Tells whom to tell of a hole.
    SecurityTxt,
    /// Leads to where a password is changed.
    ChangePassword,
    /// Says that the process lives.
    Health,
    /// Says that the server can work.
    Ready,
    /// The OpenAPI document.
    OpenApi,
    /// The documentation's pages.
    Docs,
    /// The demo's pages.
    Demo,
}

/// What a route asks of the `Authorization` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Nothing.
    None,
    /// An access token whose session is alive.
    Bearer,
    /// The same of an admin.
    Admin,
    /// An access token whose session is alive, or the `mfa_token` of a log-in that waits for its second factor.
    BearerOrMfaToken,
}

/// What a route takes as its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// None; what one that comes says is not looked at.
    None,
    /// JSON.
    Json,
}

/// The trees that a route stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mounts {
    /// At its path and under `/api`.
    Both,
    /// At its path alone.
    Bare,
}

impl Mounts {
    /// Each of them.
    pub const fn all(self) -> &'static [Mount] {
        match self {
            Mounts::Both => &[Mount::Bare, Mount::Api],
            Mounts::Bare => &[Mount::Bare],
        }
    }
}

/// One URL and method.
#[derive(Debug)]
pub struct Route {
    /// What answers.
    pub operation: Operation,
    /// By which method. `HEAD` comes with `GET`, `OPTIONS` with any.
    pub method: Method,
    /// The path below the mount. `{name}` stands for one segment, [`FILE`] at the end for the files of a page.
    pub path: &'static str,
    /// Where it stands.
    pub mounts: Mounts,
    /// What it asks of the caller.
    pub auth: Auth,
    /// What it takes.
    pub body: Body,
    /// The mount at which a registration may do without a username; `None` where it may not.
    username_optional_at: Option<Mount>,
    /// Whether an update takes no more than the name and the e-mail address.
    name_and_email_only: bool,
}

/// Ends the path of a page that has files: each of them, and nothing else, is a URL of its own.
pub const FILE: &str = "{file}";

/// The table. Aliases are rows, never handlers.
pub static ROUTES: &[Route] = &[
    post(Operation::Register, "/auth/register").json(),
    post(Operation::Register, "/users/register").json().username_optional_at(Mount::Api),
    post(Operation::LogIn, "/auth/login").json(),
    post(Operation::LogIn, "/users/login").json(),
    post(Operation::Refresh, "/auth/refresh").json(),
    post(Operation::LogOut, "/auth/logout").json(),
    post(Operation::LogOutEverywhere, "/auth/logout-all").bearer(),
    get(Operation::ListSessions, "/auth/sessions").bearer(),
    delete(Operation::EndSession, "/auth/sessions/{session_id}").bearer(),
    post(Operation::EnableMfa, "/auth/mfa/enable").bearer().json(),
    post(Operation::VerifyMfa, "/auth/mfa/verify").bearer_or_mfa_token().json(),
    post(Operation::DisableMfa, "/auth/mfa/disable").bearer().json(),
    post(Operation::RenewRecoveryCodes, "/auth/mfa/recovery-codes").bearer().json(),
    post(Operation::ResendVerification, "/auth/email/resend").json(),
    post(Operation::VerifyEmail, "/auth/email/verify").json(),
    post(Operation::ForgotPassword, "/auth/password/forgot").json(),
    post(Operation::ResetPassword, "/auth/password/reset").json(),
    get(Operation::Profile, "/users/me").bearer(),
    get(Operation::Profile, "/auth/me").bearer(),
    get(Operation::Profile, "/users/profile").bearer(),
    post(Operation::StoreDatum, "/users/me/data").bearer().json(),
    get(Operation::ListData, "/users/me/data").bearer(),
    get(Operation::ShowDatum, "/users/me/data/{key}").bearer(),
    delete(Operation::DeleteDatum, "/users/me/data/{key}").bearer(),
    get(Operation::CheckPermission, "/users/me/permissions").bearer(),
    post(Operation::AssignRole, "/users/{user_id}/roles").admin().json(),
    get(Operation::ListAssignedRoles, "/users/{user_id}/roles").admin(),
    delete(Operation::RevokeRole, "/users/{user_id}/roles").admin(),
    get(Operation::ListApplications, "/applications").admin(),
    post(Operation::CreateApplication, "/applications").admin().json(),
    get(Operation::ShowApplication, "/applications/{application_id}").admin(),
    patch(Operation::UpdateApplication, "/applications/{application_id}").admin().json(),
    delete(Operation::DeleteApplication, "/applications/{application_id}").admin(),
    get(Operation::ListRoles, "/applications/{application_id}/roles").admin(),
    put(Operation::DefineRole, "/applications/{application_id}/roles/{role}").admin().json(),
    delete(Operation::DeleteRole, "/applications/{application_id}/roles/{role}").admin(),
    put(Operation::UpdateProfile, "/users/me").bearer().json(),
    put(Operation::UpdateProfile, "/users/profile").bearer().json().name_and_email_only(),
    delete(Operation::DeleteAccount, "/users/me").bearer(),
    get(Operation::ListUsers, "/users").admin(),
    get(Operation::ShowUser, "/users/{user_id}").admin(),
    patch(Operation::ChangeUser, "/users/{user_id}").admin().json(),
    delete(Operation::DeleteUser, "/users/{user_id}").admin(),
    get(Operation::ListAudit, "/audit").admin(),
    get(Operation::Jwks, "/.well-known/jwks.json"),
    get(Operation::Revocations, "/.well-known/revocations"),
    get(Operation::SecurityTxt, "/.well-known/security.txt").bare(),
    get(Operation::ChangePassword, "/.well-known/change-password").bare(),
    get(Operation::Health, "/healthz"),
    get(Operation::Ready, "/readyz"),
    get(Operation::OpenApi, "/openapi.json"),
    get(Operation::Docs, "/docs"),
    get(Operation::Docs, "/docs/{file}").bare(),
    get(Operation::Demo, "/").bare(),
    get(Operation::Demo, "/demo/{file}").bare(),
];

impl Route {
    /// Whether a registration that came in here must name a username.
    pub fn requires_username(&self, mount: Mount) -> bool {
        self.username_optional_at != Some(mount)
    }

    /// Whether an update that came in here takes no more than the name and the e-mail address.
    pub fn takes_name_and_email_only(&self) -> bool {
        self.name_and_email_only
    }

    /// How a user who is gone is answered here.
    pub fn asks(&self) -> Asks {
        match self.operation {
            Operation::Profile | Operation::UpdateProfile | Operation::DeleteAccount => Asks::Profile,
            _ => Asks::Other,
        }
    }

    /// Whether cookies are read or set here: where a token is asked for, and where a session or a device begins, goes on or
    /// ends.
    pub fn uses_cookies(&self) -> bool {
        let tells_tokens = matches!(
            self.operation,
            Operation::LogIn | Operation::Refresh | Operation::LogOut | Operation::ResetPassword
        );
        tells_tokens || self.auth != Auth::None
    }

    const fn new(operation: Operation, method: Method, path: &'static str) -> Self {
        Self {
            operation,
            method,
            path,
            mounts: Mounts::Both,
            auth: Auth::None,
            body: Body::None,
            username_optional_at: None,
            name_and_email_only: false,
        }
    }

    const fn bearer(mut self) -> Self {
        self.auth = Auth::Bearer;
        self
    }

    const fn bearer_or_mfa_token(mut self) -> Self {
        self.auth = Auth::BearerOrMfaToken;
        self
    }

    const fn admin(mut self) -> Self {
        self.auth = Auth::Admin;
        self
    }

    const fn json(mut self) -> Self {
        self.body = Body::Json;
        self
    }

    const fn bare(mut self) -> Self {
        self.mounts = Mounts::Bare;
        self
    }

    const fn username_optional_at(mut self, mount: Mount) -> Self {
        self.username_optional_at = Some(mount);
        self
    }

    const fn name_and_email_only(mut self) -> Self {
        self.name_and_email_only = true;
        self
    }
}

const fn get(operation: Operation, path: &'static str) -> Route {
    Route::new(operation, Method::GET, path)
}

const fn post(operation: Operation, path: &'static str) -> Route {
    Route::new(operation, Method::POST, path)
}

const fn put(operation: Operation, path: &'static str) -> Route {
    Route::new(operation, Method::PUT, path)
}

const fn patch(operation: Operation, path: &'static str) -> Route {
    Route::new(operation, Method::PATCH, path)
}

const fn delete(operation: Operation, path: &'static str) -> Route {
    Route::new(operation, Method::DELETE, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_registration_does_without_a_username() {
        let lenient: Vec<_> = ROUTES
            .iter()
            .flat_map(|route| route.mounts.all().iter().map(move |mount| (route, *mount)))
            .filter(|(route, mount)| !route.requires_username(*mount))
            .map(|(route, mount)| format!("{}{}", mount.prefix(), route.path))
            .collect();
        assert_eq!(lenient, ["/api/users/register"]);
    }

    #[test]
    fn a_user_who_is_gone_is_told_so_on_the_profile_routes_and_nowhere_else() {
        let told = ROUTES.iter().filter(|route| route.asks() == Asks::Profile);
        let told: Vec<_> = told.map(|route| format!("{} {}", route.method, route.path)).collect();
        let expected = [
            "GET /users/me",
            "GET /auth/me",
            "GET /users/profile",
            "PUT /users/me",
            "PUT /users/profile",
            "DELETE /users/me",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_takes_json_is_neither_get_nor_delete() {
        for route in ROUTES {
            let reads_or_removes = matches!(route.method, Method::GET | Method::DELETE);
            assert!(!(route.body == Body::Json && reads_or_removes), "{}", route.path);
        }
    }
}
