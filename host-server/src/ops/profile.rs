//! The caller's own profile.

use countersign_core::profile;
use warp::http::StatusCode;

use super::views::User;
use crate::call::Call;
use crate::problem::Problem;
use crate::reply::Reply;

/// Answers 200 with the caller's User.
pub(super) fn answer(call: Call) -> Result<Reply, Problem> {
    let profile = profile::decide(call.into_principal()?).outcome?;
    Ok(Reply::json(StatusCode::OK, &User::from(profile)))
}
