//! The audit.

use countersign_core::audit::chain::{Entry, Link, Place};
use countersign_core::audit::seal::Seal;
use countersign_core::audit::{Origin, Outcome, Record};
use countersign_core::id::UserId;
use countersign_core::session::Client;

use crate::store::reads::AuditStanding;
use crate::store::value::{Columns, Row};
use crate::store::{StoreError, Value};

/// Reads a row of the audit.
pub(crate) fn entry(row: Row) -> Result<Entry, StoreError> {
    let mut columns = Columns::of(row, "audit");
    let number = columns.integer("number")?;
    let record = Record {
        at: columns.moment("at")?,
        event: columns.text("event")?,
        outcome: columns.parsed("outcome", Outcome::parse)?,
        reason: columns.optional_text("reason")?,
        actor: columns.optional_integer("actor")?.map(UserId::new),
        subject: columns.optional_integer("subject")?.map(UserId::new),
        application: columns.optional_text("application_id")?,
        role: columns.optional_text("role")?,
        origin: Origin {
            client: Client {
                ip: columns.optional_text("ip")?,
                user_agent: columns.optional_text("user_agent")?,
            },
            request_id: columns.optional_text("request_id")?,
        },
    };
    Ok(Entry { number, record, link: columns.parsed("link", Link::parse)? })
}

/// The parameters of `APPEND`.
pub(crate) fn parameters(entry: &Entry) -> [Value; 13] {
    let Entry { number, record, link } = entry;
    let user = |user: Option<UserId>| user.map_or(Value::Null, |user| user.value().into());
    [
        (*number).into(),
        record.at.into(),
        record.event.as_str().into(),
        record.outcome.as_str().into(),
        Value::text_or_null(record.reason.as_deref()),
        user(record.actor),
        user(record.subject),
        Value::text_or_null(record.application.as_deref()),
        Value::text_or_null(record.role.as_deref()),
        Value::text_or_null(record.origin.client.ip.as_deref()),
        Value::text_or_null(record.origin.client.user_agent.as_deref()),
        Value::text_or_null(record.origin.request_id.as_deref()),
        link.encode().into(),
    ]
}

/// Reads the row of `HEAD`.
pub(crate) fn head(row: Row) -> Result<Place, StoreError> {
    place(&mut Columns::of(row, "audit_head"), "number", "link")
}

/// Reads the row of `STANDING`.
pub(crate) fn standing(row: Row) -> Result<AuditStanding, StoreError> {
    let mut columns = Columns::of(row, "audit_head");
    let newest = place(&mut columns, "number", "link")?;
    let archived = place(&mut columns, "archived_number", "archived_link")?;
    let sealed = place(&mut columns, "sealed_number", "sealed_link")?;
    let proof = columns.optional_text("seal")?;
    Ok(AuditStanding { newest, archived, seal: proof.map(|proof| Seal { place: sealed, proof }) })
}

/// Reads the row of `LAST_BEFORE`.
pub(crate) fn number(row: Row) -> Result<i64, StoreError> {
    Columns::of(row, "audit").integer("number")
}

fn place(columns: &mut Columns, number: &'static str, link: &'static str) -> Result<Place, StoreError> {
    Ok(Place { number: columns.integer(number)?, link: columns.parsed(link, Link::parse)? })
}
