//! Signing keys, and the probe of the root secret.

use countersign_core::id::UserId;
use countersign_core::keyring::{SealedKey, SealedProbe, StoredKey};
use countersign_core::mfa::SealedSecret;
use countersign_core::token::Algorithm;

use crate::store::StoreError;
use crate::store::value::{Columns, Row};

/// Reads a row of `SIGNING_KEYS`.
pub(crate) fn signing_key(row: Row) -> Result<StoredKey, StoreError> {
    let mut columns = Columns::of(row, "signing_keys");
    Ok(StoredKey {
        kid: columns.text("kid")?,
        algorithm: columns.parsed("algorithm", Algorithm::from_name)?,
        sealed: columns.optional_text("sealed")?.map(SealedKey::stored),
        public: columns.optional_text("public")?,
        created_at: columns.moment("created_at")?,
        active_since: columns.optional_moment("active_since")?,
        replaced_at: columns.optional_moment("replaced_at")?,
        tokens_until: columns.optional_moment("tokens_until")?,
        token_ttl_secs: columns.count("token_ttl_secs")?,
    })
}

/// Reads the row of `PROBE`.
pub(crate) fn probe(row: Row) -> Result<SealedProbe, StoreError> {
    Columns::of(row, "root_probe").text("sealed").map(SealedProbe::stored)
}

/// Reads a row of `SEALED_FACTORS`.
pub(crate) fn sealed_factor(row: Row) -> Result<(UserId, SealedSecret), StoreError> {
    let mut columns = Columns::of(row, "factors");
    Ok((UserId::new(columns.integer("user_id")?), SealedSecret::stored(columns.text("secret")?)))
}
