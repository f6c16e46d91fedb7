//! A store that notes what is asked of its engine.

use std::mem::take;
use std::sync::{Arc, Mutex};

use countersign_core::audit::Record;

use super::super::backend::{Backend, Committing, Read, Write};
use super::super::sqlite::Sqlite;
use super::super::value::Row;
use super::super::{DatabaseLocation, Store, StoreError};

/// Hears each statement, and `audit` for each row of the audit, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<&'static str>>>);

#[derive(Debug)]
struct Overheard {
    engine: Sqlite,
    recorder: Recorder,
}

impl Recorder {
    /// A database in memory that is listened to.
    pub(crate) fn of_new_store() -> (Self, Store) {
        let recorder = Self::default();
        let engine = Sqlite::open(&DatabaseLocation::Memory).unwrap();
        let backend = Arc::new(Overheard { engine, recorder: recorder.clone() });
        (recorder, Store { backend, sessions: Arc::default(), mail_queued: Arc::default() })
    }

    /// What was heard since the last time.
    pub(crate) fn heard(&self) -> Vec<&'static str> {
        take(&mut self.0.lock().unwrap())
    }

    fn hear(&self, statements: impl IntoIterator<Item = &'static str>) {
        self.0.lock().unwrap().extend(statements);
    }
}

impl Backend for Overheard {
    fn query(&self, read: Read) -> Result<Vec<Row>, StoreError> {
        self.recorder.hear([read.statement]);
        self.engine.query(read)
    }

    fn generation(&self) -> Result<u64, StoreError> {
        self.engine.generation()
    }

    fn commit(&self, writes: Vec<Write>, records: Vec<Record>) -> Committing<'_> {
        self.recorder.hear(["commit"]);
        self.recorder.hear(writes.iter().map(|write| write.statement));
        self.recorder.hear(records.iter().map(|_| "audit"));
        self.engine.commit(writes, records)
    }

    fn close(&self) {
        self.engine.close();
    }
}
