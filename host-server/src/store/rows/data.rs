//! Custom data.

use countersign_core::data::{DataKey, DatumEntry, KeptBesides};

use crate::store::StoreError;
use crate::store::value::{Columns, Row};

/// Reads the row of `DATUM`.
pub(crate) fn value(row: Row) -> Result<String, StoreError> {
    Columns::of(row, "user_data").text("value")
}

/// Reads a row of `DATA`.
pub(crate) fn entry(row: Row) -> Result<DatumEntry, StoreError> {
    let mut columns = Columns::of(row, "user_data");
    Ok(DatumEntry {
        key: columns.parsed("key", |text| DataKey::parse(text).ok())?,
        size: columns.count("size")?,
        updated_at: columns.moment("updated_at")?,
    })
}

/// Reads the row of `KEPT_BESIDES`.
pub(crate) fn kept_besides(row: Row) -> Result<KeptBesides, StoreError> {
    let mut columns = Columns::of(row, "user_data");
    Ok(KeptBesides { keys: columns.count("key")?, bytes: columns.count("size")? })
}
