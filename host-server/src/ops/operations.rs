//! Whether the server lives, and whether it can work.

use warp::http::StatusCode;

use super::views::Status;
use crate::app::App;
use crate::problem::Problem;
use crate::reply::Reply;

/// Alive: the process answers. Asks nothing of the store, so that a full disk does not restart it in a loop.
pub(crate) fn health() -> Reply {
    Reply::json(StatusCode::OK, &Status::OK)
}

/// Ready: the store reads and its writer lives. Whatever is wrong with it, whoever asks is to send requests elsewhere.
pub(crate) async fn ready(app: &App) -> Result<Reply, Problem> {
    app.store.is_ready().await.map_err(Problem::unready)?;
    Ok(Reply::json(StatusCode::OK, &Status::OK))
}
