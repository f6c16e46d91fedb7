//! Applications.

use countersign_core::application::{Application, ApplicationStatus};
use countersign_core::id::ApplicationId;

use crate::store::StoreError;
use crate::store::value::{Columns, Row};

/// Reads a row of `APPLICATION`.
pub(crate) fn application(row: Row) -> Result<Application, StoreError> {
    let mut columns = Columns::of(row, "applications");
    Ok(Application {
        id: columns.parsed("id", ApplicationId::parse)?,
        status: columns.parsed("status", ApplicationStatus::parse)?,
    })
}
