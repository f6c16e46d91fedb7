//! The audit log, for admins.

use countersign_core::event;
use countersign_core::id::UserId;
use countersign_core::rejection::{Code, Fault, Rejection};
use countersign_core::time::Timestamp;

use super::page::Page;
use super::views::AuditRecord;
use crate::app::App;
use crate::call::{Call, Query};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::store::ChosenRecords;

/// The parameters of the list.
const PARAMETERS: [&str; 7] = ["actor", "subject", "event", "since", "until", "limit", "cursor"];

/// Answers 200 with what happened, newest first.
pub(crate) async fn list(app: &App, call: Call) -> Result<Reply, Problem> {
    let query = call.query(&PARAMETERS)?;
    let (chosen, page) = read(app, &query)?;
    let (store, after, limit) = (app.store.clone(), page.after_number(), page.to_read());
    // Something rare makes it look at all rows.
    let looked = tokio::task::spawn_blocking(move || store.audit(&chosen, after, limit)).await;
    let entries = looked.map_err(Problem::internal)??;
    Ok(page.reply(app, &call, entries, |(_, entry)| AuditRecord::from(entry)))
}

/// Which rows are asked for, and which page of them.
fn read(app: &App, query: &Query<'_>) -> Result<(ChosenRecords, Page), Rejection> {
    let mut faults = Vec::new();
    let chosen = ChosenRecords {
        actor: user(query, "actor", &mut faults),
        subject: user(query, "subject", &mut faults),
        event: event(query, &mut faults),
        since: moment(query, "since", &mut faults),
        until: moment(query, "until", &mut faults),
    };
    let list = format!("audit of {chosen:?}");
    match Page::read(app, query, list) {
        Ok(page) if faults.is_empty() => Ok((chosen, page)),
        page => {
            faults.extend(page.err().into_iter().flat_map(|rejection| rejection.faults));
            Err(Rejection::validation(faults))
        }
    }
}

fn user(query: &Query<'_>, name: &'static str, faults: &mut Vec<Fault>) -> Option<UserId> {
    let text = query.optional(name)?;
    let user = UserId::parse(text);
    if user.is_none() {
        faults.push(Fault::new(name, Code::InvalidFormat, "This is no number of a user."));
    }
    user
}

fn event(query: &Query<'_>, faults: &mut Vec<Fault>) -> Option<String> {
    let word = query.optional("event")?;
    if !event::NAMES.contains(&word) {
        faults.push(Fault::new("event", Code::InvalidFormat, "There is no event of this name."));
    }
    Some(word.to_owned())
}

/// A moment in RFC 3339, to the second: what is said of a second more exactly counts for all of it.
fn moment(query: &Query<'_>, name: &'static str, faults: &mut Vec<Fault>) -> Option<Timestamp> {
    let parsed = query.optional(name)?.parse::<jiff::Timestamp>();
    if parsed.is_err() {
        let message = "The time is written as in RFC 3339, like 2026-01-31T12:00:00Z.";
        faults.push(Fault::new(name, Code::InvalidFormat, message));
    }
    parsed.ok().map(|moment| Timestamp::from_secs(moment.as_second()))
}
