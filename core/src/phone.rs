//! Telephone numbers.

use std::fmt;

use crate::rejection::{Code, Fault};
use crate::space::is_space_separator;

/// A telephone number without its separators: `+` and 7 to 15 digits (ITU-T E.164), or 5 to 15 digits of a
/// national number.
///
/// Spaces, dashes, dots and round or square brackets are removed wherever they stand; of spaces and dashes
/// the typographic ones count too, since numbers are pasted from pages that are set with them. Whether a
/// country code exists is not asked.
///
/// ```
/// use countersign_core::phone::Phone;
/// use countersign_core::rejection::Code;
///
/// assert_eq!(Phone::parse("+49 (30) 1234-567")?.as_str(), "+49301234567");
/// assert_eq!(Phone::parse("123-4").map_err(|fault| fault.code), Err(Code::TooShort));
/// # Ok::<(), countersign_core::rejection::Fault>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

impl Phone {
    /// Most digits, with or without `+` (E.164 section 6).
    pub const MAX_DIGITS: usize = 15;
    /// Fewest digits after a `+`: the shortest numbers in use have as many with their country code.
    pub const MIN_INTERNATIONAL_DIGITS: usize = 7;
    /// Fewest digits without a `+`: short local numbers exist.
    pub const MIN_NATIONAL_DIGITS: usize = 5;

    /// Reads a number and removes its separators.
    ///
    /// # Errors
    /// One fault of the field `phone`: `required`, `invalid_characters`, `invalid_format` (a `+` that is
    /// not first), `too_short` or `too_long`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fault = |code, message: &'static str| Err(Fault::new("phone", code, message));
        if text.is_empty() {
            return fault(Code::Required, "This field is required.");
        }
        let number: String = text.chars().filter(|character| !is_separator(*character)).collect();
        if !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'+') {
            return fault(
                Code::InvalidCharacters,
                "Phone number may contain only digits, a leading +, spaces, dashes, dots and brackets.",
            );
        }
        let (digits, fewest, too_short) = match number.strip_prefix('+') {
            Some(digits) => (
                digits,
                Self::MIN_INTERNATIONAL_DIGITS,
                "Phone number must have at least 7 digits after the +.",
            ),
            None => (number.as_str(), Self::MIN_NATIONAL_DIGITS, "Phone number must have at least 5 digits."),
        };
        if digits.contains('+') {
            return fault(Code::InvalidFormat, "The + of a phone number must come first.");
        }
        if digits.len() < fewest {
            return fault(Code::TooShort, too_short);
        }
        if digits.len() > Self::MAX_DIGITS {
            return fault(Code::TooLong, "Phone number must have at most 15 digits.");
        }
        Ok(Self(number))
    }

    /// The number without separators.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Dashes are the hyphens and dashes of U+2010 to U+2015 and the minus sign beside the keyboard's own.
const fn is_separator(character: char) -> bool {
    is_space_separator(character)
        || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '.' | '(' | ')' | '[' | ']')
}
