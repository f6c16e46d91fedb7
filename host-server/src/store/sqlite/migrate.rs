//! Brings a database's tables to where this program wants them, or refuses to touch it.

use jiff::Timestamp;
use refinery::error::Kind;
use refinery::{Migration, Runner};
use rusqlite::{Connection, OptionalExtension};

use super::connection::{engine_error, is_lock_held};
use crate::store::StoreError;

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
        .map_err(|error| engine_error("reading its list of tables", error))?;
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
        Kind::Connection(_, source) if is_lock_held(source.as_ref()) => StoreError::Busy,
        _ => StoreError::engine("running its migrations", error),
    })
}

/// Refinery takes for granted that it can read what it once wrote, and would panic.
fn refuse_unreadable_history(connection: &Connection) -> Result<(), StoreError> {
    let failed = |error| engine_error("reading its migrations", error);
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use refinery::Target;

    use super::*;

    fn tables(connection: &Connection) -> Vec<String> {
        let text = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
        let mut statement = connection.prepare(text).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn all_migrations_are_compiled_in_and_numbered_without_a_gap() {
        let runner = embedded::migrations::runner();
        let mut versions: Vec<_> = runner.get_migrations().iter().map(Migration::version).collect();
        versions.sort_unstable();
        let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).unwrap().count();
        assert_eq!(versions, (1..).take(files).collect::<Vec<_>>());
    }

    #[test]
    fn of_migrations_that_fail_in_the_middle_nothing_is_left() {
        let good = Migration::unapplied("V1__good", "CREATE TABLE good (id INTEGER)").unwrap();
        let bad = Migration::unapplied("V2__bad", "CREATE TABLE bad (id INTEGER); nonsense").unwrap();
        let mut connection = Connection::open_in_memory().unwrap();
        let error = run(&mut connection, Runner::new(&[good.clone(), bad])).unwrap_err();
        assert!(matches!(error, StoreError::Engine { .. }), "{error:?}");
        assert_eq!(tables(&connection), [HISTORY]);
        // What is left is not taken for another program's, and the next start goes on from there.
        refuse_foreign(&connection).unwrap();
        run(&mut connection, Runner::new(&[good])).unwrap();
        assert_eq!(tables(&connection), [HISTORY, "good"]);
    }

    #[test]
    fn the_next_log_in_to_an_account_from_before_devices_were_noted_is_told() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection, embedded::migrations::runner().set_target(Target::Version(9))).unwrap();
        let add = |connection: &Connection, name: &str| {
            let text = "INSERT INTO users (username, username_key, email, role, status, email_verified, application_id, \
                                           password_hash, hash_kind, created_at, updated_at) \
                        VALUES ($1, $1, $1, 'user', 'active', 0, 'default', '', '', 0, 0)";
            connection.execute(text, [name]).unwrap();
        };
        add(&connection, "before");
        migrate(&mut connection).unwrap();
        add(&connection, "after");
        let had_device = |name: &str| -> bool {
            let text = "SELECT had_device FROM users WHERE username = $1";
            connection.query_row(text, [name], |row| row.get(0)).unwrap()
        };
        assert_eq!(["before", "after"].map(had_device), [true, false]);
    }

    #[test]
    fn a_lock_that_another_holds_is_busy() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("test.db");
        let [other, mut ours] = [0, 1].map(|_| Connection::open(&file).unwrap());
        ours.busy_timeout(Duration::from_millis(1)).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert!(matches!(migrate(&mut ours), Err(StoreError::Busy)));
        other.execute_batch("COMMIT; BEGIN EXCLUSIVE").unwrap();
        assert!(matches!(refuse_foreign(&ours), Err(StoreError::Busy)));
        other.execute_batch("COMMIT").unwrap();
        migrate(&mut ours).unwrap();
    }

    #[test]
    fn going_through_them_again_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        let version = |connection: &Connection| -> i64 {
            connection.pragma_query_value(None, "schema_version", |row| row.get(0)).unwrap()
        };
        let before = version(&connection);
        migrate(&mut connection).unwrap();
        assert_eq!(version(&connection), before);
    }
}
