//! The JSON that goes out, as types: what is sent and what the OpenAPI document says are made from these.

mod applications;
mod audit;
mod data;
mod keys;
mod mails;
mod mfa;
mod session;
mod user;

use countersign_core::time::Timestamp;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

pub use applications::{
    Application, ApplicationStatusWord, AssignedRole, PermissionItem, Permitted, RoleDefinition,
};
pub use audit::{AuditRecord, OutcomeWord};
pub use data::Datum;
pub use keys::{Jwk, Jwks};
pub use mails::PasswordReset;
pub use mfa::{FinishedCookieLogin, FinishedLogin, MfaVerified, ProposedFactor, RecoveryCodes};
pub use session::{CookieSession, SessionItem, Tokens};
pub use user::{Registered, Role, User, UserStatus, WrittenUserId};

/// One page of a list.
#[derive(Debug, Serialize)]
pub struct List<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// Send it as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// An answer that is a sentence.
#[derive(Debug, Serialize, ToSchema)]
pub struct Message {
    /// A sentence for a person.
    #[schema(example = "Logged out")]
    pub message: &'static str,
}

/// The answer of the health checks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Status {
    /// Always `ok`; what is not ok is a problem.
    #[schema(example = "ok")]
    pub status: &'static str,
}

impl Status {
    /// All is well.
    pub const OK: Status = Status { status: "ok" };
}

fn rfc3339<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    let time = jiff::Timestamp::from_second(time.as_secs()).map_err(serde::ser::Error::custom)?;
    serializer.collect_str(&time)
}

fn rfc3339_or_null<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => rfc3339(time, serializer),
        None => serializer.serialize_none(),
    }
}
