//! The code that somebody shows for a second factor.

use super::{RecoveryCode, TotpCode};
use crate::field::Field;
use crate::rejection::{Code, Fault};

/// What was given as a second factor. One that could be nobody's is wrong like any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShownCode {
    /// A code of the authenticator.
    Totp(TotpCode),
    /// A recovery code.
    Recovery(RecoveryCode),
    /// What is neither.
    Impossible,
}

impl ShownCode {
    /// Reads the fields `code` and `recovery_code`, of which one must be there.
    ///
    /// ```
    /// use countersign_core::field::Field;
    /// use countersign_core::mfa::ShownCode;
    ///
    /// let shown = |code: &str| ShownCode::parse(&code.into(), &Field::Absent);
    /// assert!(matches!(shown("123456"), Ok(ShownCode::Totp(_))));
    /// assert!(matches!(shown("12345"), Ok(ShownCode::Impossible)));
    /// assert!(shown("").is_err());
    /// ```
    ///
    /// # Errors
    /// `required` where neither is there, `conflicting` where both are, `invalid_type` for what is no string.
    pub fn parse(code: &Field<'_>, recovery_code: &Field<'_>) -> Result<Self, Vec<Fault>> {
        let shown = Self::parse_optional(("code", code), ("recovery_code", recovery_code))?;
        let message = "Give the code of the authenticator, or a recovery_code.";
        shown.ok_or_else(|| vec![Fault::new("code", Code::Required, message)])
    }

    /// Reads a code and a recovery code from fields of these names; `None` where neither is there.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), but for `required`.
    pub(crate) fn parse_optional(
        code: (&'static str, &Field<'_>),
        recovery_code: (&'static str, &Field<'_>),
    ) -> Result<Option<Self>, Vec<Fault>> {
        match (code.1.optional(code.0), recovery_code.1.optional(recovery_code.0)) {
            (Ok(None), Ok(None)) => Ok(None),
            (Ok(Some(text)), Ok(None)) => {
                Ok(Some(TotpCode::parse(text).map_or(ShownCode::Impossible, ShownCode::Totp)))
            }
            (Ok(None), Ok(Some(text))) => {
                Ok(Some(RecoveryCode::parse(text).map_or(ShownCode::Impossible, ShownCode::Recovery)))
            }
            (Ok(Some(_)), Ok(Some(_))) => {
                let message = "Give only one of the two codes.";
                Err(vec![Fault::new(recovery_code.0, Code::Conflicting, message)])
            }
            (code, recovery_code) => Err([code.err(), recovery_code.err()].into_iter().flatten().collect()),
        }
    }
}
