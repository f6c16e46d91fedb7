//! What the operator may set, as values.

use crate::password::Argon2Cost;

/// The settings that decisions depend on. The defaults are those of the documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Code points that a new password has at least (NIST SP 800-63B section 3.1.1.2 asks for 8 where
    /// it is one of two factors).
    pub password_min_length: u16,
    /// Seconds that an access token lives. A verifier without a list of ended sessions trusts it so long.
    pub access_token_ttl_secs: u32,
    /// Seconds after log-in at which a session ends for good (ASVS 5.0 V7.3.2).
    pub refresh_token_ttl_secs: u32,
    /// Seconds past its expiry in which an access token still buys a new pair; 0 where only a live one does.
    pub refresh_window_secs: u32,
    /// Seconds after a log-in in which its session needs no other proof that the owner is there; 0 where it never
    /// does.
    pub reauth_window_secs: u32,
    /// Whether nobody logs in before the e-mail address is verified.
    pub require_verified_email: bool,
    /// What a new password hash costs.
    pub argon2: Argon2Cost,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            password_min_length: 8,
            access_token_ttl_secs: 3_600,
            refresh_token_ttl_secs: 30 * 24 * 3_600,
            refresh_window_secs: 7 * 24 * 3_600,
            reauth_window_secs: 600,
            require_verified_email: false,
            argon2: Argon2Cost::default(),
        }
    }
}
