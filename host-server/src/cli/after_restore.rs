//! `countersign after-restore`: a backup was put in the database's place, and what it brought back is voided.

use std::process::ExitCode;

use clap::Args;
use countersign_core::audit::{Origin, Record};
use countersign_core::restore::{RecoveryCodes, after_restore};
use countersign_core::time::Timestamp;
use countersign_core::token::LIFETIME_MAX_SECS;

use super::{REFUSED, WRONG_SETTING, chain, print_line, refuse, refuse_settings};
use crate::app;
use crate::config::{RestoreConfig, Sources};
use crate::store::{ChosenRecords, DatabaseLocation, Store, StoreError, Voided};

/// What stands below the flags.
pub(super) const AFTER_HELP: &str = "\
A backup holds what was used up since: tokens to refresh and to reset, sessions
that were ended, codes of second factors. Each would be good a second time. This
ends every session, voids whatever was given out, takes away all recovery codes
and tells their owners by mail, and outdates all access tokens. Passwords stay.
It prints what it did, and what else to look at.";

/// The flags of `after-restore`.
#[derive(Debug, Args)]
pub(super) struct AfterRestoreArguments {
    /// Leave recovery codes as they are in the backup; those that were used since are good again
    #[arg(long)]
    keep_recovery_codes: bool,
    /// The server's SQLite file [DATABASE_URL; default sqlite:///./countersign.db]
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

/// Voids it, and tells how much that was.
pub(super) fn run(arguments: AfterRestoreArguments) -> ExitCode {
    let AfterRestoreArguments { keep_recovery_codes, database_url } = arguments;
    let store = match open(database_url) {
        Ok(store) => store,
        Err(code) => return code,
    };
    let recovery_codes = if keep_recovery_codes { RecoveryCodes::Keep } else { RecoveryCodes::Void };
    let done = void(&store, recovery_codes, app::now());
    store.close();
    match done {
        Ok(lines) => {
            for line in lines {
                print_line(&line);
            }
            ExitCode::SUCCESS
        }
        Err(reason) => refuse(REFUSED, &[format!("Nothing is voided: {reason}.")]),
    }
}

fn open(database_url: Option<String>) -> Result<Store, ExitCode> {
    let sources = Sources::of_process([("DATABASE_URL", database_url)]);
    let config = RestoreConfig::read(&sources).map_err(|wrong| refuse_settings(&wrong))?;
    let DatabaseLocation::File(file) = &config.database else {
        let reason = "DATABASE_URL: names memory, which is restored from nowhere; name the server's file.";
        return Err(refuse(WRONG_SETTING, &[reason]));
    };
    if !file.exists() {
        let reason = format!("DATABASE_URL: there is no file {}.", file.display());
        return Err(refuse(WRONG_SETTING, &[reason]));
    }
    Store::open(&config.database)
        .map_err(|error| refuse(WRONG_SETTING, &[format!("DATABASE_URL: {}.", chain(&error))]))
}

fn void(store: &Store, recovery_codes: RecoveryCodes, now: Timestamp) -> Result<Vec<String>, String> {
    let sentence = |error: &dyn std::error::Error| chain(error);
    let standing = Standing::read(store).map_err(|error| sentence(&error))?;
    let decision = after_restore(recovery_codes, now);
    let origin = Origin::default();
    let records = decision.events.iter().filter_map(|event| Record::of(event, &origin, now)).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| sentence(&error))?;
    let voided = runtime
        .block_on(store.void_and_record(&decision.changes, records))
        .map_err(|error| sentence(&error))?
        .ok_or("another process was in the way; run it again")?;
    Ok([did(voided, recovery_codes, now), left(&standing, recovery_codes)].concat())
}

/// How far the backup goes.
struct Standing {
    /// When the newest thing happened that its audit tells of; `None` where it tells of nothing.
    newest_event: Option<Timestamp>,
    /// The number that the next user gets.
    next_user: i64,
}

impl Standing {
    fn read(store: &Store) -> Result<Self, StoreError> {
        let newest = store.audit(&ChosenRecords::default(), None, 1)?;
        let newest_user = store.newest_user()?.map_or(0, |user| user.value());
        Ok(Self {
            newest_event: newest.first().map(|(_, entry)| entry.record.at),
            next_user: newest_user.saturating_add(1),
        })
    }
}

/// What was done, by numbers.
fn did(voided: Voided, recovery_codes: RecoveryCodes, now: Timestamp) -> Vec<String> {
    let Voided { sessions, mfa_logins, devices, action_tokens, mails, factors, .. } = voided;
    let mut lines = vec![
        format!("Sessions ended: {sessions}. Log-ins that waited for a second factor, ended: {mfa_logins}."),
        format!("Mailed tokens voided: {action_tokens}. Mails with one given up: {mails}."),
        format!("Devices forgotten: {devices}."),
        format!("Second factors whose codes of up to now are used: {factors}."),
    ];
    lines.push(match recovery_codes {
        RecoveryCodes::Void => format!(
            "Recovery codes taken away: {}. Mails queued to have new ones made: {}.",
            voided.recovery_codes, voided.notices
        ),
        RecoveryCodes::Keep => "Recovery codes are as they were: those used since are good again.".to_owned(),
    });
    lines.push(format!("Access tokens from before {} are void wherever the revocations are read.", utc(now)));
    lines
}

/// What no command can bring back, so that somebody looks at it.
fn left(standing: &Standing, recovery_codes: RecoveryCodes) -> Vec<String> {
    let since = standing.newest_event.map_or_else(
        || "Its audit is empty, so nothing tells how old the backup is.".to_owned(),
        |at| format!("The newest thing that its audit tells of happened at {}.", utc(at)),
    );
    let hours = LIFETIME_MAX_SECS / 3_600;
    let mut lines = vec![
        String::new(),
        format!("{since} What was changed later is not in this database. Look at:"),
        "- passwords changed or reset since: the old ones open the accounts again".to_owned(),
        "- accounts suspended or deleted since: they are active again".to_owned(),
        "- roles and admins since: who lost one has it again, who was given one has none".to_owned(),
        "- second factors turned on, off or replaced since: the one of then is asked for, or none".to_owned(),
        "- e-mail addresses changed since: mails go to the old ones".to_owned(),
        format!(
            "- accounts made since: they are gone, and their numbers, from {} on, are given again. What another \
             program keeps under one would be a stranger's",
            standing.next_user
        ),
        "- applications and data of users since".to_owned(),
        "- signing keys replaced or withdrawn since: one that was stolen is known again, until `countersign keys withdraw`"
            .to_owned(),
        "- the audit since: `countersign audit verify --noted` with a place noted since will say that rows are gone"
            .to_owned(),
        "- notices that wait (`countersign outbox`): those sent since are sent again".to_owned(),
        format!(
            "- programs that verify tokens without the list of revocations: they take tokens from before for up to \
             {hours} hours"
        ),
    ];
    if recovery_codes == RecoveryCodes::Void {
        lines.push(
            "- users who lost their authenticator: they have no recovery code now, and no other way in"
                .to_owned(),
        );
    }
    lines
}

/// `2026-01-31T12:00:00Z`.
fn utc(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.as_secs()).map(|at| at.to_string()).unwrap_or_default()
}
