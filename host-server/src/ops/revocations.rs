//! What became void before it expired, for those who verify without asking.

use std::sync::Arc;

use crate::app::App;
use crate::call::Call;
use crate::problem::Problem;
use crate::reply::Reply;

/// Answers 200 with the signed list, or 304.
pub(crate) async fn answer(app: &Arc<App>, call: Call) -> Result<Reply, Problem> {
    Ok(app.revocations.current(app).await?.reply(&call.headers))
}
