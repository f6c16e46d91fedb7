//! Reads one variable after the other and keeps every fault, so that all of them are told at once.

use std::fmt;
use std::ops::RangeInclusive;

use super::sources::{Origin, Sources};

/// Characters of a refused value that are quoted back at most: enough to know it again.
const QUOTED_CHARS_MAX: usize = 60;

/// A setting that ends the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongSetting {
    subject: String,
    sentence: String,
}

impl WrongSetting {
    /// What is wrong with `subject`, said so that the sentence goes on after it.
    pub fn new(subject: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { subject: subject.into(), sentence: sentence.into() }
    }
}

impl fmt::Display for WrongSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.sentence)
    }
}

/// Reads settings out of their sources.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    sources: &'a Sources,
    faults: Vec<WrongSetting>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, faults: sources.unreadable().to_vec() }
    }

    /// Whether the variable is set, to whatever.
    pub(super) fn is_set(&self, variable: &str) -> bool {
        self.sources.find(variable).is_some()
    }

    /// What `parse` makes of the variable; `None` where it is not set or was refused.
    pub(super) fn read<T>(
        &mut self,
        variable: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let found = self.sources.find(variable)?;
        let subject = match found.origin {
            Origin::Flag => format!("{variable} (--{})", flag_of(variable)),
            Origin::Environment => variable.to_owned(),
            Origin::DotEnv => format!("{variable} (in .env)"),
        };
        parse(found.value).map_err(|sentence| self.faults.push(WrongSetting::new(subject, sentence))).ok()
    }

    /// A whole number of `unit` within `range`, else `default`.
    pub(super) fn number<T: TryFrom<u32>>(
        &mut self,
        variable: &'static str,
        unit: &str,
        range: RangeInclusive<u32>,
        default: T,
    ) -> T {
        let number = self.read(variable, |text| within(text, unit, range));
        number.and_then(|number| T::try_from(number).ok()).unwrap_or(default)
    }

    /// Yes or no, else `default`.
    pub(super) fn boolean(&mut self, variable: &'static str, default: bool) -> bool {
        let parse = |text: &str| match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err(format!("{} is neither true nor false.", quoted(text))),
        };
        self.read(variable, parse).unwrap_or(default)
    }

    /// Adds a fault that only shows when several settings are looked at together.
    pub(super) fn refuse(&mut self, subject: &str, sentence: String) {
        self.faults.push(WrongSetting::new(subject, sentence));
    }

    /// The settings, if none of them was refused.
    ///
    /// # Errors
    /// Every fault, in the order of reading.
    pub(super) fn finish<T>(self, settings: T) -> Result<T, Vec<WrongSetting>> {
        if self.faults.is_empty() { Ok(settings) } else { Err(self.faults) }
    }
}

/// The flag that sets a variable: `PUBLIC_URL` is `public-url`.
pub(crate) fn flag_of(variable: &str) -> String {
    variable.to_ascii_lowercase().replace('_', "-")
}

/// A value in quotes, with nothing in it that could move a terminal's cursor.
pub(super) fn quoted(value: &str) -> String {
    match value.char_indices().nth(QUOTED_CHARS_MAX) {
        Some((end, _)) => format!("{:?}…", &value[..end]),
        None => format!("{value:?}"),
    }
}

/// A whole number of `unit` within `range`.
///
/// # Errors
/// A sentence that names both.
pub(super) fn within(text: &str, unit: &str, range: RangeInclusive<u32>) -> Result<u32, String> {
    whole(text).filter(|number| range.contains(number)).ok_or_else(|| {
        let (least, most) = range.into_inner();
        format!("{} is not a whole number of {unit} from {least} to {most}.", quoted(text))
    })
}

/// Digits alone: no sign, no space, no unit.
pub(super) fn whole(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_says_where_the_value_stands() {
        let sources = Sources::of_environment(&[("PORT", "a")])
            .with_dot_env("HASH_THREADS=b")
            .with_flags([("ACCESS_TOKEN_TTL_SECS", Some("c".to_owned()))]);
        let mut reader = Reader::new(&sources);
        for variable in ["PORT", "HASH_THREADS", "ACCESS_TOKEN_TTL_SECS"] {
            assert_eq!(reader.number(variable, "things", 1..=9, 5_u32), 5);
        }
        let faults: Vec<_> = reader.finish(()).unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "PORT: \"a\" is not a whole number of things from 1 to 9.",
                "HASH_THREADS (in .env): \"b\" is not a whole number of things from 1 to 9.",
                "ACCESS_TOKEN_TTL_SECS (--access-token-ttl-secs): \"c\" is not a whole number of things \
                 from 1 to 9.",
            ]
        );
    }

    #[test]
    fn a_number_is_digits_within_its_range() {
        for (text, number) in [("1", Some(1)), ("9", Some(9)), ("007", Some(7)), ("0", None), ("10", None)] {
            let sources = Sources::of_environment(&[("PORT", text)]);
            let mut reader = Reader::new(&sources);
            reader.number("PORT", "things", 1..=9, 5_u16);
            assert_eq!(reader.finish(()).is_ok(), number.is_some(), "{text}");
        }
        for text in ["", "+1", "-1", " 1", "1 ", "1.0", "1e0", "0x1", "4294967296", "١"] {
            let number = whole(text);
            assert_eq!(number, None, "{text:?}");
        }
    }

    #[test]
    fn a_long_or_wild_value_is_quoted_tamely() {
        assert_eq!(quoted("80a"), "\"80a\"");
        assert_eq!(quoted("\u{1b}[2J"), "\"\\u{1b}[2J\"");
        assert_eq!(quoted(&"ä".repeat(100)), format!("\"{}\"…", "ä".repeat(60)));
    }
}
