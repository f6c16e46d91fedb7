//! Custom data.

use countersign_core::data::{DataKey, DataOwner, DatumEntry, KeptBesides};

use crate::store::{Store, StoreError, rows, sql};

impl Store {
    /// The JSON text under a key; `None` where nothing is kept there.
    ///
    /// # Errors
    /// Where the store fails, as for every read.
    pub fn datum(&self, owner: &DataOwner, key: &DataKey) -> Result<Option<String>, StoreError> {
        let parameters = [owner.user.value().into(), owner.application.as_str().into(), key.as_str().into()];
        self.read_one(sql::data::DATUM, parameters, rows::data::value)
    }

    /// Up to `limit` keys in their order, from after the key `after` on.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn data(
        &self,
        owner: &DataOwner,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<DatumEntry>, StoreError> {
        let parameters = [
            owner.user.value().into(),
            owner.application.as_str().into(),
            after.unwrap_or_default().into(),
            limit.into(),
        ];
        self.read_all(sql::data::DATA, parameters, rows::data::entry)
    }

    /// What the user keeps besides the value under this key.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn kept_besides(&self, owner: &DataOwner, key: &DataKey) -> Result<KeptBesides, StoreError> {
        let parameters = [owner.user.value().into(), owner.application.as_str().into(), key.as_str().into()];
        let kept = self.read_one(sql::data::KEPT_BESIDES, parameters, rows::data::kept_besides)?;
        Ok(kept.unwrap_or_default())
    }
}
