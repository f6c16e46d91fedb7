//! Custom data.

use countersign_core::data::{BYTES_PER_USER, DataKey, DataOwner, KEYS_PER_APPLICATION, NewDatum};
use countersign_core::time::Timestamp;

use super::write;
use crate::store::backend::{Guard, Write};
use crate::store::sql::data as sql;

pub(super) fn store_datum(owner: &DataOwner, datum: &NewDatum, at: Timestamp) -> Write {
    write(
        sql::STORE_DATUM,
        Guard::OneRow,
        [
            owner.user.value().into(),
            owner.application.as_str().into(),
            datum.key.as_str().into(),
            datum.size().into(),
            at.into(),
            datum.value().into(),
            KEYS_PER_APPLICATION.into(),
            BYTES_PER_USER.into(),
        ],
    )
}

pub(super) fn delete_datum(owner: &DataOwner, key: &DataKey) -> Write {
    write(
        sql::DELETE_DATUM,
        Guard::OneRow,
        [owner.user.value().into(), owner.application.as_str().into(), key.as_str().into()],
    )
}
