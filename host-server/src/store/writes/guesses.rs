//! Guesses at passwords and codes.

use countersign_core::id::UserId;
use countersign_core::throttle::{
    CODE_LOCK_SECS, GuessSubject, Guesses, NOBODYS_ROW_SECS, WRONG_CODES_LIMIT,
};
use countersign_core::time::Timestamp;

use super::{PRUNED, write};
use crate::store::backend::{Guard, Write};
use crate::store::sql::guesses as sql;
use crate::store::value::Value;

pub(super) fn count_guess(
    subject: &GuessSubject,
    limit: u32,
    at: Timestamp,
    window_start: Timestamp,
) -> Vec<Write> {
    match subject {
        GuessSubject::InARow(of) => count_in_a_row(of, limit, at, window_start),
        _ => count(subject, limit, at, window_start),
    }
}

/// What is forgotten counts nowhere: some of them count for longer than since `window_start`.
fn count(subject: &GuessSubject, limit: u32, at: Timestamp, window_start: Timestamp) -> Vec<Write> {
    let too_old = Guesses::window_start(at);
    vec![
        write(sql::PRUNE_GUESSES, Guard::Open, [too_old.into(), PRUNED.into()]),
        write(
            sql::COUNT_GUESS,
            Guard::OneRow,
            [subject.key().into(), at.into(), window_start.into(), limit.into()],
        ),
    ]
}

fn count_in_a_row(of: &GuessSubject, limit: u32, at: Timestamp, window_start: Timestamp) -> Vec<Write> {
    let user = match of {
        GuessSubject::Account(user) | GuessSubject::SecondFactor(user) => Value::from(user.value()),
        _ => Value::Null,
    };
    // Only those at names of nobody are ever too old. They are looked for whoever the guess is at, or its time would tell.
    let too_old = at.plus_secs(-NOBODYS_ROW_SECS);
    vec![
        write(sql::PRUNE_GUESSES_IN_A_ROW, Guard::Open, [too_old.into(), PRUNED.into()]),
        write(
            sql::COUNT_GUESS_IN_A_ROW,
            Guard::OneRow,
            [of.key().into(), user, at.into(), window_start.into(), limit.into()],
        ),
    ]
}

pub(super) fn count_code(user: UserId, at: Timestamp) -> Vec<Write> {
    let codes = GuessSubject::SecondFactor(user);
    let count = write(
        sql::COUNT_CODE,
        Guard::OneRow,
        [
            codes.key().into(),
            at.into(),
            codes.window_start(at).into(),
            WRONG_CODES_LIMIT.into(),
            at.plus_secs(-CODE_LOCK_SECS).into(),
        ],
    );
    let in_a_row = codes.in_a_row();
    let (limit, window_start) = (in_a_row.limit(), in_a_row.window_start(at));
    std::iter::once(count).chain(count_guess(&in_a_row, limit, at, window_start)).collect()
}

pub(super) fn take_back_guess(subject: &GuessSubject) -> Write {
    let statement = match subject {
        GuessSubject::InARow(_) => sql::TAKE_BACK_GUESS_IN_A_ROW,
        _ => sql::TAKE_BACK_GUESS,
    };
    write(statement, Guard::Open, [subject.key().into()])
}

pub(super) fn clear_guesses(subject: &GuessSubject) -> Write {
    let statement = match subject {
        GuessSubject::InARow(_) => sql::CLEAR_GUESSES_IN_A_ROW,
        _ => sql::CLEAR_GUESSES,
    };
    write(statement, Guard::Open, [subject.key().into()])
}
