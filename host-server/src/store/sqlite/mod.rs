//! SQLite under the store: one thread that writes, and connections that read where the question is asked.

mod connection;
mod migrate;
mod others;
mod readers;
mod writer;

use std::sync::Arc;

use countersign_core::audit::Record;

use crate::store::backend::{Backend, Committing, Read, Write};
use crate::store::value::Row;
use crate::store::{DatabaseLocation, StoreError};

use self::connection::Address;
use self::others::Others;
use self::readers::Readers;
use self::writer::Writer;

/// A database in SQLite.
#[derive(Debug)]
pub(crate) struct Sqlite {
    writer: Writer,
    readers: Arc<Readers>,
    others: Others,
}

impl Sqlite {
    /// Opens a database and migrates it.
    ///
    /// # Errors
    /// See [`Store::open`](crate::store::Store::open).
    pub(crate) fn open(location: &DatabaseLocation) -> Result<Self, StoreError> {
        connection::check_engine()?;
        let address = Address::of(location)?;
        let mut connection = address.open_bare()?;
        // Before anything of the file is changed, and the journal's mode is something of the file.
        migrate::refuse_foreign(&connection)?;
        address.prepare_to_write(&connection)?;
        migrate::migrate(&mut connection)?;
        let others = Others::watch(&address)?;
        let readers = Arc::new(Readers::new(address));
        let committed = Arc::clone(&readers);
        Ok(Self { writer: Writer::start(connection, move || committed.committed())?, readers, others })
    }
}

impl Backend for Sqlite {
    fn query(&self, read: Read) -> Result<Vec<Row>, StoreError> {
        self.readers.query(&read)
    }

    fn generation(&self) -> Result<u64, StoreError> {
        if self.others.may_have_committed()? {
            self.readers.committed();
        }
        Ok(self.readers.commits())
    }

    fn commit(&self, writes: Vec<Write>, records: Vec<Record>) -> Committing<'_> {
        Box::pin(self.writer.commit(writes, records))
    }

    fn close(&self) {
        // Those that read first: the last connection to be closed tidies the files up, and must be one that
        // may write.
        self.others.close();
        self.readers.close();
        self.writer.close();
    }
}
