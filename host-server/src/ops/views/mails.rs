//! What a mailed token has come to.

use serde::Serialize;
use utoipa::ToSchema;

/// The answer to a reset.
#[derive(Serialize, ToSchema)]
pub struct PasswordReset<'a> {
    /// A sentence for a person.
    #[schema(example = "Password reset successfully")]
    pub message: &'static str,
    /// Send it at the next log-in from this device: it lets the owner in although strangers have used up the account's
    /// wrong passwords.
    #[schema(example = "3kTf…")]
    pub device_token: &'a str,
}
