//! Applications.

use countersign_core::application::Application;

use crate::store::{Store, StoreError, rows, sql};

impl Store {
    /// Up to `limit` applications by id, from after the id `after` on.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn applications(&self, after: Option<&str>, limit: u32) -> Result<Vec<Application>, StoreError> {
        // No id is empty, so each comes after the empty text.
        let parameters = [after.unwrap_or_default().into(), limit.into()];
        self.read_all(sql::applications::APPLICATIONS, parameters, rows::applications::application)
    }
}
