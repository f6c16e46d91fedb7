//! What happened.

use countersign_core::audit::Outcome;
use countersign_core::audit::chain::Entry;
use countersign_core::id::UserId;
use countersign_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::rfc3339;

/// One thing that happened. Nothing in it is a secret, and nobody's name or address but that of a machine.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditRecord {
    /// Its place: 1 for the first of all, and none is left out.
    #[schema(example = 17)]
    pub id: i64,
    /// When.
    #[serde(serialize_with = "rfc3339")]
    #[schema(value_type = String, format = DateTime, example = "2026-01-31T12:00:00Z")]
    pub at: Timestamp,
    /// What.
    #[schema(example = "login_failed")]
    pub event: String,
    /// How it ended.
    pub outcome: OutcomeWord,
    /// Why it failed; null where it did not.
    #[schema(example = "wrong_password")]
    pub reason: Option<String>,
    /// Who did it; null where nobody had proved who they are.
    #[schema(example = 123)]
    pub actor: Option<i64>,
    /// To whom; null where it is about no user, or about a name of nobody.
    #[schema(example = 123)]
    pub subject: Option<i64>,
    /// In which application; null where it is about none.
    #[schema(example = "default")]
    pub application_id: Option<String>,
    /// With which role; null where it is about none.
    #[schema(example = "editor")]
    pub role: Option<String>,
    /// From which address; null where that is not known.
    #[schema(example = "192.0.2.1")]
    pub ip: Option<String>,
    /// What the client called itself; null where it said nothing.
    #[schema(example = "Mozilla/5.0")]
    pub user_agent: Option<String>,
    /// The `X-Request-Id` of the answer; null where it was no request.
    #[schema(example = "5f0c9a8e1b7d42336a1f0e9d8c7b6a59")]
    pub request_id: Option<String>,
}

/// How something ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Outcome)]
pub enum OutcomeWord {
    /// It was done.
    Success,
    /// It was refused.
    Failure,
}

impl From<Entry> for AuditRecord {
    fn from(entry: Entry) -> Self {
        let Entry { number, record, .. } = entry;
        Self {
            id: number,
            at: record.at,
            event: record.event,
            outcome: match record.outcome {
                Outcome::Success => OutcomeWord::Success,
                Outcome::Failure => OutcomeWord::Failure,
            },
            reason: record.reason,
            actor: record.actor.map(UserId::value),
            subject: record.subject.map(UserId::value),
            application_id: record.application,
            role: record.role,
            ip: record.origin.client.ip,
            user_agent: record.origin.client.user_agent,
            request_id: record.origin.request_id,
        }
    }
}
