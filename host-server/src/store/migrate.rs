//! Brings a database's tables to where this program wants them, or refuses to touch it.

use jiff::Timestamp;
use refinery::error::Kind;
use refinery::{Migration, Runner};
use rusqlite::{Connection, OptionalExtension};

use super::StoreError;

mod embedded {
    refinery::embed_migrations!("migrations/sqlite");
}

/// Where refinery keeps which migrations the database has gone through. The name is ours alone, so that
/// another program's database is not taken for one of ours.
const HISTORY: &str = "countersign_schema_history";

/// Refuses a database in which another program keeps its tables. Changes nothing.
///
/// # Errors
/// [`StoreError::Foreign`], and what the engine says.
pub(crate) fn refuse_foreign(connection: &Connection) -> Result<(), StoreError> {
    const FOREIGN_TABLE: &str = "SELECT name FROM sqlite_schema \
         WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite#_%' ESCAPE '#' \
           AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = $1) \
         ORDER BY name LIMIT 1";
    let table = connection
        .query_row(FOREIGN_TABLE, [HISTORY], |row| row.get(0))
        .optional()
        .map_err(|error| StoreError::engine("reading its list of tables", error))?;
    table.map_or(Ok(()), |table| Err(StoreError::Foreign { table }))
}

/// Runs the migrations that the database has not gone through, all in one transaction.
///
/// # Errors
/// [`StoreError::NewerSchema`], [`StoreError::OtherMigration`], and what the engine says.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    run(connection, embedded::migrations::runner())
}

fn run(connection: &mut Connection, runner: Runner) -> Result<(), StoreError> {
    let known = runner.get_migrations().iter().map(Migration::version).max().unwrap_or_default();
    // One transaction with the history's rows in it: a process killed in the middle leaves nothing behind.
    let mut runner = runner.set_grouped(true);
    runner.set_migration_table_name(HISTORY);
    refuse_unreadable_history(connection)?;
    let first = runner.run(connection);
    // Another process may have migrated the same file at the same moment; the second look finds its work.
    let result = if first.is_err() { runner.run(connection) } else { first };
    result.map(|_report| ()).map_err(|error| match error.kind() {
        Kind::MissingVersion(applied) if applied.version() > known => {
            StoreError::NewerSchema { found: applied.version().into(), known: known.into() }
        }
        Kind::MissingVersion(migration) | Kind::DivergentVersion(migration, _) => {
            StoreError::OtherMigration { version: migration.version().into() }
        }
        _ => StoreError::engine("running its migrations", error),
    })
}

/// Refinery takes for granted that it can read what it once wrote, and would panic.
fn refuse_unreadable_history(connection: &Connection) -> Result<(), StoreError> {
    let failed = |error| StoreError::engine("reading its migrations", error);
    let present = connection.table_exists(None, HISTORY).map_err(failed)?;
    if !present {
        return Ok(());
    }
    let text = ["SELECT applied_on, checksum FROM ", HISTORY].concat();
    let mut statement = connection.prepare(&text).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let readable = |column: usize, is_readable: fn(&str) -> bool| {
            row.get::<_, String>(column).is_ok_and(|text| is_readable(&text))
        };
        if !readable(0, |text| text.parse::<Timestamp>().is_ok()) {
            return Err(StoreError::Corrupt { table: HISTORY, column: "applied_on" });
        }
        if !readable(1, |text| text.parse::<u64>().is_ok()) {
            return Err(StoreError::Corrupt { table: HISTORY, column: "checksum" });
        }
    }
    Ok(())
}
