//! Signing keys, the probe of the root secret, and what is sealed anew under another.

use countersign_core::change::KeyChange;
use countersign_core::id::UserId;
use countersign_core::keyring::{SealedKey, SealedProbe, StoredKey};
use countersign_core::mfa::SealedSecret;
use countersign_core::time::Timestamp;

use super::write;
use crate::store::backend::{Guard, Write};
use crate::store::sql::{factors, keys as sql};
use crate::store::value::Value;

pub(super) fn writes(change: &KeyChange) -> Vec<Write> {
    match change {
        KeyChange::Add(key) => vec![add(key)],
        KeyChange::Activate { kid, at, token_ttl_secs } => vec![activate(kid, *at, *token_ttl_secs)],
        KeyChange::Replace { kid, at, tokens_until } => vec![replace(kid, *at, *tokens_until)],
        KeyChange::Drop { kid } => vec![drop_waiting(kid)],
        KeyChange::Withdraw { kid } => vec![withdraw(kid)],
        KeyChange::NoteTokenLifetime { kid, secs } => vec![note_token_lifetime(kid, *secs)],
        KeyChange::Forget { replaced_by, expired_by } => forget(*replaced_by, *expired_by),
        KeyChange::SetProbe { from, to } => vec![set_probe(from.as_ref(), to)],
        KeyChange::Reseal { kid, from, to } => vec![reseal_key(kid, from, to)],
        KeyChange::ResealFactor { user, from, to } => vec![reseal_factor(*user, from, to)],
    }
}

fn add(key: &StoredKey) -> Write {
    write(
        sql::ADD_KEY,
        Guard::OneRow,
        [
            key.kid.as_str().into(),
            key.algorithm.as_str().into(),
            Value::text_or_null(key.sealed.as_ref().map(SealedKey::as_str)),
            Value::text_or_null(key.public.as_deref()),
            key.created_at.into(),
        ],
    )
}

fn activate(kid: &str, at: Timestamp, token_ttl_secs: u32) -> Write {
    write(sql::ACTIVATE_KEY, Guard::OneRow, [at.into(), token_ttl_secs.into(), kid.into()])
}

fn replace(kid: &str, at: Timestamp, tokens_until: Timestamp) -> Write {
    write(sql::REPLACE_KEY, Guard::OneRow, [at.into(), tokens_until.into(), kid.into()])
}

fn drop_waiting(kid: &str) -> Write {
    write(sql::DROP_KEY, Guard::OneRow, [kid.into()])
}

fn withdraw(kid: &str) -> Write {
    write(sql::WITHDRAW_KEY, Guard::OneRow, [kid.into()])
}

fn note_token_lifetime(kid: &str, secs: u32) -> Write {
    write(sql::NOTE_TOKEN_LIFETIME, Guard::Open, [secs.into(), kid.into()])
}

fn forget(replaced_by: Timestamp, expired_by: Timestamp) -> Vec<Write> {
    vec![
        write(sql::FORGET_PRIVATE_HALVES, Guard::Open, [replaced_by.into()]),
        write(sql::FORGET_KEYS, Guard::Open, [expired_by.into()]),
    ]
}

fn set_probe(from: Option<&SealedProbe>, to: &SealedProbe) -> Write {
    match from {
        Some(from) => write(sql::NEXT_PROBE, Guard::OneRow, [to.as_str().into(), from.as_str().into()]),
        None => write(sql::FIRST_PROBE, Guard::OneRow, [to.as_str().into()]),
    }
}

fn reseal_key(kid: &str, from: &SealedKey, to: &SealedKey) -> Write {
    write(sql::RESEAL_KEY, Guard::OneRow, [to.as_str().into(), kid.into(), from.as_str().into()])
}

fn reseal_factor(user: UserId, from: &SealedSecret, to: &SealedSecret) -> Write {
    let parameters = [to.as_str().into(), user.value().into(), from.as_str().into()];
    write(factors::RESEAL_FACTOR, Guard::OneRow, parameters)
}
