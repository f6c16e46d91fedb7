//! Archives: old rows as lines of JSON in a file of their own, whose links go on where the archive before ended.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use countersign_core::audit::chain::{Entry, Link, Place};
use countersign_core::audit::{Origin, Outcome, Record};
use countersign_core::id::UserId;
use countersign_core::session::Client;
use countersign_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::walk::{Fault, Walk, WalkError};
use crate::store::{Store, StoreError};

/// Rows that are read and written at once.
const PAGE: u32 = 1_000;

/// The first line of an archive.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    /// Which form the lines have.
    countersign_audit: u32,
    /// Where the rows go on.
    after: String,
}

/// The form that is written here.
const FORM: u32 = 1;

/// One row.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: i64,
    at: jiff::Timestamp,
    event: String,
    outcome: String,
    reason: Option<String>,
    actor: Option<i64>,
    subject: Option<i64>,
    application_id: Option<String>,
    role: Option<String>,
    ip: Option<String>,
    user_agent: Option<String>,
    request_id: Option<String>,
    link: String,
}

/// Why an archive was not written or read.
#[derive(Debug, Error)]
pub(crate) enum ArchiveError {
    /// The file cannot be made, written or read.
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, io::Error),
    /// A line is none of an archive.
    #[error("{}: line {} is none of an archive of the audit", .0.display(), .1)]
    Line(PathBuf, u64),
    /// The rows do not hang together.
    #[error(transparent)]
    Walk(#[from] WalkError),
}

impl From<StoreError> for ArchiveError {
    fn from(error: StoreError) -> Self {
        ArchiveError::Walk(error.into())
    }
}

impl From<Fault> for ArchiveError {
    fn from(fault: Fault) -> Self {
        ArchiveError::Walk(fault.into())
    }
}

/// Writes the rows after `from` up to the one of this number to a new file, and gives back the place of the last. They
/// are on the disk then, and still in the store.
///
/// # Errors
/// Where the file is there already or cannot be written, and where the rows do not hang together.
pub(crate) fn write(store: &Store, from: Place, up_to: i64, path: &Path) -> Result<Place, ArchiveError> {
    let failed = |error| ArchiveError::File(path.to_owned(), error);
    let mut file = BufWriter::new(create(path).map_err(failed)?);
    let head = Head { countersign_audit: FORM, after: from.encode() };
    write_line(&mut file, &head).map_err(failed)?;
    let mut walk = Walk::from(from, None, None)?;
    'pages: loop {
        let entries = store.audit_after(walk.place.number, PAGE)?;
        if entries.is_empty() {
            break;
        }
        for entry in &entries {
            if entry.number > up_to {
                break 'pages;
            }
            walk.step(entry)?;
            write_line(&mut file, &Line::of(entry).map_err(|error| failed(io::Error::other(error)))?)
                .map_err(failed)?;
        }
    }
    let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    sync_folder_of(path).map_err(failed)?;
    Ok(walk.place)
}

/// Goes through an archive. `before` is where the one before ended; `None` where it is the first that is looked at.
///
/// # Errors
/// Where it cannot be read, and where a row is missing or altered.
pub(crate) fn read(path: &Path, before: Option<Place>, noted: Option<Place>) -> Result<Place, ArchiveError> {
    let failed = |error| ArchiveError::File(path.to_owned(), error);
    let mut lines = BufReader::new(File::open(path).map_err(failed)?).lines();
    let foreign = |line| ArchiveError::Line(path.to_owned(), line);
    let head = lines.next().ok_or_else(|| foreign(1))?.map_err(failed)?;
    let head: Head = serde_json::from_str(&head).map_err(|_| foreign(1))?;
    let after =
        Some(head).filter(|head| head.countersign_audit == FORM).and_then(|head| Place::parse(&head.after));
    let after = after.ok_or_else(|| foreign(1))?;
    if before.is_some_and(|before| before != after) {
        let found = before.map_or(0, |before| before.number);
        return Err(Fault::OtherEnd { found, written: after.number }.into());
    }
    let mut walk = Walk::from(after, None, noted)?;
    for (index, line) in (2..).zip(lines) {
        let line: Option<Line> = serde_json::from_str(&line.map_err(failed)?).ok();
        let entry = line.and_then(Line::into_entry).ok_or_else(|| foreign(index))?;
        walk.step(&entry)?;
    }
    Ok(walk.place)
}

impl Line {
    fn of(entry: &Entry) -> Result<Self, jiff::Error> {
        let Entry { number, record, link } = entry.clone();
        Ok(Self {
            id: number,
            at: jiff::Timestamp::from_second(record.at.as_secs())?,
            event: record.event,
            outcome: record.outcome.as_str().to_owned(),
            reason: record.reason,
            actor: record.actor.map(UserId::value),
            subject: record.subject.map(UserId::value),
            application_id: record.application,
            role: record.role,
            ip: record.origin.client.ip,
            user_agent: record.origin.client.user_agent,
            request_id: record.origin.request_id,
            link: link.encode(),
        })
    }

    fn into_entry(self) -> Option<Entry> {
        let client = Client { ip: self.ip, user_agent: self.user_agent };
        let record = Record {
            at: Timestamp::from_secs(self.at.as_second()),
            event: self.event,
            outcome: Outcome::parse(&self.outcome)?,
            reason: self.reason,
            actor: self.actor.map(UserId::new),
            subject: self.subject.map(UserId::new),
            application: self.application_id,
            role: self.role,
            origin: Origin { client, request_id: self.request_id },
        };
        Some(Entry { number: self.id, record, link: Link::parse(&self.link)? })
    }
}

fn write_line(file: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *file, line)?;
    file.write_all(b"\n")
}

/// A new file that its owner alone may read.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A file is there after a crash only once its folder is on the disk too.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
