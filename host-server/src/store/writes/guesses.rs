//! Guesses at passwords and codes.

use countersign_core::id::UserId;
use countersign_core::throttle::{CODE_LOCK_SECS, GuessSubject, Guesses, WRONG_CODES_LIMIT};
use countersign_core::time::Timestamp;

use super::{PRUNED, write};
use crate::store::backend::{Guard, Write};
use crate::store::sql::guesses as sql;

pub(super) fn count_guess(subject: &GuessSubject, at: Timestamp, window_start: Timestamp) -> Vec<Write> {
    count(subject, at, window_start, subject.limit())
}

/// Counts one more, of `limit` since `window_start`.
pub(super) fn count(
    subject: &GuessSubject,
    at: Timestamp,
    window_start: Timestamp,
    limit: u32,
) -> Vec<Write> {
    vec![
        write(sql::PRUNE_GUESSES, Guard::Open, [window_start.into(), PRUNED.into()]),
        write(
            sql::COUNT_GUESS,
            Guard::OneRow,
            [subject.key().into(), at.into(), window_start.into(), limit.into()],
        ),
    ]
}

pub(super) fn count_code(user: UserId, at: Timestamp) -> Write {
    write(
        sql::COUNT_CODE,
        Guard::OneRow,
        [
            GuessSubject::SecondFactor(user).key().into(),
            at.into(),
            Guesses::window_start(at).into(),
            WRONG_CODES_LIMIT.into(),
            at.plus_secs(-CODE_LOCK_SECS).into(),
        ],
    )
}

pub(super) fn take_back_guess(subject: &GuessSubject) -> Write {
    write(sql::TAKE_BACK_GUESS, Guard::Open, [subject.key().into()])
}

pub(super) fn clear_guesses(subject: &GuessSubject) -> Write {
    write(sql::CLEAR_GUESSES, Guard::Open, [subject.key().into()])
}
