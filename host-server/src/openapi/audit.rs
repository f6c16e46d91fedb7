//! What happened.

use countersign_core::event;
use serde_json::json;

use super::description::{Description, Place, Theme};
use super::parameters::Parameter;
use crate::ops::views::AuditRecord;
use crate::routes::Operation;

pub(super) static THEME: Theme = Theme {
    tag: "Audit",
    text: "What happened, for admins. Wants a token of the application `default`.",
    operations: &[(Operation::ListAudit, list)],
};

fn list(_: Place) -> Description {
    let example = json!({
        "id": 17, "at": "2026-01-31T12:00:00Z", "event": "login_failed", "outcome": "failure",
        "reason": "wrong_password", "actor": null, "subject": 123, "application_id": null, "role": null,
        "ip": "192.0.2.1", "user_agent": "Mozilla/5.0", "request_id": "5f0c9a8e1b7d42336a1f0e9d8c7b6a59",
    });
    let events = json!({ "type": "string", "enum": event::NAMES });
    Description::new(
        "List what happened",
        "What happened, newest first. The rows hang together by hashes, so that one that was edited or removed is found \
         (`countersign audit verify`).",
    )
    .with(user("actor", "What this user did."))
    .with(user("subject", "What was done to this user."))
    .with(Parameter::query("event", "What is called so.", events).optional())
    .with(moment("since", "What happened then or later."))
    .with(moment("until", "What happened before."))
    .answers_pages_of::<AuditRecord>("AuditPage", example)
}

fn user(name: &'static str, description: &'static str) -> Parameter {
    let schema = json!({
        "type": "string", "pattern": "^(user_)?[1-9][0-9]{0,17}$", "examples": ["123", "user_123"],
    });
    Parameter::query(name, description, schema).optional()
}

fn moment(name: &'static str, description: &'static str) -> Parameter {
    let schema = json!({ "type": "string", "format": "date-time", "examples": ["2026-01-31T12:00:00Z"] });
    Parameter::query(name, description, schema).optional()
}
