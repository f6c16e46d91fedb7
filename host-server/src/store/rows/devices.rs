//! Devices that users were logged in from.

use crate::store::StoreError;
use crate::store::value::{Columns, Row};

/// Reads the row of `DEVICE_KNOWN`.
pub(crate) fn device_known(row: Row) -> Result<bool, StoreError> {
    Ok(Columns::of(row, "devices").count("digest")? > 0)
}

/// Reads the row of `HAD_DEVICE`.
pub(crate) fn had_device(row: Row) -> Result<bool, StoreError> {
    Columns::of(row, "users").truth("had_device")
}
