//! One function per operation: reads what the decision needs, asks core, commits, renders.

mod applications;
mod assignments;
pub mod authenticate;
mod data;
mod form;
mod jwks;
mod login;
mod mfa;
mod operations;
mod page;
mod profile;
mod reauthenticate;
mod refresh;
mod register;
mod roles;
pub mod second_factor;
mod sessions;
mod users;
pub mod views;

pub use applications::{CREATE_FIELDS as APPLICATION_FIELDS, UPDATE_FIELDS as APPLICATION_PATCH_FIELDS};
pub use assignments::FIELDS as ASSIGNMENT_FIELDS;
pub use data::FIELDS as DATA_FIELDS;
pub use login::FIELDS as LOGIN_FIELDS;
pub use mfa::{
    CODE_FIELDS as MFA_CODE_FIELDS, ENABLE_FIELDS as MFA_ENABLE_FIELDS, RENEWAL_FIELDS as MFA_RENEWAL_FIELDS,
};
pub use profile::{FIELDS as PROFILE_FIELDS, NAME_AND_EMAIL_FIELDS};
pub use refresh::FIELDS as REFRESH_FIELDS;
pub use register::{CreateAccountError, FIELDS as REGISTRATION_FIELDS, create_account};
pub use roles::FIELDS as ROLE_FIELDS;
pub use users::FIELDS as USER_FIELDS;

use std::sync::Arc;

use countersign_core::decision::Decision;
use countersign_core::event::Event;
use tokio::task::JoinError;

use crate::app::App;
use crate::call::{Call, RequestId};
use crate::docs;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::routes::Operation;
use crate::store::Committed;

/// How often an operation is decided anew when something changed beneath it. Twice is enough for every
/// collision of two; more would let a crowd at one row keep the writer busy.
const DECISIONS_MAX: u32 = 3;

/// Answers a call by the operation of its route.
///
/// # Errors
/// The problem that the caller is told.
pub async fn answer(app: &Arc<App>, call: Call) -> Result<Reply, Problem> {
    match call.route.operation {
        // Boxed, since every request's future has room for the largest of these and is moved some times.
        Operation::Register => Box::pin(register::answer(app, call)).await,
        // Begun, these are finished, also where the client hangs up: their guess is counted by then, and if the
        // password is right the count has to be cleared.
        Operation::LogIn => {
            let app = Arc::clone(app);
            tokio::spawn(async move { login::answer(&app, call).await }).await.unwrap_or_else(broken_off)
        }
        Operation::UpdateProfile => {
            let app = Arc::clone(app);
            tokio::spawn(async move { profile::update(&app, call).await }).await.unwrap_or_else(broken_off)
        }
        Operation::Refresh => Box::pin(refresh::answer(app, call)).await,
        Operation::LogOut => Box::pin(sessions::log_out(app, call)).await,
        Operation::LogOutEverywhere => Box::pin(sessions::log_out_everywhere(app, call)).await,
        Operation::ListSessions => sessions::list(app, call),
        Operation::EndSession => Box::pin(sessions::end_one(app, call)).await,
        Operation::EnableMfa => Box::pin(mfa::enable(app, call)).await,
        Operation::VerifyMfa => Box::pin(mfa::verify(app, call)).await,
        Operation::DisableMfa => Box::pin(mfa::disable(app, call)).await,
        Operation::RenewRecoveryCodes => Box::pin(mfa::renew_recovery_codes(app, call)).await,
        Operation::Profile => profile::answer(call),
        Operation::StoreDatum => Box::pin(data::store(app, call)).await,
        Operation::ListData => data::list(app, call),
        Operation::ShowDatum => data::show(app, call),
        Operation::DeleteDatum => Box::pin(data::delete(app, call)).await,
        Operation::CheckPermission => roles::check(app, call),
        Operation::AssignRole => Box::pin(assignments::assign(app, call)).await,
        Operation::ListAssignedRoles => assignments::list(app, call),
        Operation::RevokeRole => Box::pin(assignments::revoke(app, call)).await,
        Operation::ListApplications => applications::list(app, call),
        Operation::CreateApplication => Box::pin(applications::create(app, call)).await,
        Operation::ShowApplication => applications::show(app, call),
        Operation::UpdateApplication => Box::pin(applications::update(app, call)).await,
        Operation::DeleteApplication => Box::pin(applications::delete(app, call)).await,
        Operation::ListRoles => roles::list(app, call),
        Operation::DefineRole => Box::pin(roles::define(app, call)).await,
        Operation::DeleteRole => Box::pin(roles::delete(app, call)).await,
        Operation::DeleteAccount => Box::pin(profile::delete(app, call)).await,
        Operation::ListUsers => Box::pin(users::list(app, call)).await,
        Operation::ShowUser => users::show(app, call),
        Operation::ChangeUser => Box::pin(users::change(app, call)).await,
        Operation::DeleteUser => Box::pin(users::delete(app, call)).await,
        Operation::Jwks => Ok(jwks::answer(app)),
        Operation::Health => Ok(operations::health()),
        Operation::Ready => operations::ready(app).await,
        Operation::OpenApi => Ok(docs::openapi(&call)),
        Operation::Docs => Ok(docs::answer(&call)),
        Operation::Demo => Ok(app.demo.answer(&call)),
    }
}

fn broken_off(error: JoinError) -> Result<Reply, Problem> {
    Err(Problem::internal(error))
}

/// Loads, decides and commits, and does so anew where a guard no longer held. `decide` loads what it decides on.
///
/// # Errors
/// The refusal, once its changes are stored; 503 where others kept changing the same things.
async fn settle<T>(
    app: &App,
    request_id: &RequestId,
    decide: impl Fn() -> Result<Decision<T>, Problem>,
) -> Result<T, Problem> {
    for _ in 0..DECISIONS_MAX {
        let Decision { outcome, changes, events } = decide()?;
        if matches!(app.store.commit(&changes).await?, Committed::Applied { .. }) {
            tell(&events, request_id);
            return outcome.map_err(Problem::from);
        }
    }
    Err(Problem::contended())
}

/// Tells the log what happened, once it is stored.
pub(crate) fn tell(events: &[Event], request_id: &RequestId) {
    for event in events {
        tracing::info!(
            target: "countersign::event",
            event = event.name(),
            user = event.user().map(|user| user.value()),
            reason = event.reason(),
            admin = event.admin().map(|admin| admin.value()),
            application = event.application().map(|application| application.as_str()),
            role = event.role().map(|role| role.as_str()),
            request_id = %request_id,
        );
    }
}
