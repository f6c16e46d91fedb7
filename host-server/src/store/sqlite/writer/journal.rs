//! Adds rows to the audit, in the transaction of what they tell.

use countersign_core::audit::Record;
use countersign_core::audit::chain::Place;
use countersign_core::id::UserId;
use rusqlite::{Connection, params_from_iter};

use crate::store::backend::Read;
use crate::store::sqlite::connection::engine_error;
use crate::store::sqlite::readers;
use crate::store::value::Value;
use crate::store::{StoreError, rows, sql};

/// Adds the rows after the newest, which no other process moves meanwhile: the transaction has the lock of those that
/// write. `created` is the account that the commit made; `None` where it made none.
pub(super) fn append(
    connection: &Connection,
    records: &[Record],
    created: Option<UserId>,
) -> Result<(), StoreError> {
    if records.is_empty() {
        return Ok(());
    }
    let mut place = newest(connection)?;
    for record in records {
        let entry = place.append(record.clone().about_created(created));
        place = Place { number: entry.number, link: entry.link };
        execute(connection, sql::audit::APPEND, &rows::audit::parameters(&entry))?;
    }
    execute(connection, sql::audit::ADVANCE, &[place.number.into(), place.link.encode().into()])
}

fn newest(connection: &Connection) -> Result<Place, StoreError> {
    let read = Read { statement: sql::audit::HEAD, parameters: Vec::new() };
    let head = readers::query(connection, &read)?.pop();
    rows::audit::head(head.ok_or(StoreError::Corrupt { table: "audit_head", column: "id" })?)
}

fn execute(connection: &Connection, statement: &str, parameters: &[Value]) -> Result<(), StoreError> {
    let failed = |error| engine_error("adding to the audit", error);
    let mut statement = connection.prepare_cached(statement).map_err(failed)?;
    statement.execute(params_from_iter(parameters)).map(|_rows| ()).map_err(failed)
}
