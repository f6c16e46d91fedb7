//! The two verbs that an engine must know.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use countersign_core::audit::Record;

use super::StoreError;
use super::value::{Row, Value};

/// An engine under the store.
pub(crate) trait Backend: fmt::Debug + Send + Sync {
    /// The rows of a point read. It is quick enough to be made where it is asked for.
    fn query(&self, read: Read) -> Result<Vec<Row>, StoreError>;

    /// A number that is another one as soon as a commit of this process is told, and soon after one of another process.
    /// What was read while it was the same is still so.
    fn generation(&self) -> Result<u64, StoreError>;

    /// Makes all of `writes` durable and adds `records` to the audit, or does nothing of it. Once the future was polled
    /// it makes no difference whether anybody waits for it.
    fn commit(&self, writes: Vec<Write>, records: Vec<Record>) -> Committing<'_>;

    /// Finishes what was begun and lets go of everything. What is asked for afterwards fails.
    fn close(&self);
}

/// The outcome of a commit, once it is known.
pub(crate) type Committing<'a> = Pin<Box<dyn Future<Output = Result<Outcome, StoreError>> + Send + 'a>>;

/// A statement that reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    /// One of [`sql`](super::sql).
    pub(crate) statement: &'static str,
    /// `$1`, `$2`, …
    pub(crate) parameters: Vec<Value>,
}

/// A statement that writes, and what it must come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Write {
    /// One of [`sql`](super::sql).
    pub(crate) statement: &'static str,
    /// `$1`, `$2`, …
    pub(crate) parameters: Vec<Value>,
    /// When anything else comes of it, the whole commit is a conflict.
    pub(crate) guard: Guard,
}

/// How many rows a write must touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    /// Any number.
    Open,
    /// Any number, which is told.
    Counted,
    /// Exactly one.
    OneRow,
    /// Exactly one, whose number it returns.
    OneNumber,
}

/// What became of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All of it is stored.
    Applied {
        /// The number that a [`Guard::OneNumber`] returned; `None` where there was none.
        number: Option<i64>,
        /// How many rows each [`Guard::Counted`] touched, in their order.
        counts: Vec<usize>,
    },
    /// A guard did not hold, and nothing is stored.
    Conflict,
}
