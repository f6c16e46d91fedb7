//! Names of people.

use std::fmt;

use crate::rejection::{Code, Fault};

/// A name of a person: 1 to 100 Unicode code points, none of them a control character (Cc).
///
/// Nothing else is refused and nothing is changed, trimmed or normalised: people know best how they are
/// called. Whoever shows a name must therefore escape it, and isolate its direction beside other text.
///
/// ```
/// use countersign_core::name::PersonName;
/// use countersign_core::rejection::Code;
///
/// assert_eq!(PersonName::parse("name", "María-José O’Neill 田中")?.as_str(), "María-José O’Neill 田中");
/// let fault = PersonName::parse("last_name", "Lovelace\n").err();
/// assert_eq!(fault.map(|fault| fault.code), Some(Code::InvalidCharacters));
/// # Ok::<(), countersign_core::rejection::Fault>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// Most code points: room for several given and family names, and a bound on what a page must show.
    pub const MAX_LENGTH: usize = 100;

    /// Reads the name that the request calls `field` (`name`, `first_name`, `last_name`).
    ///
    /// # Errors
    /// One fault of that field: `required`, `invalid_characters` or `too_long`.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, Fault> {
        let fault = |code, message: &'static str| Err(Fault::new(field, code, message));
        if text.is_empty() {
            return fault(Code::Required, "This field is required.");
        }
        if text.chars().any(char::is_control) {
            return fault(Code::InvalidCharacters, "Name must not contain control characters.");
        }
        if text.chars().count() > Self::MAX_LENGTH {
            return fault(Code::TooLong, "Name must have at most 100 characters.");
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
