//! Applications.

use countersign_core::application::{Application, ApplicationName, ApplicationStatus};
use countersign_core::id::ApplicationId;

use crate::store::StoreError;
use crate::store::value::{Columns, Row};

/// Reads a row of `APPLICATION` or `APPLICATIONS`.
pub(crate) fn application(row: Row) -> Result<Application, StoreError> {
    let mut columns = Columns::of(row, "applications");
    Ok(Application {
        id: columns.parsed("id", ApplicationId::parse)?,
        name: columns.parsed("name", |text| ApplicationName::parse(text).ok())?,
        status: columns.parsed("status", ApplicationStatus::parse)?,
        created_at: columns.moment("created_at")?,
    })
}
