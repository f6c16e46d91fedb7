//! Signing keys, and all that is sealed.

use countersign_core::id::UserId;
use countersign_core::keyring::{Keyring, SealedProbe};
use countersign_core::mfa::SealedSecret;

use crate::store::{Store, StoreError, rows, sql};

impl Store {
    /// The signing keys.
    ///
    /// # Errors
    /// Where the store fails, as for every read.
    pub fn keyring(&self) -> Result<Keyring, StoreError> {
        self.read_all(sql::keys::SIGNING_KEYS, [], rows::keys::signing_key).map(Keyring::new)
    }

    /// What only the right root secret opens; `None` before the first start.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn probe(&self) -> Result<Option<SealedProbe>, StoreError> {
        self.read_one(sql::keys::PROBE, [], rows::keys::probe)
    }

    /// Up to `limit` second factors by user, from after this one on; `None` begins with the first.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn sealed_factors(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<(UserId, SealedSecret)>, StoreError> {
        let after = after.map_or(0, |user| user.value());
        self.read_all(sql::factors::SEALED_FACTORS, [after.into(), limit.into()], rows::keys::sealed_factor)
    }

    /// Whether any session is stored, of whomever.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn has_sessions(&self) -> Result<bool, StoreError> {
        self.read_one(sql::sessions::ANY_SESSION, [], |_row| Ok(())).map(|found| found.is_some())
    }
}
