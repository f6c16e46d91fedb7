//! `countersign outbox`: the mails that wait, as they would be sent.

use std::io::{self, Write};
use std::process::ExitCode;

use countersign_core::mail::QueuedMail;
use countersign_core::time::Timestamp;
use countersign_core::token::{MailKey, RootSecret};

use super::arguments::OutboxArguments;
use super::{REFUSED, WRONG_SETTING, chain, refuse, refuse_settings};
use crate::config::{self, OutboxConfig, Sources};
use crate::keys::Rotating;
use crate::mail;
use crate::store::{DatabaseLocation, Store, StoreError};

/// Mails that are read at once.
const PAGE: u32 = 100;

/// Shows the mails.
pub(super) fn show(arguments: OutboxArguments) -> ExitCode {
    let OutboxArguments { number, all, database_url } = arguments;
    let config = match OutboxConfig::read(&Sources::of_process([("DATABASE_URL", database_url)])) {
        Ok(config) => config,
        Err(wrong) => return refuse_settings(&wrong),
    };
    match &config.database {
        DatabaseLocation::File(path) if path.exists() => {}
        DatabaseLocation::File(path) => {
            let reason = format!("DATABASE_URL: there is no {}; name the server's file.", path.display());
            return refuse(WRONG_SETTING, &[reason]);
        }
        DatabaseLocation::Memory => {
            let reason = "DATABASE_URL: names memory, where no mail can wait; name the server's file.";
            return refuse(WRONG_SETTING, &[reason]);
        }
    }
    let secrets = match config::secrets(&config.keys, true) {
        Ok(secrets) => secrets,
        Err(error) => return refuse(WRONG_SETTING, &[format!("SECRET_KEY: {error}")]),
    };
    let store = match Store::open(&config.database) {
        Ok(store) => store,
        Err(error) => return refuse(WRONG_SETTING, &[format!("DATABASE_URL: {}.", chain(&error))]),
    };
    let printed = if all {
        list(&store)
    } else {
        in_full(&store, &config, &secrets.derive(RootSecret::mail_key), number)
    };
    store.close();
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => refuse(REFUSED, &[reason]),
    }
}

/// A line for each mail.
fn list(store: &Store) -> Result<(), String> {
    let mut output = io::stdout().lock();
    each(store, false, |mail| {
        let QueuedMail { id, kind, to, created_at, attempts, .. } = mail;
        // Whoever has closed the pipe has seen enough.
        let _ = writeln!(
            output,
            "{id}\t{}\t{}\t{to}\t{}\tattempts: {attempts}",
            written(*created_at),
            kind.as_str(),
            state(mail)
        );
    })
}

/// The mails that wait, or one of any state, as they would be sent.
fn in_full(
    store: &Store,
    config: &OutboxConfig,
    keys: &Rotating<MailKey>,
    number: Option<i64>,
) -> Result<(), String> {
    let mut output = io::stdout().lock();
    let mut shown = 0_u32;
    each(store, number.is_none(), |mail| {
        if number.is_some_and(|number| number != mail.id) {
            return;
        }
        shown += 1;
        let letterhead = &config.letterhead;
        let QueuedMail { id, to, created_at, attempts, .. } = mail;
        let _ = writeln!(
            output,
            "== {id}: {}, queued {}, attempts: {attempts}\nFrom: {}\nTo: {to}",
            state(mail),
            written(*created_at),
            letterhead.from()
        );
        let _ = match mail::show(letterhead, keys, mail) {
            Ok((subject, text)) => writeln!(output, "Subject: {subject}\n\n{text}"),
            Err(error) => writeln!(output, "\n(It cannot be written: {error}.)\n"),
        };
    })?;
    match number {
        Some(number) if shown == 0 => Err(format!("There is no mail {number}, or no longer.")),
        None if shown == 0 => writeln!(output, "No mail waits.").or(Ok(())),
        _ => Ok(()),
    }
}

fn each(store: &Store, waiting_only: bool, mut show: impl FnMut(&QueuedMail)) -> Result<(), String> {
    let failed = |error: StoreError| format!("The outbox cannot be read: {}.", chain(&error));
    let mut after = 0;
    loop {
        let mails = store.mails(after, waiting_only, PAGE).map_err(failed)?;
        let Some(last) = mails.last() else { return Ok(()) };
        after = last.id;
        mails.iter().for_each(&mut show);
    }
}

fn state(mail: &QueuedMail) -> String {
    match (mail.sent_at, mail.given_up_at) {
        (Some(at), _) => format!("sent {}", written(at)),
        (None, Some(at)) => format!("given up {}", written(at)),
        (None, None) => format!("waits, due {}", written(mail.due_at)),
    }
}

fn written(time: Timestamp) -> String {
    jiff::Timestamp::from_second(time.as_secs())
        .map_or_else(|_| "at no time".to_owned(), |time| time.to_string())
}
