//! Mails that wait to be sent, and the tokens that were mailed.

use countersign_core::id::UserId;
use countersign_core::mail::{
    MailKind, NOTICE_TTL_SECS, NOTICES_LIMIT, Notice, QUEUE_MEMORY_SECS, window_start,
};
use countersign_core::secret::TokenDigest;
use countersign_core::time::Timestamp;
use countersign_core::token::{ACTION_TOKENS_PER_USER, ActionPurpose, MailedToken};

use super::{PRUNED, write};
use crate::store::backend::{Guard, Write};
use crate::store::sql::mails as sql;
use crate::store::value::Value;

/// The others make room first, so that the new one is never the one that goes.
pub(super) fn mail_token(token: &MailedToken) -> Vec<Write> {
    token_and_mail(token, ACTION_TOKENS_PER_USER - 1, sql::ADD_ACTION_TOKEN)
}

fn token_and_mail(token: &MailedToken, staying: u32, add: &'static str) -> Vec<Write> {
    let MailedToken { purpose, to, issued_at, .. } = token;
    vec![
        write(sql::PRUNE_ACTION_TOKENS, Guard::Open, [(*issued_at).into(), PRUNED.into()]),
        write(
            sql::KEEP_NEWEST_ACTION_TOKENS,
            Guard::Open,
            [to.as_str().into(), purpose.as_str().into(), staying.into()],
        ),
        write(add, Guard::OneRow, token_columns(token)),
        prune_mails(*issued_at),
        queue_mail(token),
    ]
}

/// The same, but that no token of anybody makes room or is added, and then takes it back.
pub(super) fn rehearse_mail(token: &MailedToken) -> Vec<Write> {
    let mut writes = token_and_mail(token, ACTION_TOKENS_PER_USER, sql::ADD_ACTION_TOKEN_OF_NOBODY);
    writes.extend([
        write(sql::TAKE_BACK_ACTION_TOKEN, Guard::OneRow, [token.digest.encode().into()]),
        write(sql::TAKE_BACK_MAIL, Guard::OneRow, [token.to.as_str().into(), token.sealed.as_str().into()]),
    ]);
    writes
}

fn token_columns(token: &MailedToken) -> [Value; 4] {
    [
        token.digest.encode().into(),
        token.purpose.as_str().into(),
        token.expires_at().into(),
        token.to.as_str().into(),
    ]
}

fn queue_mail(token: &MailedToken) -> Write {
    write(
        sql::QUEUE_MAIL,
        Guard::OneRow,
        [
            MailKind::carrying(token.purpose).as_str().into(),
            token.to.as_str().into(),
            token.sealed.as_str().into(),
            token.issued_at.into(),
            token.expires_at().into(),
        ],
    )
}

fn prune_mails(at: Timestamp) -> Write {
    write(sql::PRUNE_MAILS, Guard::Open, [at.plus_secs(-QUEUE_MEMORY_SECS).into(), PRUNED.into()])
}

pub(super) fn notify(user: UserId, notice: &Notice, at: Timestamp) -> Vec<Write> {
    let client = notice.client();
    let text = |text: Option<&String>| Value::text_or_null(text.map(String::as_str));
    vec![
        prune_mails(at),
        write(
            sql::QUEUE_NOTICE,
            Guard::Open,
            [
                notice.kind().as_str().into(),
                text(client.and_then(|client| client.ip.as_ref())),
                text(client.and_then(|client| client.user_agent.as_ref())),
                at.into(),
                at.plus_secs(NOTICE_TTL_SECS).into(),
                user.value().into(),
                window_start(at).into(),
                NOTICES_LIMIT.into(),
            ],
        ),
    ]
}

/// The others go first, since they are found by the one that is spent.
pub(super) fn spend_action_token(digest: TokenDigest, purpose: ActionPurpose, at: Timestamp) -> Vec<Write> {
    vec![
        write(sql::VOID_ACTION_TOKENS_BESIDE, Guard::Open, [digest.encode().into(), purpose.as_str().into()]),
        write(
            sql::SPEND_ACTION_TOKEN,
            Guard::OneRow,
            [digest.encode().into(), purpose.as_str().into(), at.into()],
        ),
    ]
}

/// Voids a user's tokens for a purpose, or for all where that is `None`.
pub(super) fn void_action_tokens(user: UserId, purpose: Option<ActionPurpose>) -> Write {
    let purpose = Value::text_or_null(purpose.map(ActionPurpose::as_str));
    write(sql::VOID_ACTION_TOKENS, Guard::Open, [user.value().into(), purpose])
}

/// Removes what waits to be mailed to the address that the user has until now.
pub(super) fn void_mails(user: UserId) -> Write {
    write(sql::VOID_MAILS, Guard::Open, [user.value().into()])
}

pub(super) fn verify_email(user: UserId, email: &str, at: Timestamp) -> Write {
    write(sql::VERIFY_EMAIL, Guard::OneRow, [at.into(), user.value().into(), email.into()])
}

pub(super) fn claim_mail(id: i64, attempts: u32, until: Timestamp) -> Write {
    write(sql::CLAIM_MAIL, Guard::OneRow, [until.into(), id.into(), attempts.into()])
}

pub(super) fn retry_mail(id: i64, attempts: u32, due_at: Timestamp) -> Write {
    write(sql::RETRY_MAIL, Guard::Open, [due_at.into(), id.into(), attempts.into()])
}

pub(super) fn finish_mail(id: i64, at: Timestamp) -> Write {
    write(sql::FINISH_MAIL, Guard::Open, [at.into(), id.into()])
}

pub(super) fn give_up_mail(id: i64, at: Timestamp) -> Write {
    write(sql::GIVE_UP_MAIL, Guard::OneRow, [at.into(), id.into()])
}
