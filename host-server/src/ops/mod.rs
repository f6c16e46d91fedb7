//! One function per operation: reads what the decision needs, asks core, commits, renders.

pub(crate) mod applications;
pub(crate) mod assignments;
pub(crate) mod audit;
pub mod authenticate;
mod breach;
pub(crate) mod data;
mod form;
mod guess;
mod issued;
pub(crate) mod jwks;
pub(crate) mod login;
pub(crate) mod mailed;
pub(crate) mod mails;
pub(crate) mod mfa;
pub(crate) mod operations;
pub(crate) mod pace;
mod page;
pub(crate) mod profile;
mod reauthenticate;
pub(crate) mod refresh;
pub(crate) mod register;
pub(crate) mod revocations;
pub(crate) mod roles;
pub mod second_factor;
pub(crate) mod sessions;
#[cfg(test)]
mod tests;
pub(crate) mod users;
pub mod views;
pub(crate) mod well_known;

pub use applications::{CREATE_FIELDS as APPLICATION_FIELDS, UPDATE_FIELDS as APPLICATION_PATCH_FIELDS};
pub use assignments::FIELDS as ASSIGNMENT_FIELDS;
pub use data::FIELDS as DATA_FIELDS;
pub use login::FIELDS as LOGIN_FIELDS;
pub use mailed::{RESET_FIELDS, VERIFICATION_FIELDS};
pub use mails::FIELDS as MAIL_FIELDS;
pub use mfa::{
    CODE_FIELDS as MFA_CODE_FIELDS, ENABLE_FIELDS as MFA_ENABLE_FIELDS, RENEWAL_FIELDS as MFA_RENEWAL_FIELDS,
};
pub use profile::{FIELDS as PROFILE_FIELDS, NAME_AND_EMAIL_FIELDS};
pub use refresh::FIELDS as REFRESH_FIELDS;
pub use register::{CreateAccountError, FIELDS as REGISTRATION_FIELDS, create_account};
pub use roles::FIELDS as ROLE_FIELDS;
pub use users::FIELDS as USER_FIELDS;

use countersign_core::audit::{Origin, Record};
use countersign_core::change::Change;
use countersign_core::decision::Decision;
use countersign_core::event::Event;
use countersign_core::time::Timestamp;

use crate::app::App;
use crate::call::Call;
use crate::problem::Problem;
use crate::store::{Committed, Store, StoreError};

/// How often an operation is decided anew when something changed beneath it. Twice is enough for every
/// collision of two; more would let a crowd at one row keep the writer busy.
const DECISIONS_MAX: u32 = 3;

/// How often an operation is decided anew that spends no hash on it: enough for a crowd at one row.
const SETTLED_WITHIN: u32 = 16;

/// Loads, decides and commits, and does so anew where a guard no longer held. `decide` loads what it decides on. Before
/// each decision whoever asks is looked at again: their session may have ended while the body was on its way or a
/// password was being checked.
///
/// # Errors
/// The refusal, once its changes are stored; 503 where others kept changing the same things.
async fn settle<T>(
    app: &App,
    call: &Call,
    decide: impl Fn() -> Result<Decision<T>, Problem>,
) -> Result<T, Problem> {
    for _ in 0..SETTLED_WITHIN {
        authenticate::again(app, call)?;
        let Decision { outcome, changes, events } = decide()?;
        let committed = commit(&app.store, &changes, &events, &call.origin(), app.now()).await?;
        if matches!(committed, Committed::Applied { .. }) {
            return outcome.map_err(Problem::from);
        }
    }
    Err(Problem::contended())
}

/// Stores what a decision changes, and with it what the audit keeps of it. The log is told once it is stored.
pub(crate) async fn commit(
    store: &Store,
    changes: &[Change],
    events: &[Event],
    origin: &Origin,
    now: Timestamp,
) -> Result<Committed, StoreError> {
    let records = events.iter().filter_map(|event| Record::of(event, origin, now)).collect();
    let committed = store.commit_and_record(changes, records).await?;
    if matches!(committed, Committed::Applied { .. }) {
        tell(events, origin.request_id.as_deref());
    }
    Ok(committed)
}

/// Tells the log what happened.
pub(crate) fn tell(events: &[Event], request_id: Option<&str>) {
    for event in events {
        tracing::info!(
            target: "countersign::event",
            event = event.name(),
            user = event.user().map(|user| user.value()),
            reason = event.reason(),
            admin = event.admin().map(|admin| admin.value()),
            application = event.application().map(|application| application.as_str()),
            role = event.role().map(|role| role.as_str()),
            request_id,
        );
    }
}
