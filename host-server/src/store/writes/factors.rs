//! Second factors, recovery codes, and log-ins that wait for them.

use countersign_core::id::UserId;
use countersign_core::login::{MFA_LOGINS_PER_USER, MfaLogin};
use countersign_core::mfa::{RecoveryDigest, SealedSecret, TotpStep};
use countersign_core::secret::TokenDigest;
use countersign_core::throttle::WRONG_CODES_LIMIT;
use countersign_core::time::Timestamp;

use super::{PRUNED, write};
use crate::store::backend::{Guard, Write};
use crate::store::sql::factors as sql;
use crate::store::value::Value;

pub(super) fn propose(user: UserId, secret: &SealedSecret, at: Timestamp) -> Write {
    write(sql::PROPOSE_FACTOR, Guard::OneRow, [secret.as_str().into(), at.into(), user.value().into()])
}

pub(super) fn enable(user: UserId, secret: &SealedSecret, step: TotpStep, at: Timestamp) -> Vec<Write> {
    vec![
        write(
            sql::ENABLE_FACTOR,
            Guard::OneRow,
            [at.into(), step.number().into(), user.value().into(), secret.as_str().into()],
        ),
        write(sql::MARK_ENABLED, Guard::OneRow, [at.into(), user.value().into()]),
    ]
}

pub(super) fn use_step(user: UserId, secret: &SealedSecret, step: TotpStep) -> Write {
    write(sql::USE_STEP, Guard::OneRow, [step.number().into(), user.value().into(), secret.as_str().into()])
}

pub(super) fn use_recovery_code(user: UserId, digest: &RecoveryDigest) -> Write {
    write(sql::USE_RECOVERY_CODE, Guard::OneRow, [user.value().into(), digest.encode().into()])
}

pub(super) fn replace_recovery_codes(user: UserId, digests: &[RecoveryDigest]) -> Vec<Write> {
    let forget = write(sql::FORGET_RECOVERY_CODES, Guard::Open, [user.value().into()]);
    let add = |digest: &RecoveryDigest| {
        write(sql::ADD_RECOVERY_CODE, Guard::OneRow, [user.value().into(), digest.encode().into()])
    };
    std::iter::once(forget).chain(digests.iter().map(add)).collect()
}

pub(super) fn remove(user: UserId, at: Timestamp) -> Vec<Write> {
    vec![
        write(sql::REMOVE_FACTOR, Guard::Open, [user.value().into()]),
        write(sql::FORGET_RECOVERY_CODES, Guard::Open, [user.value().into()]),
        write(sql::MARK_DISABLED, Guard::Open, [at.into(), user.value().into()]),
        end_logins(user),
    ]
}

pub(super) fn remove_unverified(user: UserId, at: Timestamp) -> Vec<Write> {
    vec![
        write(sql::REMOVE_UNVERIFIED_FACTOR, Guard::Open, [user.value().into()]),
        write(sql::FORGET_RECOVERY_CODES_OF_NO_FACTOR, Guard::Open, [user.value().into()]),
        write(sql::MARK_DISABLED_WITHOUT_FACTOR, Guard::Open, [at.into(), user.value().into()]),
        end_logins(user),
    ]
}

/// The others make room first, so that the new one is never the one that goes.
pub(super) fn open_login(login: &MfaLogin, at: Timestamp) -> Vec<Write> {
    let user = Value::from(login.user.value());
    vec![
        write(sql::PRUNE_MFA_LOGINS, Guard::Open, [at.into(), PRUNED.into()]),
        write(sql::KEEP_NEWEST_MFA_LOGINS, Guard::Open, [user.clone(), (MFA_LOGINS_PER_USER - 1).into()]),
        write(
            sql::OPEN_MFA_LOGIN,
            Guard::OneRow,
            [
                login.digest.encode().into(),
                Value::text_or_null(login.device.as_ref().map(TokenDigest::encode)),
                login.expires_at.into(),
                user,
                login.checked_hash.as_str().into(),
                login.application.as_str().into(),
            ],
        ),
    ]
}

pub(super) fn count_wrong_code(digest: &TokenDigest) -> Write {
    write(sql::COUNT_WRONG_CODE, Guard::OneRow, [digest.encode().into(), WRONG_CODES_LIMIT.into()])
}

pub(super) fn end_login(digest: &TokenDigest) -> Write {
    write(sql::END_MFA_LOGIN, Guard::OneRow, [digest.encode().into()])
}

pub(super) fn end_logins(user: UserId) -> Write {
    write(sql::END_MFA_LOGINS, Guard::Open, [user.value().into()])
}
