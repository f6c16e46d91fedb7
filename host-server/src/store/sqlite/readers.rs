//! Connections that read, on the thread that asks.
//!
//! A point read takes some microseconds, less than handing it to another thread would. A connection is taken
//! out for one read and put back, so there are as many as threads have ever read at once, and closing the
//! store closes them all (connections kept by each thread for itself would stay open as long as the thread).

//!
//! Beginning to read and ending it takes locks of the file, which all readers share; under load that costs
//! more than the read. So a connection goes on reading from one snapshot for as long as nothing was committed
//! here, and for [`SNAPSHOT_MAX`] at most, since of another process's commits nobody tells us.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};

use super::connection::{Address, engine_error};
use crate::store::StoreError;
use crate::store::backend::Read;
use crate::store::value::{Row, Value};

/// How old a snapshot is at most when it is read from: so long can a commit of another process stay unseen.
/// Some hundred reads fit into it under load.
pub(super) const SNAPSHOT_MAX: Duration = Duration::from_millis(5);

/// Connections that read.
#[derive(Debug)]
pub(super) struct Readers {
    address: Address,
    /// How many groups were committed here.
    commits: AtomicU64,
    /// The last one put back is taken first: its cache is the warmest. `None` once closed.
    idle: Mutex<Option<Vec<Reader>>>,
}

/// A connection, and what it has begun to read.
#[derive(Debug)]
struct Reader {
    connection: Connection,
    /// `None` while no transaction is open.
    snapshot: Option<Snapshot>,
}

/// The state of the database that a transaction sees.
#[derive(Debug)]
struct Snapshot {
    /// What [`Readers::commits`] was before it was taken.
    commits: u64,
    begun: Instant,
}

impl Readers {
    /// Opens connections as they are needed.
    pub(super) fn new(address: Address) -> Self {
        Self { address, commits: AtomicU64::new(0), idle: Mutex::new(Some(Vec::new())) }
    }

    /// The rows of `read`.
    pub(super) fn query(&self, read: &Read) -> Result<Vec<Row>, StoreError> {
        let idle = self.idle().as_mut().ok_or(StoreError::Closed)?.pop();
        let mut reader = idle.map_or_else(|| Reader::open(&self.address), Ok)?;
        // A database in memory has no snapshots: whoever reads keeps the writer out.
        if self.address.has_snapshots() {
            reader.renew(self.commits.load(Ordering::Acquire))?;
        }
        let rows = query(&reader.connection, read)?;
        let mut idle = self.idle();
        if reader.is_behind(self.commits.load(Ordering::Acquire)) {
            reader.let_go()?;
        }
        // A connection on which something failed is not put back.
        if let Some(idle) = idle.as_mut() {
            idle.push(reader);
        }
        Ok(rows)
    }

    /// Something was committed. From here on every read sees it, and no idle connection keeps what was
    /// before in the write-ahead log. The writer calls this before it answers.
    pub(super) fn committed(&self) {
        self.commits.fetch_add(1, Ordering::AcqRel);
        if let Some(idle) = self.idle().as_mut() {
            // A connection that cannot end its transaction is closed, which ends it.
            idle.retain_mut(|reader| reader.let_go().is_ok());
        }
    }

    /// How many times something was, as far as is known here.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Acquire)
    }

    /// Closes the connections; those in use are closed when their read is done.
    pub(super) fn close(&self) {
        *self.idle() = None;
    }

    /// The lock is held to push or pop and to end transactions, never during a read.
    fn idle(&self) -> MutexGuard<'_, Option<Vec<Reader>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    fn open(address: &Address) -> Result<Self, StoreError> {
        Ok(Self { connection: address.open_to_read()?, snapshot: None })
    }

    /// Sees to it that what is read next is no older than the commit of this number.
    fn renew(&mut self, commits: u64) -> Result<(), StoreError> {
        let snapshot = self.snapshot.as_ref();
        if snapshot.is_some_and(|it| it.commits == commits && it.begun.elapsed() < SNAPSHOT_MAX) {
            return Ok(());
        }
        self.let_go()?;
        // The snapshot itself is taken by the first read in it.
        self.execute("BEGIN")?;
        self.snapshot = Some(Snapshot { commits, begun: Instant::now() });
        Ok(())
    }

    fn is_behind(&self, commits: u64) -> bool {
        self.snapshot.as_ref().is_some_and(|snapshot| snapshot.commits != commits)
    }

    fn let_go(&mut self) -> Result<(), StoreError> {
        if self.snapshot.take().is_some() {
            self.execute("COMMIT")?;
        }
        Ok(())
    }

    fn execute(&self, statement: &'static str) -> Result<(), StoreError> {
        let failed = |error| engine_error("beginning to read", error);
        let mut statement = self.connection.prepare_cached(statement).map_err(failed)?;
        statement.execute([]).map(|_| ()).map_err(failed)
    }
}

pub(super) fn query(connection: &Connection, read: &Read) -> Result<Vec<Row>, StoreError> {
    let failed = |error| engine_error("reading", error);
    let mut statement = connection.prepare_cached(read.statement).map_err(failed)?;
    let width = statement.column_count();
    let mut found = statement.query(params_from_iter(&read.parameters)).map_err(failed)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(failed)? {
        let mut values = Vec::with_capacity(width);
        for column in 0..width {
            values.push(value(row.get_ref(column).map_err(failed)?));
        }
        rows.push(Row(values));
    }
    Ok(rows)
}

fn value(column: ValueRef<'_>) -> Value {
    match column {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Text(text) => str::from_utf8(text).map_or(Value::Unreadable, Value::from),
        ValueRef::Real(_) | ValueRef::Blob(_) => Value::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::DatabaseLocation;

    fn readers(folder: &tempfile::TempDir) -> (Readers, Connection) {
        let location = DatabaseLocation::File(folder.path().join("test.db"));
        let address = Address::of(&location).unwrap();
        let writer = address.open_bare().unwrap();
        address.prepare_to_write(&writer).unwrap();
        writer.execute_batch("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)").unwrap();
        (Readers::new(address), writer)
    }

    fn seen(readers: &Readers) -> Value {
        let read = Read { statement: "SELECT max(n) FROM t", parameters: vec![] };
        readers.query(&read).unwrap().remove(0).0.remove(0)
    }

    #[test]
    fn a_commit_that_is_told_is_seen_at_once_and_any_other_soon() {
        let folder = tempfile::tempdir().unwrap();
        let (readers, writer) = readers(&folder);
        assert_eq!(seen(&readers), Value::from(1_i64));
        writer.execute_batch("INSERT INTO t VALUES (2)").unwrap();
        readers.committed();
        assert_eq!(seen(&readers), Value::from(2_i64));
        // As another process would: nobody tells.
        writer.execute_batch("INSERT INTO t VALUES (3)").unwrap();
        std::thread::sleep(SNAPSHOT_MAX);
        assert_eq!(seen(&readers), Value::from(3_i64));
    }

    #[test]
    fn reads_in_quick_succession_share_a_snapshot_and_an_idle_one_is_let_go_by_a_commit() {
        let folder = tempfile::tempdir().unwrap();
        let (readers, _writer) = readers(&folder);
        let begun = |readers: &Readers| {
            readers.idle().as_ref().unwrap()[0].snapshot.as_ref().map(|snapshot| snapshot.begun)
        };
        seen(&readers);
        let first = begun(&readers);
        seen(&readers);
        let shared = begun(&readers) == first;
        assert!(shared || first.unwrap().elapsed() > SNAPSHOT_MAX, "a new one for no reason");
        readers.committed();
        assert_eq!(begun(&readers), None);
    }

    #[test]
    fn what_is_never_stored_is_unreadable_and_not_shown() {
        let connection = Connection::open_in_memory().unwrap();
        let read =
            Read { statement: "SELECT 1.5, x'00', CAST(x'ff' AS TEXT), 'text', NULL, 7", parameters: vec![] };
        let rows = query(&connection, &read).unwrap();
        let [a, b, c] = [Value::Unreadable, Value::Unreadable, Value::Unreadable];
        assert_eq!(rows, [Row(vec![a, b, c, Value::from("text"), Value::Null, Value::from(7_i64)])]);
    }
}
