//! The second factor.

use serde::Serialize;
use utoipa::ToSchema;

use super::{CookieSession, Tokens};

/// A second factor that waits to be verified.
#[derive(Serialize, ToSchema)]
pub struct ProposedFactor<'a> {
    /// What an authenticator is told by hand: base32 without padding.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    pub secret: &'a str,
    /// What it is told by its camera: the `otpauth_url` as a QR code, a PNG in a data URI.
    #[schema(example = "data:image/png;base64,iVBORw0KGgo…")]
    pub qr_code: &'a str,
    /// What it is told by a link.
    #[schema(
        example = "otpauth://totp/countersign:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=countersign&algorithm=SHA1&digits=6&period=30"
    )]
    pub otpauth_url: &'a str,
}

/// The answer to a right code in a session.
#[derive(Serialize, ToSchema)]
pub struct MfaVerified<'a> {
    /// A sentence for a person.
    #[schema(example = "MFA verified successfully")]
    pub message: &'static str,
    /// Ten codes that stand in for the authenticator, once each, where this turned the factor on. They are not
    /// shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub recovery_codes: Option<Vec<&'a str>>,
}

/// The answer to a right code that finishes a log-in.
#[derive(Serialize, ToSchema)]
pub struct FinishedLogin<'a> {
    /// A sentence for a person.
    #[schema(example = "MFA verified successfully")]
    pub message: &'static str,
    /// As a log-in answers.
    #[serde(flatten)]
    pub tokens: Tokens<'a>,
}

/// The answer to a right code that finishes a log-in which asks for cookies.
#[derive(Serialize, ToSchema)]
pub struct FinishedCookieLogin<'a> {
    /// A sentence for a person.
    #[schema(example = "MFA verified successfully")]
    pub message: &'static str,
    /// As such a log-in answers.
    #[serde(flatten)]
    pub session: CookieSession<'a>,
}

/// Recovery codes, which are not shown again.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes<'a> {
    /// Ten codes that stand in for the authenticator, once each.
    pub recovery_codes: Vec<&'a str>,
}
