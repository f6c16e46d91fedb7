//! A member of a form as it came, before any rule was asked.

use std::borrow::Cow;
use std::fmt;

use crate::rejection::{Code, Fault};

/// What stands in one field of a form or a JSON body.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum Field<'a> {
    /// The field is not there.
    #[default]
    Absent,
    /// The field is JSON `null`.
    Null,
    /// The field is a string.
    Text(Cow<'a, str>),
    /// The field is of any other JSON type.
    Other,
}

impl Field<'_> {
    /// The text of a field that must be there; empty counts as missing.
    ///
    /// # Errors
    /// `required` where it is absent, `null` or empty, `invalid_type` where it is no string.
    pub fn required(&self, name: &'static str) -> Result<&str, Fault> {
        self.optional(name)?.ok_or_else(|| Fault::new(name, Code::Required, "This field is required."))
    }

    /// The text of a field that may be left out: `None` where it is absent, `null` or empty.
    ///
    /// # Errors
    /// `invalid_type` where it is no string.
    pub fn optional(&self, name: &'static str) -> Result<Option<&str>, Fault> {
        match self {
            Field::Text(text) => Ok(Some(text.as_ref()).filter(|text| !text.is_empty())),
            Field::Absent | Field::Null => Ok(None),
            Field::Other => Err(Fault::new(name, Code::InvalidType, "This field must be a string.")),
        }
    }

    /// The text of a field that must be there and may hold anything, even nothing at all.
    ///
    /// # Errors
    /// `required` where it is absent or `null`, `invalid_type` where it is no string.
    pub fn present(&self, name: &'static str) -> Result<&str, Fault> {
        match self {
            Field::Text(text) => Ok(text),
            _ => self.required(name),
        }
    }
}

/// Shows what kind of value it is and never the text, which may be a password.
impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Field::Absent => "Absent",
            Field::Null => "Null",
            Field::Text(_) => "Text([redacted])",
            Field::Other => "Other",
        })
    }
}

impl<'a> From<&'a str> for Field<'a> {
    fn from(text: &'a str) -> Self {
        Field::Text(Cow::Borrowed(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_shows_no_text_when_it_is_printed_for_debugging() {
        let form = crate::login::LoginForm { password: "analytical engine".into(), ..Default::default() };
        let shown = format!("{form:?}");
        assert!(shown.contains("password: Text([redacted])") && !shown.contains("engine"), "{shown}");
    }

    #[test]
    fn emptiness_counts_as_each_field_wants_it() {
        let empty = Field::from("");
        assert_eq!(empty.required("email").map_err(|fault| fault.code), Err(Code::Required));
        assert_eq!(empty.optional("email"), Ok(None));
        assert_eq!(empty.present("email"), Ok(""));
        assert_eq!(Field::Null.present("email").map_err(|fault| fault.code), Err(Code::Required));
        assert_eq!(Field::Other.present("email").map_err(|fault| fault.code), Err(Code::InvalidType));
    }
}
