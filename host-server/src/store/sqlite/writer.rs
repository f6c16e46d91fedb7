//! The one thread that writes.
//!
//! It takes what has come in while it was busy, at most [`GROUP`] requests, and commits them together, since
//! a commit's cost is the wait for the disk and hardly grows with what is in it. Each request has a savepoint
//! of its own: one that is in conflict or fails leaves the others as they are. Nobody is answered before the
//! whole group is on the disk.

mod journal;

use std::sync::{Mutex, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use countersign_core::audit::Record;
use countersign_core::id::UserId;
use rusqlite::{Connection, Error, ffi, params_from_iter};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tracing::{error, warn};

use super::connection::engine_error;
use crate::store::StoreError;
use crate::store::backend::{Guard, Outcome, Write};

/// Requests that are committed together at most. Each takes 20 to 60 µs besides the disk, so that the first
/// of a full group waits about as long for the others as for the disk (4 ms seen).
const GROUP: usize = 256;

/// Requests that wait at most; past them the store is busy. Some groups' worth: what waits longer than that
/// is better told to come again.
const QUEUE: usize = 4_096;

/// What is to be stored together.
struct Work {
    writes: Vec<Write>,
    /// What the audit is to tell of it.
    records: Vec<Record>,
}

/// What is asked of the writer, and where the outcome goes.
struct Request {
    work: Work,
    reply: oneshot::Sender<Result<Outcome, StoreError>>,
}

/// The writer, as those see it who ask.
#[derive(Debug)]
pub(super) struct Writer {
    /// `None` once closed.
    requests: RwLock<Option<mpsc::Sender<Request>>>,
    /// `None` once it was waited for.
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread. It calls `committed` after each group, before anybody is answered.
    pub(super) fn start(
        connection: Connection,
        committed: impl Fn() + Send + 'static,
    ) -> Result<Self, StoreError> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || serve(connection, receiver, committed))
            .map_err(|error| StoreError::engine("starting its writer", error))?;
        Ok(Self { requests: RwLock::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    /// Has `writes` committed, and `records` with them. Once it is asked for they are, whether or not anybody waits.
    pub(super) async fn commit(
        &self,
        writes: Vec<Write>,
        records: Vec<Record>,
    ) -> Result<Outcome, StoreError> {
        let (reply, outcome) = oneshot::channel();
        self.send(Request { work: Work { writes, records }, reply })?;
        // A reply that never comes means that the thread has died.
        outcome.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Takes nothing more, and waits until all that was taken is answered and the file is tidied up.
    pub(super) fn close(&self) {
        *self.requests.write().unwrap_or_else(PoisonError::into_inner) = None;
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            error!("the store's writer had died");
        }
    }

    fn send(&self, request: Request) -> Result<(), StoreError> {
        let requests = self.requests.read().unwrap_or_else(PoisonError::into_inner);
        requests.as_ref().ok_or(StoreError::Closed)?.try_send(request).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Closed(_) => StoreError::Closed,
        })
    }
}

fn serve(connection: Connection, mut requests: mpsc::Receiver<Request>, committed: impl Fn()) {
    let mut group = Vec::with_capacity(GROUP);
    while requests.blocking_recv_many(&mut group, GROUP) > 0 {
        let outcomes = commit_group(&connection, group.iter().map(|request| &request.work));
        committed();
        // Whoever no longer waits is not told.
        for (request, outcome) in group.drain(..).zip(outcomes) {
            let _ = request.reply.send(outcome);
        }
    }
    tidy_up(connection);
}

/// One outcome for each request, in their order; nothing is stored of those whose outcome is an error or a
/// conflict.
fn commit_group<'a>(
    connection: &Connection,
    requests: impl ExactSizeIterator<Item = &'a Work>,
) -> Vec<Result<Outcome, StoreError>> {
    let count = requests.len();
    transaction(connection, requests).unwrap_or_else(|error| {
        // What is left open would make every later group fail.
        if !connection.is_autocommit()
            && let Err(error) = execute(connection, "ROLLBACK")
        {
            error!(%error, "a failed transaction cannot be rolled back");
        }
        vec![Err(error); count]
    })
}

fn transaction<'a>(
    connection: &Connection,
    requests: impl Iterator<Item = &'a Work>,
) -> Result<Vec<Result<Outcome, StoreError>>, StoreError> {
    // IMMEDIATE waits here for another process that writes. A lock asked for later would be refused at once
    // if that process had changed anything meanwhile.
    execute(connection, "BEGIN IMMEDIATE")?;
    let mut outcomes = Vec::new();
    for work in requests {
        outcomes.push(request(connection, work)?);
    }
    execute(connection, "COMMIT")?;
    Ok(outcomes)
}

/// One request in its savepoint. The outer error means that the whole transaction is lost.
fn request(connection: &Connection, work: &Work) -> Result<Result<Outcome, StoreError>, StoreError> {
    execute(connection, "SAVEPOINT request")?;
    let outcome = apply(connection, work);
    if !matches!(outcome, Ok(Outcome::Applied { .. }))
        && let Err(error) = execute(connection, "ROLLBACK TO request")
    {
        // SQLite rolls everything back by itself where the disk is full, for one: then the savepoint is gone
        // too, and what made it so is what is told.
        return Err(outcome.err().unwrap_or(error));
    }
    execute(connection, "RELEASE request")?;
    Ok(outcome)
}

fn apply(connection: &Connection, work: &Work) -> Result<Outcome, StoreError> {
    let (mut number, mut counts) = (None, Vec::new());
    for write in &work.writes {
        match apply_one(connection, write) {
            Ok(Told::Nothing) => {}
            Ok(Told::Number(returned)) => number = Some(returned),
            Ok(Told::Count(rows)) => counts.push(rows),
            Err(Refused::ByGuard) => return Ok(Outcome::Conflict),
            Err(Refused::ByEngine(error)) => return Err(engine_error("writing", error)),
        }
    }
    journal::append(connection, &work.records, number.map(UserId::new))?;
    Ok(Outcome::Applied { number, counts })
}

/// What a statement tells, as its guard wants it.
enum Told {
    Nothing,
    /// The number that it returned.
    Number(i64),
    /// The rows that it touched.
    Count(usize),
}

/// Runs one statement.
fn apply_one(connection: &Connection, write: &Write) -> Result<Told, Refused> {
    let mut statement = connection.prepare_cached(write.statement)?;
    let parameters = params_from_iter(&write.parameters);
    if write.guard != Guard::OneNumber {
        let rows = statement.execute(parameters)?;
        return match write.guard {
            Guard::Counted => Ok(Told::Count(rows)),
            guard if guard == Guard::Open || rows == 1 => Ok(Told::Nothing),
            _ => Err(Refused::ByGuard),
        };
    }
    let mut rows = statement.query(parameters)?;
    let number = rows.next()?.map(|row| row.get(0)).transpose()?;
    match (number, rows.next()?) {
        (Some(number), None) => Ok(Told::Number(number)),
        _ => Err(Refused::ByGuard),
    }
}

/// Why a statement came to nothing.
enum Refused {
    /// Something is no longer as the decision took it to be.
    ByGuard,
    /// SQLite failed.
    ByEngine(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            // What it refers to is gone, which is one more thing that is no longer so.
            Error::SqliteFailure(ffi::Error { extended_code: ffi::SQLITE_CONSTRAINT_FOREIGNKEY, .. }, _) => {
                Refused::ByGuard
            }
            error => Refused::ByEngine(error),
        }
    }
}

/// Runs a statement about transactions.
fn execute(connection: &Connection, statement: &'static str) -> Result<(), StoreError> {
    let mut statement = connection
        .prepare_cached(statement)
        .map_err(|error| engine_error("preparing a transaction", error))?;
    statement.execute([]).map(|_rows| ()).map_err(|error| engine_error("committing", error))
}

/// Leaves one file without a log beside it, and statistics for the next time it is opened.
fn tidy_up(connection: Connection) {
    let optimized = connection.execute_batch("PRAGMA optimize");
    // A checkpoint that waits for the readers of another process keeps its writer out for as long. Where there is such
    // a process, the log is its affair.
    let impatient = connection.busy_timeout(Duration::ZERO);
    let checkpointed = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_row| Ok(()));
    connection.flush_prepared_statement_cache();
    let closed = connection.close().map_err(|(_connection, error)| error);
    for error in [optimized, impatient, checkpointed, closed].into_iter().filter_map(Result::err) {
        // Nothing is lost: the next opening finds the log.
        warn!(%error, "the database could not be tidied up");
    }
}

#[cfg(test)]
mod tests;
