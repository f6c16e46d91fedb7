//! What became void or outdated before it expired. That a session has ended is noted by the tables themselves.

use countersign_core::id::{ApplicationId, UserId};
use countersign_core::time::Timestamp;
use countersign_core::token::LIFETIME_MAX_SECS;

use super::write;
use crate::store::backend::{Guard, Write};
use crate::store::sql::revocations as sql;

/// Ended sessions that are forgotten at once at most, so that nobody who writes waits long for a backlog.
const FORGOTTEN: u32 = 4_096;

pub(super) fn outdate_grants(user: UserId, at: Timestamp) -> Write {
    write(sql::OUTDATE_GRANTS, Guard::Open, [user.value().into(), at.into()])
}

pub(super) fn outdate_roles(application: &ApplicationId, at: Timestamp) -> Write {
    write(sql::OUTDATE_ROLES, Guard::Open, [application.as_str().into(), at.into()])
}

pub(super) fn forget_ended(at: Timestamp) -> Vec<Write> {
    let before_any_token = at.plus_secs(-LIFETIME_MAX_SECS);
    vec![
        write(sql::FORGET_ENDED_SESSIONS, Guard::Open, [at.into(), FORGOTTEN.into()]),
        write(sql::FORGET_OUTDATED_GRANTS, Guard::Open, [before_any_token.into()]),
        write(sql::FORGET_OUTDATED_ROLES, Guard::Open, [before_any_token.into()]),
    ]
}
