//! How connections are opened, and what is set on them and why.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::{self, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
const STATEMENT_CACHE: usize = 64;

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

    /// A connection that only reads.
    pub(super) fn open_to_read(&self) -> Result<Connection, StoreError> {
        self.open(OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// Sets what makes commits durable and the writer quick.
    pub(super) fn prepare_to_write(&self, connection: &Connection) -> Result<(), StoreError> {
        let set = |name, value: &dyn ToSql| connection.pragma_update(None, name, value).map_err(failed);
        if let Address::File(_) = self {
            // Readers and the writer never wait for each other.
            let mode: String = connection
                .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
                .map_err(failed)?;
            if !mode.eq_ignore_ascii_case("wal") {
                return Err(StoreError::NoWriteAheadLog);
            }
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
        // What a tampered file's schema can do when it is read is limited to reading
        // (sqlite.org/security.html).
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false).map_err(failed)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(failed)?;
        Ok(connection)
    }
}

/// Makes the file where there is none, readable by its owner alone: it holds password hashes. SQLite gives
/// the files beside it the same mode. The mode of a file that is there is its owner's affair.
fn make_private(file: &Path) -> std::io::Result<()> {
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
pub(super) fn engine_error(doing: &'static str, error: Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        _ => StoreError::engine(doing, error),
    }
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
