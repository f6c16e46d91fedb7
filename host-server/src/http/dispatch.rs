//! From the operation of a route to the function that answers.

use std::sync::Arc;

use tokio::task::JoinError;

use crate::app::App;
use crate::call::Call;
use crate::docs;
use crate::ops::{
    applications, assignments, audit, data, jwks, login, mailed, mails, mfa, operations, profile, refresh,
    register, revocations, roles, sessions, users, well_known,
};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::routes::Operation;

/// Answers a call by the operation of its route.
///
/// # Errors
/// The problem that the caller is told.
pub(super) async fn answer(app: &Arc<App>, call: Call) -> Result<Reply, Problem> {
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
        Operation::ResendVerification => Box::pin(mails::resend(app, call)).await,
        Operation::VerifyEmail => Box::pin(mailed::verify(app, call)).await,
        Operation::ForgotPassword => Box::pin(mails::forgot(app, call)).await,
        Operation::ResetPassword => Box::pin(mailed::reset(app, call)).await,
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
        Operation::ListAudit => Box::pin(audit::list(app, call)).await,
        Operation::SecurityTxt => well_known::security_txt(app),
        Operation::ChangePassword => well_known::change_password(app),
        Operation::Jwks => jwks::answer(app, &call),
        Operation::Revocations => Box::pin(revocations::answer(app, call)).await,
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
