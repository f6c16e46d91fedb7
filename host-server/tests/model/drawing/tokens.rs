//! Which tokens are drawn: mostly such as open something, and now and then any.

use proptest::prelude::*;
use proptest::sample::select;

use super::SESSIONS_USED;
use crate::operation::{Pair, Shown};
use crate::reference::{Reference, Status};

/// A token that opens something, mostly.
pub(super) fn bearer(reference: &Reference) -> BoxedStrategy<Pair> {
    mostly(usable(reference), reference)
}

/// The same of an admin.
pub(super) fn admin_bearer(reference: &Reference) -> BoxedStrategy<Pair> {
    mostly(admins(reference), reference)
}

pub(super) fn admins(reference: &Reference) -> Vec<Pair> {
    let mut admins = usable(reference);
    admins.retain(|pair| {
        let session = &reference.sessions[&pair.session];
        reference.users[session.user].admin && session.application == "default"
    });
    admins
}

pub(super) fn mostly(good: Vec<Pair>, reference: &Reference) -> BoxedStrategy<Pair> {
    if good.is_empty() {
        return any_pair(reference);
    }
    prop_oneof![12 => select(good), 1 => any_pair(reference)].boxed()
}

pub(super) fn usable(reference: &Reference) -> Vec<Pair> {
    let now = reference.now;
    let alive = reference.sessions.iter().rev().take(SESSIONS_USED).filter(|(_, session)| {
        session.is_alive(now) && reference.users[session.user].status == Status::Active
    });
    alive
        .map(|(no, session)| (Pair { session: *no, number: session.pairs.len() - 1 }, session))
        .filter(|(pair, session)| now < session.expiry(pair.number))
        .map(|(pair, _)| pair)
        .collect()
}

pub(super) fn any_pair(reference: &Reference) -> BoxedStrategy<Pair> {
    let pairs = reference.sessions.iter().rev().take(SESSIONS_USED).flat_map(|(no, session)| {
        (0..session.pairs.len()).rev().take(4).map(move |number| Pair { session: *no, number })
    });
    select(pairs.collect::<Vec<_>>()).boxed()
}

/// Mostly a token of a live session: of its current pair, of the one before, or of an older one.
pub(super) fn shown(reference: &Reference) -> BoxedStrategy<Shown> {
    let alive = reference.sessions.iter().rev().take(SESSIONS_USED);
    let alive: Vec<_> = alive
        .filter(|(_, session)| session.is_alive(reference.now))
        .map(|(no, session)| (*no, session.pairs.len()))
        .collect();
    let pair = if alive.is_empty() {
        any_pair(reference)
    } else {
        let back = prop_oneof![5 => Just(1_usize), 3 => Just(2_usize), 1 => 3_usize..5];
        let of_alive = (select(alive), back)
            .prop_map(|((session, pairs), back)| Pair { session, number: pairs.saturating_sub(back) });
        let lately = replaced_lately(reference);
        let lately = if lately.is_empty() { any_pair(reference) } else { select(lately).boxed() };
        prop_oneof![5 => of_alive, 5 => lately, 1 => any_pair(reference)].boxed()
    };
    prop_oneof![
        3 => pair.clone().prop_map(Shown::RefreshToken),
        2 => pair.prop_map(Shown::Bearer),
    ]
    .boxed()
}

/// The pairs that were replaced less than a quarter of a minute ago.
pub(super) fn replaced_lately(reference: &Reference) -> Vec<Pair> {
    let alive = reference.sessions.iter().filter(|(_, session)| session.is_alive(reference.now));
    let replaced = alive.filter(|(_, session)| {
        session.pairs.len() > 1 && session.pairs.last().is_some_and(|at| at + 15 > reference.now)
    });
    replaced.map(|(no, session)| Pair { session: *no, number: session.pairs.len() - 2 }).collect()
}
