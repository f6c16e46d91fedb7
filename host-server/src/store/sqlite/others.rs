//! Notices what other processes commit to the same file: the command line, a second server.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use rusqlite::Connection;

use super::connection::{Address, engine_error};
use super::readers::SNAPSHOT_MAX;
use crate::store::StoreError;

/// A connection that asks from time to time whether the file has changed.
#[derive(Debug)]
pub(super) struct Others {
    /// `None` where no other process can get at the database, and once closed.
    watch: Mutex<Option<Watch>>,
    started: Instant,
    /// Microseconds after `started` from which on it is worth asking again.
    next: AtomicU64,
}

#[derive(Debug)]
struct Watch {
    connection: Connection,
    /// What `PRAGMA data_version` was the last time: it changes with each commit of another connection
    /// (sqlite.org/pragma.html#pragma_data_version).
    data_version: i64,
}

impl Others {
    /// Watches a database from here on.
    pub(super) fn watch(address: &Address) -> Result<Self, StoreError> {
        let watch = if address.has_snapshots() {
            let connection = address.open_to_read()?;
            let data_version = data_version(&connection)?;
            Some(Watch { connection, data_version })
        } else {
            None
        };
        Ok(Self { watch: Mutex::new(watch), started: Instant::now(), next: AtomicU64::new(0) })
    }

    /// Whether anything was committed since this last said so. It asks no more often than every
    /// [`SNAPSHOT_MAX`], since the question takes a lock of the file. Our own commits count too: there is no telling
    /// them from others', and to take one for another's costs one read.
    pub(super) fn may_have_committed(&self) -> Result<bool, StoreError> {
        let now = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let next = self.next.load(Ordering::Relaxed);
        let pause = u64::try_from(SNAPSHOT_MAX.as_micros()).unwrap_or(u64::MAX);
        if now < next {
            return Ok(false);
        }
        // The first to come asks for all.
        if self.next.compare_exchange(next, now + pause, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            return Ok(false);
        }
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(watch) = watch.as_mut() else { return Ok(false) };
        let before = watch.data_version;
        watch.data_version = data_version(&watch.connection)?;
        Ok(watch.data_version != before)
    }

    /// Lets go of the connection.
    pub(super) fn close(&self) {
        *self.watch.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn data_version(connection: &Connection) -> Result<i64, StoreError> {
    let asked = connection
        .prepare_cached("PRAGMA data_version")
        .and_then(|mut statement| statement.query_row([], |row| row.get(0)));
    asked.map_err(|error| engine_error("asking whether it has changed", error))
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use super::*;
    use crate::store::tests::temporary_file;

    #[test]
    fn a_commit_of_another_connection_is_noticed_once() {
        let (_folder, location) = temporary_file();
        let address = Address::of(&location).unwrap();
        let other = address.open_bare().unwrap();
        address.prepare_to_write(&other).unwrap();
        let others = Others::watch(&address).unwrap();
        let noticed = || {
            sleep(SNAPSHOT_MAX);
            others.may_have_committed().unwrap()
        };
        assert!(!noticed());
        other.execute_batch("CREATE TABLE t (a)").unwrap();
        assert!(noticed());
        assert!(!noticed());
        others.close();
        other.execute_batch("INSERT INTO t VALUES (2)").unwrap();
        assert!(!noticed());
    }
}
