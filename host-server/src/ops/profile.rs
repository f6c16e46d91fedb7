//! The caller's own profile.

use warp::http::StatusCode;

use super::views::User;
use crate::call::Call;
use crate::problem::Problem;
use crate::reply::Reply;

/// Answers 200 with the caller's User.
pub(super) fn answer(call: Call) -> Result<Reply, Problem> {
    Ok(Reply::json(StatusCode::OK, &User::from(call.principal()?.account())))
}
