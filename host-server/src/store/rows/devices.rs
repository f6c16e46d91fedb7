//! Devices that users were logged in from.

use crate::store::StoreError;
use crate::store::value::{Columns, Row};

/// Reads the row of `DEVICE_KNOWN` and `DEVICES_OF_USER`.
pub(crate) fn device_known(row: Row) -> Result<bool, StoreError> {
    Ok(Columns::of(row, "devices").count("digest")? > 0)
}
