//! What became void or outdated before it expired, each with the time of the last token that it concerns.

use countersign_core::id::{ApplicationId, SessionId, UserId};
use countersign_core::time::Timestamp;

use crate::store::StoreError;
use crate::store::value::{Columns, Row};

/// Reads a row of `ENDED_SESSIONS`.
pub(crate) fn ended_session(row: Row) -> Result<(SessionId, Timestamp), StoreError> {
    let mut columns = Columns::of(row, "ended_sessions");
    Ok((columns.parsed("id", SessionId::parse)?, columns.moment("newest_issued_at")?))
}

/// Reads a row of `OUTDATED_GRANTS`.
pub(crate) fn outdated_grants(row: Row) -> Result<(UserId, Timestamp), StoreError> {
    let mut columns = Columns::of(row, "outdated_grants");
    Ok((UserId::new(columns.integer("user_id")?), columns.moment("at")?))
}

/// Reads a row of `OUTDATED_EVERYTHING`.
pub(crate) fn outdated_everything(row: Row) -> Result<Timestamp, StoreError> {
    Columns::of(row, "outdated_everything").moment("at")
}

/// Reads a row of `OUTDATED_ROLES`.
pub(crate) fn outdated_roles(row: Row) -> Result<(ApplicationId, Timestamp), StoreError> {
    let mut columns = Columns::of(row, "outdated_roles");
    Ok((columns.parsed("application_id", ApplicationId::parse)?, columns.moment("at")?))
}
