//! `countersign audit`: whether the audit is as it was written, and where old rows go.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use countersign_core::audit::Origin;
use countersign_core::audit::chain::Place;
use countersign_core::audit::seal::{Seal, SealKey};
use countersign_core::decision::Decision;
use countersign_core::time::Timestamp;
use countersign_core::token::RootSecret;

use super::{REFUSED, WRONG_SETTING, chain, print_line, refuse, refuse_settings};
use crate::app;
use crate::audit::{archive, walk};
use crate::config::{self, AuditConfig, Sources};
use crate::keys::Rotating;
use crate::ops;
use crate::store::{Committed, DatabaseLocation, Store};

/// The flags of `audit verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// An archive, the oldest first; the rows are followed from the first one into the database
    #[arg(long = "archive", value_name = "FILE")]
    archives: Vec<PathBuf>,
    /// A place that an earlier run has told; rows that were removed since are found by it
    #[arg(long, value_name = "PLACE", value_parser = parse_place)]
    noted: Option<Place>,
    /// The server's SQLite file [DATABASE_URL; default sqlite:///./countersign.db]
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

/// The flags of `audit archive`.
#[derive(Debug, Args)]
pub(super) struct ArchiveArguments {
    /// Rows from before this time are taken out, as in 2026-01-31T00:00:00Z
    #[arg(long, value_name = "TIME")]
    before: jiff::Timestamp,
    /// The new file that they are written to, as lines of JSON
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// The server's SQLite file [DATABASE_URL; default sqlite:///./countersign.db]
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

fn parse_place(text: &str) -> Result<Place, String> {
    Place::parse(text).ok_or_else(|| "a place is a number, a colon and 43 characters".to_owned())
}

/// Goes through every row. Ends with 0 where all of them are as they were written, else with 1.
pub(super) fn verify(arguments: VerifyArguments) -> ExitCode {
    let VerifyArguments { archives, noted, database_url } = arguments;
    let (store, key) = match open(database_url) {
        Ok(opened) => opened,
        Err(code) => return code,
    };
    let verified = followed(&archives, noted).and_then(|before| {
        let standing = store.audit_standing()?;
        Ok((standing.archived, walk::through(&store, key.as_ref(), before, noted)?))
    });
    store.close();
    match verified {
        Ok((archived, newest)) => {
            for line in told(archived, newest, key.is_some(), archives.is_empty()) {
                print_line(&line);
            }
            ExitCode::SUCCESS
        }
        Err(error) => refuse(REFUSED, &[format!("The audit is not as it was written: {}.", chain(&error))]),
    }
}

/// Writes old rows to a file, and then takes them out of the database.
pub(super) fn archive(arguments: ArchiveArguments) -> ExitCode {
    let ArchiveArguments { before, to, database_url } = arguments;
    let store = match open(database_url) {
        Ok((store, _key)) => store,
        Err(code) => return code,
    };
    let archived = take_out(&store, Timestamp::from_secs(before.as_second()), &to);
    store.close();
    match archived {
        Ok(Some((from, last))) => {
            print_line(&format!("Archived rows {} to {} in {}.", from.number + 1, last.number, to.display()));
            ExitCode::SUCCESS
        }
        Ok(None) => {
            print_line("There is nothing to archive: no sealed row is that old.");
            ExitCode::SUCCESS
        }
        Err(reason) => refuse(REFUSED, &[reason]),
    }
}

/// The rows' places before the first and of the last; `None` where there are none.
fn take_out(
    store: &Store,
    before: Timestamp,
    to: &std::path::Path,
) -> Result<Option<(Place, Place)>, String> {
    let sentence = |error: &dyn std::error::Error| format!("{}.", chain(error));
    let standing = store.audit_standing().map_err(|error| sentence(&error))?;
    let oldest_kept = store.last_audited_before(before).map_err(|error| sentence(&error))?;
    // What no seal is over yet stays: afterwards the seal would be over rows that are not here.
    let sealed = standing.seal.map_or(0, |seal| seal.place.number);
    let up_to = oldest_kept.unwrap_or_default().min(sealed);
    let from = standing.archived;
    if up_to <= from.number {
        return Ok(None);
    }
    let last = archive::write(store, from, up_to, to).map_err(|error| sentence(&error))?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| sentence(&error))?;
    let Decision { changes, events, .. } = countersign_core::audit::archive(from, last);
    let committed = runtime.block_on(ops::commit(store, &changes, &events, &Origin::default(), app::now()));
    match committed.map_err(|error| sentence(&error))? {
        Committed::Applied { .. } => Ok(Some((from, last))),
        Committed::Conflict => Err(format!(
            "Another process archived rows at the same time; {} holds some that are archived already.",
            to.display()
        )),
    }
}

fn followed(archives: &[PathBuf], noted: Option<Place>) -> Result<Option<Place>, archive::ArchiveError> {
    let mut place = None;
    for path in archives {
        place = Some(archive::read(path, place, noted)?);
    }
    Ok(place)
}

fn open(database_url: Option<String>) -> Result<(Store, Option<SealKey>), ExitCode> {
    let sources = Sources::of_process([("DATABASE_URL", database_url)]);
    let config = AuditConfig::read(&sources).map_err(|wrong| refuse_settings(&wrong))?;
    let DatabaseLocation::File(file) = &config.database else {
        let reason = "DATABASE_URL: names memory, which holds no audit; name the server's file.";
        return Err(refuse(WRONG_SETTING, &[reason]));
    };
    if !file.exists() {
        let reason = format!("DATABASE_URL: there is no file {}.", file.display());
        return Err(refuse(WRONG_SETTING, &[reason]));
    }
    let store = Store::open(&config.database)
        .map_err(|error| refuse(WRONG_SETTING, &[format!("DATABASE_URL: {}.", chain(&error))]))?;
    let secrets = config::existing_secrets(&config.root, config.previous.as_ref())
        .map_err(|error| refuse(WRONG_SETTING, &[format!("SECRET_KEY: {}.", chain(&error))]))?;
    let seal = store
        .audit_standing()
        .map_err(|error| refuse(REFUSED, &[format!("The audit cannot be read: {}.", chain(&error))]))?
        .seal;
    let keys = secrets.map(|secrets| secrets.derive(RootSecret::audit_key));
    Ok((store, keys.map(|keys| key_of(seal.as_ref(), keys))))
}

/// The key that made the seal. Until the server has started under another root secret it is the previous one.
fn key_of(seal: Option<&Seal>, keys: Rotating<SealKey>) -> SealKey {
    let made_it = |key: &SealKey| seal.filter(|seal| key.holds(seal)).map(|_| key.clone());
    keys.find_map(made_it).unwrap_or(keys.current)
}

/// What the operator reads.
fn told(archived: Place, newest: Place, sealed: bool, without_archives: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if newest.number == 0 {
        lines.push("The audit is empty.".to_owned());
        return lines;
    }
    let first = if without_archives { archived.number + 1 } else { 1 };
    lines.push(format!("The audit is as it was written: rows {first} to {}.", newest.number));
    if !sealed {
        lines.push(
            "Its seal was not looked at, since there is no SECRET_KEY and no key beside the database."
                .to_owned(),
        );
    }
    lines.push(format!("To find out later whether rows were removed, note this place: {}", newest.encode()));
    lines
}
