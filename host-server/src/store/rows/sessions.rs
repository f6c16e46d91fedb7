//! Sessions.

use countersign_core::authenticate::SessionWithAccount;
use countersign_core::id::{ApplicationId, SessionId, TokenId, UserId};
use countersign_core::secret::TokenDigest;
use countersign_core::session::{Client, Pair, Session};

use super::accounts::account_columns;
use crate::store::StoreError;
use crate::store::value::{Columns, Row};

/// Reads a row of `SESSION_WITH_ACCOUNT`.
pub(crate) fn session_with_account(row: Row) -> Result<SessionWithAccount, StoreError> {
    let mut columns = Columns::of(row, "sessions");
    let session = session_columns(&mut columns)?;
    columns.enter("users");
    Ok(SessionWithAccount { session, account: account_columns(&mut columns)? })
}

/// Reads a row of `SESSIONS_OF_USER`: its place in the list, and the session.
pub(crate) fn listed_session(row: Row) -> Result<(i64, Session), StoreError> {
    let mut columns = Columns::of(row, "sessions");
    Ok((columns.integer("seq")?, session_columns(&mut columns)?))
}

fn session_columns(columns: &mut Columns) -> Result<Session, StoreError> {
    Ok(Session {
        id: columns.parsed("id", SessionId::parse)?,
        user: UserId::new(columns.integer("user_id")?),
        application: columns.parsed("application_id", ApplicationId::parse)?,
        created_at: columns.moment("created_at")?,
        auth_time: columns.moment("auth_time")?,
        last_used_at: columns.moment("last_used_at")?,
        expires_at: columns.moment("expires_at")?,
        second_factor: columns.truth("second_factor")?,
        pair: Pair {
            number: columns.count("pair_number")?,
            issued_at: columns.moment("pair_issued_at")?,
            expires_at: columns.moment("pair_expires_at")?,
            token_id: columns.parsed("token_id", TokenId::parse)?,
            refresh_digest: columns.parsed("refresh_digest", TokenDigest::parse)?,
        },
        replaced: columns.optional_parsed("replaced_token_id", TokenId::parse)?,
        bearer_refresh: columns.truth("bearer_refresh")?,
        client: Client { ip: columns.optional_text("ip")?, user_agent: columns.optional_text("user_agent")? },
    })
}
