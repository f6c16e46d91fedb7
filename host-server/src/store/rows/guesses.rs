//! Guesses at passwords and codes.

use countersign_core::throttle::Guesses;

use crate::store::StoreError;
use crate::store::value::{Columns, Row};

/// Reads the row of `GUESSES`.
pub(crate) fn guesses(row: Row) -> Result<Guesses, StoreError> {
    let mut columns = Columns::of(row, "guesses");
    Ok(Guesses { count: columns.count("count")?, oldest: columns.optional_moment("at")? })
}
