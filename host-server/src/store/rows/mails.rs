//! Mails that wait to be sent, and the tokens that were mailed.

use countersign_core::id::UserId;
use countersign_core::mail::{MailKind, QueuedMail};
use countersign_core::secret::TokenDigest;
use countersign_core::session::Client;
use countersign_core::token::{ActionPurpose, SealedToken, StoredActionToken};

use crate::store::StoreError;
use crate::store::value::{Columns, Row};

/// Reads a row of `ACTION_TOKEN`, which was asked for by this digest.
pub(crate) fn action_token(digest: TokenDigest, row: Row) -> Result<StoredActionToken, StoreError> {
    let mut columns = Columns::of(row, "action_tokens");
    Ok(StoredActionToken {
        digest,
        user: UserId::new(columns.integer("user_id")?),
        purpose: columns.parsed("purpose", ActionPurpose::parse)?,
        email: columns.text("email")?,
        expires_at: columns.moment("expires_at")?,
    })
}

/// Reads a row of `DUE_MAILS` and of `MAILS`.
pub(crate) fn mail(row: Row) -> Result<QueuedMail, StoreError> {
    let mut columns = Columns::of(row, "outbox");
    Ok(QueuedMail {
        id: columns.integer("id")?,
        kind: columns.parsed("kind", MailKind::parse)?,
        to: columns.text("recipient")?,
        token: columns.optional_text("token")?.map(SealedToken::stored),
        client: Client { ip: columns.optional_text("ip")?, user_agent: columns.optional_text("user_agent")? },
        created_at: columns.moment("created_at")?,
        due_at: columns.moment("due_at")?,
        expires_at: columns.moment("expires_at")?,
        attempts: columns.count("attempts")?,
        sent_at: columns.optional_moment("sent_at")?,
        given_up_at: columns.optional_moment("given_up_at")?,
    })
}
