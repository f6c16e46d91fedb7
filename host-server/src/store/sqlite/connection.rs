//! How connections are opened, and what is set on them and why.

use std::error;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind};
use std::path::{self, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Error, ErrorCode, OpenFlags, ToSql, types};

use crate::store::value::Value;
use crate::store::{DatabaseLocation, StoreError};

/// 3.51.3 mends a race in which a write-ahead log that is reset while another connection checkpoints could
/// lose a commit (sqlite.org/wal.html, "The WAL-Reset Bug").
const OLDEST_ENGINE: (i32, &str) = (3_051_003, "3.51.3");

/// How long one process waits for another that writes to the same file: far above what any of our
/// transactions takes, below the patience of an HTTP client.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// More than there are statements, so that each is prepared once per connection.
const STATEMENT_CACHE: usize = 128;

/// Per connection, and there are about as many as cores. With SQLite's own 2 MiB a point read in a database
/// of 27 MiB took 4.1 µs, with 8 or 16 MiB 3.3 µs. Mapping the file into memory gains the same, but turns a
/// failing disk into the end of the process.
const PAGE_CACHE_KIB: i32 = 8 * 1_024;

/// Refuses a linked SQLite that has known faults.
pub(super) fn check_engine() -> Result<(), StoreError> {
    let (oldest, needed) = OLDEST_ENGINE;
    if rusqlite::version_number() < oldest {
        return Err(StoreError::EngineTooOld { found: rusqlite::version().to_owned(), needed });
    }
    Ok(())
}

/// Where connections lead.
#[derive(Debug)]
pub(super) enum Address {
    /// An absolute path, so that a change of the working directory, or a name such as `file:a`, which
    /// SQLite would take for a URI, leads nowhere else.
    File(PathBuf),
    /// A URI that all connections of this process share.
    Memory(String),
}

impl Address {
    /// Where the database is. A file that is not there yet is made.
    pub(super) fn of(location: &DatabaseLocation) -> Result<Self, StoreError> {
        /// Tells the databases in memory apart that one process opens.
        static OPENED: AtomicU64 = AtomicU64::new(0);
        match location {
            DatabaseLocation::File(file) => {
                let failed = |source| StoreError::File { path: file.clone(), source: Arc::new(source) };
                let file = path::absolute(file).map_err(failed)?;
                make_private(&file).map_err(failed)?;
                Ok(Address::File(file))
            }
            DatabaseLocation::Memory => {
                let number = OPENED.fetch_add(1, Ordering::Relaxed);
                Ok(Address::Memory(["file:/countersign-", &number.to_string(), "?vfs=memdb"].concat()))
            }
        }
    }

    /// A connection that may write, with nothing set that would change the file.
    pub(super) fn open_bare(&self) -> Result<Connection, StoreError> {
        self.open(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Whether a transaction that reads sees one state of the database and keeps nobody from writing.
    pub(super) const fn has_snapshots(&self) -> bool {
        matches!(self, Address::File(_))
    }

    /// A connection that only reads.
    pub(super) fn open_to_read(&self) -> Result<Connection, StoreError> {
        self.open(OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// Sets what makes commits durable and the writer quick.
    pub(super) fn prepare_to_write(&self, connection: &Connection) -> Result<(), StoreError> {
        let set = |name, value: &dyn ToSql| connection.pragma_update(None, name, value).map_err(failed);
        if let Address::File(_) = self {
            // Readers and the writer never wait for each other.
            keep_write_ahead_log(connection)?;
        }
        // A commit is on the disk before it is answered; NORMAL would lose the last ones when the power fails.
        set("synchronous", &"FULL")?;
        // Each session has a user, and so on. Off by default, for the sake of databases from before 2009.
        set("foreign_keys", &true)?;
        // Pages of 4 KiB after which a commit also carries the log over into the file: 4 MiB, which takes
        // milliseconds, and which readers look through quickly.
        set("wal_autocheckpoint", &1_000)?;
        // A log that a burst made longer than 64 MiB is cut back afterwards.
        set("journal_size_limit", &(64 * 1_024 * 1_024))
    }

    fn open(&self, mode: OpenFlags) -> Result<Connection, StoreError> {
        // No connection is ever used by two threads at once, so SQLite need not lock around each call.
        let flags = mode | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
        let opened = match self {
            Address::File(file) => Connection::open_with_flags(file, flags),
            Address::Memory(uri) => Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI),
        };
        let connection = opened.map_err(failed)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
        connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        connection.pragma_update(None, "cache_size", -PAGE_CACHE_KIB).map_err(failed)?;
        // A plan does not depend on the values bound to it; otherwise SQLite would make it anew for each of them.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
        // What a tampered file's schema can do when it is read is limited to reading
        // (sqlite.org/security.html).
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false).map_err(failed)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(failed)?;
        Ok(connection)
    }
}

/// Has the file keep its changes in a write-ahead log. Where several processes open a new file at once, each
/// is told at once that it is locked, whatever the busy timeout says.
fn keep_write_ahead_log(connection: &Connection) -> Result<(), StoreError> {
    const PAUSE: Duration = Duration::from_millis(10);
    let mut waited = Duration::ZERO;
    loop {
        let mode =
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match mode.map_err(failed) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => return Err(StoreError::NoWriteAheadLog),
            Err(StoreError::Busy) if waited < BUSY_TIMEOUT => {
                thread::sleep(PAUSE);
                waited += PAUSE;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Makes the file where there is none, readable by its owner alone: it holds password hashes. SQLite gives
/// the files beside it the same mode. The mode of a file that is there is its owner's affair.
fn make_private(file: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn failed(error: Error) -> StoreError {
    engine_error("opening it", error)
}

/// What SQLite said while doing something, told apart from a lock that was held for too long.
pub(crate) fn engine_error(doing: &'static str, error: Error) -> StoreError {
    if is_lock_held(&error) { StoreError::Busy } else { StoreError::engine(doing, error) }
}

/// Whether SQLite says that another connection holds the lock.
pub(crate) fn is_lock_held(error: &(dyn error::Error + 'static)) -> bool {
    let code = error.downcast_ref::<Error>().and_then(Error::sqlite_error_code);
    matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<types::ToSqlOutput<'_>> {
        Ok(types::ToSqlOutput::Borrowed(match self {
            Value::Null => types::ValueRef::Null,
            Value::Integer(number) => types::ValueRef::Integer(*number),
            Value::Text(text) => types::ValueRef::Text(text.as_bytes()),
            Value::Unreadable => return Err(Error::InvalidQuery),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pragma(connection: &Connection, name: &str) -> String {
        connection
            .pragma_query_value(None, name, |row| row.get(0).map(|value: types::Value| format!("{value:?}")))
            .unwrap()
    }

    #[test]
    fn the_linked_engine_is_new_enough() {
        check_engine().unwrap();
        assert!(rusqlite::version_number() >= 3_051_003);
    }

    #[test]
    fn commits_are_durable_and_references_are_held() {
        let folder = tempfile::tempdir().unwrap();
        let location = DatabaseLocation::File(folder.path().join("test.db"));
        let address = Address::of(&location).unwrap();
        let connection = address.open_bare().unwrap();
        address.prepare_to_write(&connection).unwrap();
        for (name, value) in [
            ("journal_mode", r#"Text("wal")"#),
            ("synchronous", "Integer(2)"),
            ("foreign_keys", "Integer(1)"),
            ("trusted_schema", "Integer(0)"),
            ("busy_timeout", "Integer(5000)"),
        ] {
            assert_eq!(pragma(&connection, name), value, "{name}");
        }
        let reader = address.open_to_read().unwrap();
        assert!(reader.execute_batch("CREATE TABLE t (a)").is_err());
        assert_eq!(pragma(&reader, "busy_timeout"), "Integer(5000)");
    }

    #[test]
    fn a_statement_is_planned_once_whatever_is_bound_to_it() {
        let connection = Address::of(&DatabaseLocation::Memory).unwrap().open_bare().unwrap();
        let rows = "CREATE TABLE guesses (subject TEXT, at INTEGER);
                    CREATE INDEX guesses_by_subject ON guesses (subject, at);
                    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
                    INSERT INTO guesses SELECT 'subject' || (i % 7), i FROM n;
                    ANALYZE";
        connection.execute_batch(rows).unwrap();
        let mut statement =
            connection.prepare("SELECT count(*) FROM guesses WHERE subject = $1 AND at > $2").unwrap();
        for at in 0..10 {
            let _count: i64 = statement.query_row(("subject1", at), |row| row.get(0)).unwrap();
        }
        assert_eq!(statement.get_status(rusqlite::StatementStatus::RePrepare), 0);
    }
}
