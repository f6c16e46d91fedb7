//! JSON as RFC 8259 has it, and nothing laxer: the one door for bodies, token headers and claims.
//!
//! A name that stands twice is where two parsers come to differ (RFC 8259 section 4), so it is refused at
//! every level, as are lone surrogates, numbers that no double can hold, and deep nesting. What passes
//! keeps its own text, so that a value can be stored and given back byte for byte.

mod escape;
mod number;
#[cfg(test)]
mod tests;
mod walk;

pub use escape::push_text;

use std::borrow::Cow;
use std::fmt;

use crate::field::Field;
use crate::rejection::Code;
use walk::Walk;

/// Objects and arrays that may be open at once; deeper text is refused, so that the walk's stack is bounded.
pub const DEPTH_MAX: usize = 32;

/// A text that was walked once from end to end and found to be strict JSON.
///
/// ```
/// use countersign_core::json::Document;
///
/// let document = Document::parse(br#"{ "key": "theme", "value": [1.0, 2] }"#)?;
/// assert_eq!(document.member("key").and_then(|key| key.text()).as_deref(), Some("theme"));
/// assert_eq!(document.member("value").map(|value| value.raw()), Some("[1.0, 2]"));
///
/// assert!(Document::parse(br#"{ "role": "user", "r\u006fle": "admin" }"#).is_err());
/// # Ok::<(), countersign_core::json::JsonError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document<'a> {
    root: Value<'a>,
    members: Vec<Member<'a>>,
    items: Vec<Value<'a>>,
}

impl<'a> Document<'a> {
    /// Walks the text once.
    ///
    /// # Errors
    /// The first fault, with its place. What was found there is not repeated: it may be a password.
    pub fn parse(text: &'a [u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(text)
            .map_err(|error| JsonError { offset: error.valid_up_to(), fault: JsonFault::NotUtf8 })?;
        Self::parse_text(text)
    }

    /// The same for what is known to be UTF-8.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn parse_text(text: &'a str) -> Result<Self, JsonError> {
        let mut walk = Walk::new(text);
        let root = walk.document()?;
        Ok(Self { root, members: walk.members, items: walk.items })
    }

    /// The whole value.
    pub fn root(&self) -> Value<'a> {
        self.root
    }

    /// Whether the top level is an object; if not, it has no members.
    pub fn is_object(&self) -> bool {
        self.root.kind() == Kind::Object
    }

    /// The members of the top-level object with their names unescaped, in the order of the text.
    pub fn members(&self) -> impl Iterator<Item = (&str, Value<'a>)> {
        self.members.iter().map(|member| (member.name.as_ref(), member.value))
    }

    /// The value of a top-level member, `None` where there is none of this name.
    pub fn member(&self, name: &str) -> Option<Value<'a>> {
        self.members.iter().find(|member| member.name == name).map(|member| member.value)
    }

    /// A top-level member as a field of a form.
    pub fn field(&self, name: &str) -> Field<'a> {
        match self.member(name).map(|value| (value.kind(), value.text())) {
            None => Field::Absent,
            Some((Kind::Null, _)) => Field::Null,
            Some((_, Some(text))) => Field::Text(text),
            Some(_) => Field::Other,
        }
    }
}

/// A name and what stands under it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Member<'a> {
    /// Unescaped, since `"a"` and `"\u0061"` are one name.
    name: Cow<'a, str>,
    /// Differs only where the names do.
    mark: u32,
    /// Bytes before the name, for the message about a second one.
    offset: usize,
    value: Value<'a>,
}

/// The JSON type of a value (RFC 8259 section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number, whole or not.
    Number,
    /// A string.
    Text,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// A value inside a [`Document`], as its own text. Only the walk makes one, so the text is strict JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Value<'a>(&'a str);

/// Shows the type and never the text, which may be a password.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Value").field(&self.kind()).finish()
    }
}

impl<'a> Value<'a> {
    /// The text as it was sent, without the blanks around it.
    pub fn raw(self) -> &'a str {
        self.0
    }

    /// Its JSON type, which the first character tells.
    pub fn kind(self) -> Kind {
        match self.0.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::Text,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// The characters of a string, `None` for any other type.
    pub fn text(self) -> Option<Cow<'a, str>> {
        let inside = self.0.strip_prefix('"')?.strip_suffix('"')?;
        let escaped = inside.as_bytes().contains(&b'\\');
        Some(if escaped { Cow::Owned(escape::unescape(inside)) } else { Cow::Borrowed(inside) })
    }

    /// The number that is written as an integer, `None` for any other type, for a fraction or an exponent
    /// (`1.0` and `1e0` too), and for what 64 bits with a sign do not hold.
    pub fn integer(self) -> Option<i64> {
        (self.kind() == Kind::Number).then(|| self.0.parse().ok()).flatten()
    }

    /// The truth value, `None` for any other type.
    pub fn boolean(self) -> Option<bool> {
        (self.kind() == Kind::Boolean).then_some(self.0 == "true")
    }

    /// The elements of an array, `None` for any other type.
    pub fn items(self) -> Option<Vec<Value<'a>>> {
        match self.kind() {
            Kind::Array => Document::parse_text(self.0).ok().map(|document| document.items),
            _ => None,
        }
    }
}

/// Where a text ceases to be strict JSON, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonError {
    /// Bytes before the fault.
    pub offset: usize,
    /// What is wrong there.
    pub fault: JsonFault,
}

impl JsonError {
    /// The stable word, the same for every fault of this kind.
    pub const fn code(self) -> Code {
        Code::MalformedJson
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {})", self.fault.meaning(), self.offset)
    }
}

impl std::error::Error for JsonError {}

/// The ways in which a text is no strict JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonFault {
    /// The bytes are not UTF-8 (RFC 8259 section 8.1).
    NotUtf8,
    /// A character that cannot stand here, or the end of the text.
    Syntax,
    /// More than [`DEPTH_MAX`] objects and arrays are open.
    TooDeep,
    /// A name stands twice in one object.
    DuplicateName,
    /// Half of a surrogate pair, which is no character (RFC 8259 section 8.2).
    LoneSurrogate,
    /// A number beyond the largest double (RFC 8259 section 6).
    NumberTooLarge,
}

impl JsonFault {
    /// A stable word for tests and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            JsonFault::NotUtf8 => "not_utf8",
            JsonFault::Syntax => "syntax",
            JsonFault::TooDeep => "too_deep",
            JsonFault::DuplicateName => "duplicate_name",
            JsonFault::LoneSurrogate => "lone_surrogate",
            JsonFault::NumberTooLarge => "number_too_large",
        }
    }

    /// A sentence for a person.
    pub const fn meaning(self) -> &'static str {
        match self {
            JsonFault::NotUtf8 => "The text is not UTF-8.",
            JsonFault::Syntax => "The text is not JSON.",
            JsonFault::TooDeep => "The JSON is nested too deeply.",
            JsonFault::DuplicateName => "A name stands twice in one object.",
            JsonFault::LoneSurrogate => "An escape holds half of a surrogate pair.",
            JsonFault::NumberTooLarge => "A number is too large.",
        }
    }
}
