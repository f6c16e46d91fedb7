//! A problem as JSON.

use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Ref, Schema};
use warp::http::StatusCode;

use super::Inner;
use crate::request_id::RequestId;

/// A problem (RFC 9457), as `application/problem+json`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// Where the problem is explained, relative to this server: `/docs/errors#` and the code.
    #[serde(rename = "type")]
    #[schema(example = "/docs/errors#validation_failed")]
    pub kind: String,
    /// The code in plain words, the same for every problem of this code.
    #[schema(example = "Validation failed")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 400)]
    pub status: u16,
    /// A sentence for a person. It never repeats what was sent.
    #[schema(example = "Some field was refused; `errors` names each.")]
    pub detail: &'a str,
    /// A stable word for programs.
    #[schema(schema_with = code_schema)]
    pub code: &'static str,
    /// Names this request in the server's log; the header `X-Request-Id` says the same.
    #[schema(example = "5f0c9a8e1b7d42336a1f0e9d8c7b6a59")]
    pub request_id: &'a str,
    /// Stands for this log-in, where only the second factor is wanting: the bearer of `/auth/mfa/verify`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = "6ZqH…")]
    pub mfa_token: Option<&'a str>,
    /// Every refused field, where the input is at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FaultBody<'a>>,
}

/// One refused field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fault)]
pub struct FaultBody<'a> {
    /// The field as the request spells it; `body` where the whole body is meant.
    #[schema(example = "email")]
    pub field: &'a str,
    /// A stable word for programs.
    #[schema(schema_with = code_schema)]
    pub code: &'static str,
    /// A sentence for a person.
    #[schema(example = "The address needs a domain.")]
    pub message: &'a str,
}

impl<'a> ProblemBody<'a> {
    pub(super) fn new(inner: &'a Inner, status: StatusCode, request_id: &'a RequestId) -> Self {
        let code = inner.code.as_str();
        Self {
            kind: format!("/docs/errors#{code}"),
            title: title_of(code),
            status: status.as_u16(),
            detail: &inner.detail,
            code,
            request_id: request_id.as_str(),
            mfa_token: inner.mfa_token.as_ref().map(|token| token.expose().as_str()),
            errors: inner
                .faults
                .iter()
                .map(|fault| FaultBody {
                    field: &fault.field,
                    code: fault.code.as_str(),
                    message: &fault.message,
                })
                .collect(),
        }
    }
}

/// A code as words: `too_short` is "Too short", `mfa_required` is "MFA required".
pub(crate) fn title_of(code: &str) -> String {
    let mut words = code.replace('_', " ").replace("mfa", "MFA").replace("json", "JSON");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// The schema of a code, for fields that hold one.
fn code_schema() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name("Code"))
}
