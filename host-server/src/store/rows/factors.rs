//! Second factors, and log-ins that wait for them.

use countersign_core::id::{ApplicationId, UserId};
use countersign_core::login::MfaLogin;
use countersign_core::mfa::{SealedSecret, StoredFactor, TotpStep};
use countersign_core::secret::TokenDigest;

use super::accounts::stored_hash;
use crate::store::StoreError;
use crate::store::value::{Columns, Row};

/// Reads a row of `FACTOR`.
pub(crate) fn factor(row: Row) -> Result<StoredFactor, StoreError> {
    let mut columns = Columns::of(row, "factors");
    Ok(StoredFactor {
        secret: SealedSecret::stored(columns.text("secret")?),
        enabled_at: columns.optional_moment("enabled_at")?,
        last_step: columns.optional_integer("last_step")?.map(TotpStep::new),
        address_verified: columns.truth("address_verified")?,
    })
}

/// Reads the row of `RECOVERY_CODE_KNOWN`.
pub(crate) fn recovery_code_known(row: Row) -> Result<bool, StoreError> {
    Ok(Columns::of(row, "recovery_codes").count("digest")? > 0)
}

/// Reads a row of `MFA_LOGIN`, which was asked for by this digest.
pub(crate) fn mfa_login(digest: TokenDigest, row: Row) -> Result<MfaLogin, StoreError> {
    let mut columns = Columns::of(row, "mfa_logins");
    Ok(MfaLogin {
        digest,
        user: UserId::new(columns.integer("user_id")?),
        application: columns.parsed("application_id", ApplicationId::parse)?,
        device: columns.optional_parsed("device_digest", TokenDigest::parse)?,
        checked_hash: columns.parsed("checked_hash", stored_hash)?,
        expires_at: columns.moment("expires_at")?,
        wrong_codes: columns.count("wrong_codes")?,
    })
}
