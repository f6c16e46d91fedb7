//! Sessions.

use countersign_core::id::{SessionId, TokenId, UserId};
use countersign_core::password::StoredHash;
use countersign_core::session::{Pair, SESSIONS_PER_USER, Session};
use countersign_core::time::Timestamp;

use super::{PRUNED, write};
use crate::store::backend::{Guard, Write};
use crate::store::sql::sessions as sql;
use crate::store::value::Value;

pub(super) fn open_session(session: &Session, checked_hash: &StoredHash) -> Vec<Write> {
    let (user, now) = (session.user.value(), session.created_at);
    let open = write(
        sql::OPEN_SESSION,
        Guard::OneRow,
        [
            session.id.encode().into(),
            session.application.as_str().into(),
            now.into(),
            session.auth_time.into(),
            session.last_used_at.into(),
            session.expires_at.into(),
            session.second_factor.into(),
            session.pair.number.into(),
            session.pair.issued_at.into(),
            session.pair.expires_at.into(),
            session.pair.token_id.encode().into(),
            session.pair.refresh_digest.encode().into(),
            Value::text_or_null(session.replaced.as_ref().map(TokenId::encode)),
            session.bearer_refresh.into(),
            Value::text_or_null(session.client.ip.as_deref()),
            Value::text_or_null(session.client.user_agent.as_deref()),
            user.into(),
            checked_hash.as_str().into(),
        ],
    );
    vec![
        open,
        write(sql::KEEP_NEWEST_SESSIONS, Guard::Open, [user.into(), now.into(), SESSIONS_PER_USER.into()]),
        write(sql::PRUNE_SESSIONS, Guard::Open, [now.into(), PRUNED.into()]),
    ]
}

pub(super) fn rotate_pair(session: SessionId, from: u32, to: &Pair, bearer_refresh: bool) -> Write {
    write(
        sql::ROTATE_PAIR,
        Guard::OneRow,
        [
            to.number.into(),
            to.issued_at.into(),
            to.expires_at.into(),
            to.token_id.encode().into(),
            to.refresh_digest.encode().into(),
            bearer_refresh.into(),
            session.encode().into(),
            from.into(),
        ],
    )
}

pub(super) fn refuse_bearers(session: SessionId) -> Write {
    write(sql::REFUSE_BEARERS, Guard::Open, [session.encode().into()])
}

pub(super) fn note_use(session: SessionId, at: Timestamp) -> Write {
    write(sql::NOTE_USE, Guard::Open, [at.into(), session.encode().into()])
}

pub(super) fn reauthenticate(session: SessionId, at: Timestamp) -> Write {
    write(sql::REAUTHENTICATE, Guard::OneRow, [at.into(), session.encode().into()])
}

pub(super) fn end_session(session: SessionId) -> Write {
    write(sql::END_SESSION, Guard::Open, [session.encode().into()])
}

pub(super) fn end_sessions(user: UserId, except: Option<SessionId>) -> Write {
    let except = Value::text_or_null(except.as_ref().map(SessionId::encode));
    write(sql::END_SESSIONS, Guard::Open, [user.value().into(), except])
}
