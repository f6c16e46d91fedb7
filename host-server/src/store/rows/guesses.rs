//! Guesses at passwords and codes.

use countersign_core::throttle::{Guesses, WrongCodes};

use crate::store::StoreError;
use crate::store::value::{Columns, Row};

/// Reads the row of `GUESSES` or `GUESSES_IN_A_ROW`.
pub(crate) fn guesses(row: Row) -> Result<Guesses, StoreError> {
    let mut columns = Columns::of(row, "guesses");
    Ok(Guesses { count: columns.count("count")?, oldest: columns.optional_moment("at")? })
}

/// Reads the row of `WRONG_CODES`, beside which there were so many in a row.
pub(crate) fn wrong_codes(row: Row, in_a_row: u32) -> Result<WrongCodes, StoreError> {
    let mut columns = Columns::of(row, "guesses");
    Ok(WrongCodes { count: columns.count("count")?, newest: columns.optional_moment("at")?, in_a_row })
}
