//! Custom data: what an application keeps about its user, as JSON under keys.

use std::fmt;

use crate::change::Change;
use crate::decision::Decision;
use crate::field::Field;
use crate::id::{ApplicationId, UserId};
use crate::json::Value;
use crate::rejection::{Code, Fault, Rejection};
use crate::time::Timestamp;

/// Bytes of a value at most, as it was sent: what an application wants to know of its user at once, not a place for
/// files. A body may be twice as long.
pub const VALUE_BYTES_MAX: u32 = 64 * 1024;

/// Keys of one user in one application at most: their list is one page.
pub const KEYS_PER_APPLICATION: u32 = 100;

/// Bytes of one user's values at most, in all applications together: with it a million users fit on one disk.
pub const BYTES_PER_USER: u32 = 1024 * 1024;

/// What a value is kept under: 1 to 128 of `A-Z a-z 0-9 . _ -`, but not `.` or `..`, which URLs fold away.
///
/// ```
/// use countersign_core::data::DataKey;
///
/// assert!(DataKey::parse("editor.theme").is_ok());
/// assert!(DataKey::parse("..").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataKey(String);

impl DataKey {
    /// Characters at most.
    pub const LENGTH_MAX: usize = 128;

    /// Reads the field `key`.
    ///
    /// # Errors
    /// `required`, `invalid_characters`, `too_long`, or `invalid_format` for what URLs fold away.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fault = |code, message: &'static str| Err(Fault::new("key", code, message));
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if text.is_empty() {
            return fault(Code::Required, "This field is required.");
        }
        if !text.bytes().all(allowed) {
            return fault(Code::InvalidCharacters, "A key takes A-Z a-z 0-9 . _ - only.");
        }
        if text.len() > Self::LENGTH_MAX {
            return fault(Code::TooLong, "A key has at most 128 characters.");
        }
        if matches!(text, "." | "..") {
            return fault(Code::InvalidFormat, "A key is not . or .., which URLs fold away.");
        }
        Ok(Self(text.to_owned()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whose data, and of which application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataOwner {
    /// Whose.
    pub user: UserId,
    /// Of the application that the user's token is for.
    pub application: ApplicationId,
}

/// A value that is to be kept.
#[derive(Clone, PartialEq, Eq)]
pub struct NewDatum {
    /// Under what.
    pub key: DataKey,
    value: String,
}

/// Shows the key and never the value, which is its user's affair.
impl fmt::Debug for NewDatum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewDatum").field("key", &self.key).finish_non_exhaustive()
    }
}

impl NewDatum {
    /// Reads `key` and `value`; `None` for a value that is absent, which `null` is not.
    ///
    /// ```
    /// use countersign_core::data::NewDatum;
    /// use countersign_core::json::Document;
    ///
    /// let document = Document::parse(br#"{ "key": "a", "value": { "n": 1.00 } }"#).unwrap();
    /// let datum = NewDatum::parse(&document.field("key"), document.member("value")).unwrap();
    /// assert_eq!(datum.value(), r#"{ "n": 1.00 }"#);
    /// ```
    ///
    /// # Errors
    /// Every faulty field.
    pub fn parse(key: &Field<'_>, value: Option<Value<'_>>) -> Result<Self, Vec<Fault>> {
        let key = key.required("key").and_then(DataKey::parse);
        let value = value.ok_or_else(|| Fault::new("value", Code::Required, "This field is required."));
        match (key, value) {
            (Ok(key), Ok(value)) => Ok(Self { key, value: value.raw().to_owned() }),
            (key, value) => Err([key.err(), value.err()].into_iter().flatten().collect()),
        }
    }

    /// The JSON text as it was sent, without the blanks around it.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Its bytes.
    pub fn size(&self) -> u32 {
        // No body is as long as four gigabytes.
        u32::try_from(self.value.len()).unwrap_or(u32::MAX)
    }
}

/// What the user keeps besides the value that is to be stored (or replaced).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeptBesides {
    /// Other keys in the same application.
    pub keys: u32,
    /// Bytes of all other values, in every application.
    pub bytes: u32,
}

/// Decides whether a value is kept. The size comes first: who sends too much at once is told so, however full it is.
///
/// ```
/// use countersign_core::data::{self, DataOwner, KEYS_PER_APPLICATION, KeptBesides, NewDatum};
/// use countersign_core::id::{ApplicationId, UserId};
/// use countersign_core::json::Document;
/// use countersign_core::rejection::Code;
/// use countersign_core::time::Timestamp;
///
/// let document = Document::parse(br#"{ "key": "a", "value": null }"#).unwrap();
/// let datum = NewDatum::parse(&document.field("key"), document.member("value")).unwrap();
/// let owner = DataOwner { user: UserId::new(7), application: ApplicationId::default_application() };
/// let full = KeptBesides { keys: KEYS_PER_APPLICATION, bytes: 0 };
/// let decision = data::store(&owner, datum, full, Timestamp::from_secs(0));
/// assert_eq!(decision.outcome.map_err(|rejection| rejection.code), Err(Code::DataLimit));
/// ```
pub fn store(owner: &DataOwner, datum: NewDatum, besides: KeptBesides, now: Timestamp) -> Decision<()> {
    let size = datum.size();
    if size > VALUE_BYTES_MAX {
        return Decision::refuse(Rejection::of(Code::PayloadTooLarge));
    }
    if besides.keys >= KEYS_PER_APPLICATION || besides.bytes.saturating_add(size) > BYTES_PER_USER {
        return Decision::refuse(Rejection::of(Code::DataLimit));
    }
    Decision::grant(()).with_change(Change::StoreDatum {
        owner: Box::new(owner.clone()),
        datum: Box::new(datum),
        at: now,
    })
}

/// Decides that a key is no longer kept; `kept` is whether it is.
pub fn delete(owner: &DataOwner, key: &DataKey, kept: bool) -> Decision<()> {
    if !kept {
        return Decision::refuse(Rejection::of(Code::DataNotFound));
    }
    Decision::grant(()).with_change(Change::DeleteDatum { owner: Box::new(owner.clone()), key: key.clone() })
}

/// A key in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatumEntry {
    /// Under what.
    pub key: DataKey,
    /// Bytes of the value.
    pub size: u32,
    /// When it was stored last.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::NOW;

    fn datum(size: u32) -> NewDatum {
        NewDatum { key: DataKey::parse("a").unwrap(), value: "1".repeat(size as usize) }
    }

    fn code(datum: NewDatum, keys: u32, bytes: u32) -> Option<Code> {
        let owner = DataOwner { user: UserId::new(7), application: ApplicationId::default_application() };
        let decision = store(&owner, datum, KeptBesides { keys, bytes }, NOW);
        let code = decision.outcome.err().map(|rejection| rejection.code);
        assert_eq!(decision.changes.is_empty(), code.is_some());
        code
    }

    #[test]
    fn each_limit_is_reached_and_not_passed() {
        assert_eq!(code(datum(VALUE_BYTES_MAX), 0, 0), None);
        assert_eq!(code(datum(VALUE_BYTES_MAX + 1), 0, 0), Some(Code::PayloadTooLarge));
        assert_eq!(code(datum(VALUE_BYTES_MAX + 1), 100, BYTES_PER_USER), Some(Code::PayloadTooLarge));
        assert_eq!(code(datum(1), 99, 0), None);
        assert_eq!(code(datum(1), 100, 0), Some(Code::DataLimit));
        assert_eq!(code(datum(5), 0, BYTES_PER_USER - 5), None);
        assert_eq!(code(datum(6), 0, BYTES_PER_USER - 5), Some(Code::DataLimit));
    }

    #[test]
    fn a_key_stands_in_a_url_as_it_is() {
        for good in ["a", "...", ".a", "__proto__", "-", &"k".repeat(128)] {
            assert_eq!(DataKey::parse(good).map(|key| key.as_str().to_owned()), Ok(good.to_owned()));
        }
        for (bad, code) in [
            ("", Code::Required),
            (".", Code::InvalidFormat),
            ("..", Code::InvalidFormat),
            ("a/b", Code::InvalidCharacters),
            ("a b", Code::InvalidCharacters),
            ("ä", Code::InvalidCharacters),
            ("%2e", Code::InvalidCharacters),
            (&"k".repeat(129), Code::TooLong),
        ] {
            assert_eq!(DataKey::parse(bad).map_err(|fault| fault.code), Err(code), "{bad}");
        }
    }

    #[test]
    fn a_value_may_be_null_but_not_absent() {
        let parse = |text: &str| {
            let document = crate::json::Document::parse(text.as_bytes()).unwrap();
            NewDatum::parse(&document.field("key"), document.member("value"))
                .map(|datum| datum.value().to_owned())
                .map_err(|faults| {
                    faults.into_iter().map(|it| (it.field.into_owned(), it.code)).collect::<Vec<_>>()
                })
        };
        assert_eq!(parse(r#"{"key":"a","value":null}"#), Ok("null".to_owned()));
        assert_eq!(
            parse(r#"{"key":5}"#),
            Err(vec![("key".to_owned(), Code::InvalidType), ("value".to_owned(), Code::Required)])
        );
    }

    #[test]
    fn no_value_is_shown_in_a_debug_print() {
        assert!(!format!("{:?}", datum(5)).contains("11111"));
    }
}
