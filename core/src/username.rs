//! Usernames.

use std::fmt;

use crate::rejection::{Code, Fault};

/// A name to log in with: 3 to 32 of `A-Z a-z 0-9 . _ -`, the first a letter or digit.
///
/// It is kept as typed; accounts are told apart without regard to case. Nothing is mapped or trimmed, so
/// that two names that look alike cannot be one account to this library and two to another.
///
/// ```
/// use countersign_core::rejection::Code;
/// use countersign_core::username::Username;
///
/// assert_eq!(Username::parse("Ada.Lovelace")?.as_str(), "Ada.Lovelace");
/// assert_eq!(Username::parse("ad").map_err(|fault| fault.code), Err(Code::TooShort));
/// # Ok::<(), countersign_core::rejection::Fault>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

impl Username {
    /// Fewest characters: shorter names are not worth the quarrel over them.
    pub const MIN_LENGTH: usize = 3;
    /// Most characters: what fits a line of a list beside other columns.
    pub const MAX_LENGTH: usize = 32;

    /// Reads a username.
    ///
    /// # Errors
    /// One fault of the field `username`: `required`, `invalid_characters`, `invalid_format` (it starts
    /// with none of the letters and digits), `too_short` or `too_long`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fault = |code, message: &'static str| Err(Fault::new("username", code, message));
        let Some(first) = text.bytes().next() else {
            return fault(Code::Required, "This field is required.");
        };
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')) {
            return fault(
                Code::InvalidCharacters,
                "Username may contain only the letters A-Z, digits, dots, underscores and hyphens.",
            );
        }
        if !first.is_ascii_alphanumeric() {
            return fault(Code::InvalidFormat, "Username must start with a letter or digit.");
        }
        // Bytes are characters from here on.
        if text.len() < Self::MIN_LENGTH {
            return fault(Code::TooShort, "Username must have at least 3 characters.");
        }
        if text.len() > Self::MAX_LENGTH {
            return fault(Code::TooLong, "Username must have at most 32 characters.");
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
