//! Devices that users were logged in from.

use countersign_core::id::UserId;
use countersign_core::secret::TokenDigest;
use countersign_core::session::DEVICES_PER_USER;
use countersign_core::time::Timestamp;

use super::write;
use crate::store::backend::{Guard, Write};
use crate::store::sql::devices as sql;

pub(super) fn forget_devices(user: UserId) -> Write {
    write(sql::FORGET_DEVICES, Guard::Open, [user.value().into()])
}

pub(super) fn remember_device(digest: TokenDigest, user: UserId, at: Timestamp) -> Vec<Write> {
    vec![
        write(sql::REMEMBER_DEVICE, Guard::Open, [digest.encode().into(), user.value().into(), at.into()]),
        write(sql::NOTE_DEVICE, Guard::Open, [user.value().into()]),
        write(sql::KEEP_NEWEST_DEVICES, Guard::Open, [user.value().into(), DEVICES_PER_USER.into()]),
    ]
}

pub(super) fn forget_device(digest: &TokenDigest) -> Write {
    write(sql::FORGET_DEVICE, Guard::Open, [digest.encode().into()])
}
