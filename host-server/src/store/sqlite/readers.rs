//! Connections that read, on the thread that asks.
//!
//! A point read takes some microseconds, less than handing it to another thread would. A connection is taken
//! out for one read and put back, so there are as many as threads have ever read at once, and closing the
//! store closes them all (connections kept by each thread for itself would stay open as long as the thread).

use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};

use super::connection::{Address, engine_error};
use crate::store::StoreError;
use crate::store::backend::Read;
use crate::store::value::{Row, Value};

/// Connections that read.
#[derive(Debug)]
pub(super) struct Readers {
    address: Address,
    /// The last one put back is taken first: its cache is the warmest. `None` once closed.
    idle: Mutex<Option<Vec<Connection>>>,
}

impl Readers {
    /// Opens connections as they are needed.
    pub(super) fn new(address: Address) -> Self {
        Self { address, idle: Mutex::new(Some(Vec::new())) }
    }

    /// The rows of `read`.
    pub(super) fn query(&self, read: &Read) -> Result<Vec<Row>, StoreError> {
        let idle = self.idle().as_mut().ok_or(StoreError::Closed)?.pop();
        let connection = idle.map_or_else(|| self.address.open_to_read(), Ok)?;
        let rows = query(&connection, read)?;
        // A connection on which something failed is not put back.
        if let Some(idle) = self.idle().as_mut() {
            idle.push(connection);
        }
        Ok(rows)
    }

    /// Closes the connections; those in use are closed when their read is done.
    pub(super) fn close(&self) {
        *self.idle() = None;
    }

    /// The lock is held to push or pop, never during a read.
    fn idle(&self) -> MutexGuard<'_, Option<Vec<Connection>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn query(connection: &Connection, read: &Read) -> Result<Vec<Row>, StoreError> {
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
