//! Signing keys, the probe of the root secret, and what is sealed anew under another.

use countersign_core::id::UserId;
use countersign_core::keyring::{SealedKey, SealedProbe, StoredKey};
use countersign_core::mfa::SealedSecret;
use countersign_core::time::Timestamp;

use super::write;
use crate::store::backend::{Guard, Write};
use crate::store::sql::{factors, keys as sql};
use crate::store::value::Value;

pub(super) fn add(key: &StoredKey) -> Write {
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

pub(super) fn activate(kid: &str, at: Timestamp, token_ttl_secs: u32) -> Write {
    write(sql::ACTIVATE_KEY, Guard::OneRow, [at.into(), token_ttl_secs.into(), kid.into()])
}

pub(super) fn replace(kid: &str, at: Timestamp, tokens_until: Timestamp) -> Write {
    write(sql::REPLACE_KEY, Guard::OneRow, [at.into(), tokens_until.into(), kid.into()])
}

pub(super) fn drop_waiting(kid: &str) -> Write {
    write(sql::DROP_KEY, Guard::OneRow, [kid.into()])
}

pub(super) fn withdraw(kid: &str) -> Write {
    write(sql::WITHDRAW_KEY, Guard::OneRow, [kid.into()])
}

pub(super) fn note_token_lifetime(kid: &str, secs: u32) -> Write {
    write(sql::NOTE_TOKEN_LIFETIME, Guard::Open, [secs.into(), kid.into()])
}

pub(super) fn forget(replaced_by: Timestamp, expired_by: Timestamp) -> Vec<Write> {
    vec![
        write(sql::FORGET_PRIVATE_HALVES, Guard::Open, [replaced_by.into()]),
        write(sql::FORGET_KEYS, Guard::Open, [expired_by.into()]),
    ]
}

pub(super) fn set_probe(from: Option<&SealedProbe>, to: &SealedProbe) -> Write {
    match from {
        Some(from) => write(sql::NEXT_PROBE, Guard::OneRow, [to.as_str().into(), from.as_str().into()]),
        None => write(sql::FIRST_PROBE, Guard::OneRow, [to.as_str().into()]),
    }
}

pub(super) fn reseal_key(kid: &str, from: &SealedKey, to: &SealedKey) -> Write {
    write(sql::RESEAL_KEY, Guard::OneRow, [to.as_str().into(), kid.into(), from.as_str().into()])
}

pub(super) fn reseal_factor(user: UserId, from: &SealedSecret, to: &SealedSecret) -> Write {
    let parameters = [to.as_str().into(), user.value().into(), from.as_str().into()];
    write(factors::RESEAL_FACTOR, Guard::OneRow, parameters)
}
