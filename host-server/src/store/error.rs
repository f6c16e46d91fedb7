//! Why the store could not do what it was asked.

use std::path::PathBuf;
use std::sync::Arc;
use std::{error, io};

/// A failure of the store. What it says, and all that it comes from, is for the operator: it may name files
/// and statements, though never a value that is stored.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// More is waiting to be written than is taken, or another process has held the file for too long. Trying
    /// again helps.
    #[error("the database is busy")]
    Busy,
    /// The store was closed, or its writer has died.
    #[error("the store is closed")]
    Closed,
    /// A stored value is not one that could have been written.
    #[error("the database holds something unreadable in {table}.{column}")]
    Corrupt {
        /// Where.
        table: &'static str,
        /// Which of its columns.
        column: &'static str,
    },
    /// The file cannot be opened or made.
    #[error("the database file {} cannot be opened", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: Arc<io::Error>,
    },
    /// The file is another program's database.
    #[error(
        "the database holds the tables of another program ({table}); name a new file, and take the accounts \
         over with `countersign import`"
    )]
    Foreign {
        /// One of those tables.
        table: String,
    },
    /// A newer version of this program has changed the tables.
    #[error(
        "the database is of version {found}, and this program knows only up to {known}: run the newer program"
    )]
    NewerSchema {
        /// The last migration that it went through.
        found: i64,
        /// The last one that this program has.
        known: i64,
    },
    /// The database has gone through another text of a migration than this program has.
    #[error("the database was made by another build of this program: its migration {version} differs")]
    OtherMigration {
        /// Which.
        version: i64,
    },
    /// The database cannot keep its changes in a write-ahead log, without which readers wait for the writer.
    #[error("the database's journal cannot be a write-ahead log; is the file on a network drive?")]
    NoWriteAheadLog,
    /// The engine that was linked has known faults.
    #[error("SQLite {found} is too old, {needed} is needed")]
    EngineTooOld {
        /// The linked version.
        found: String,
        /// The oldest version that will do.
        needed: &'static str,
    },
    /// The engine failed.
    #[error("the database failed: {doing}")]
    Engine {
        /// What was being done.
        doing: &'static str,
        /// What the engine says.
        source: Arc<dyn error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// Whether the same can succeed a little later.
    ///
    /// ```
    /// use countersign_server::store::StoreError;
    ///
    /// assert!(StoreError::Busy.is_busy());
    /// assert!(!StoreError::Closed.is_busy());
    /// ```
    pub fn is_busy(&self) -> bool {
        matches!(self, StoreError::Busy)
    }

    /// What an engine said while doing something.
    pub(crate) fn engine(doing: &'static str, source: impl error::Error + Send + Sync + 'static) -> Self {
        StoreError::Engine { doing, source: Arc::new(source) }
    }
}
