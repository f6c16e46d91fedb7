//! E-mail addresses.

use std::fmt;

use crate::rejection::{Code, Fault};

/// An e-mail address: RFC 5321 `Dot-string "@" Domain` with a dotted domain, in ASCII and lower case.
///
/// Left out are quoted local parts, address literals, comments and display names: no mailbox that people
/// sign up with needs them, and each is a way to write one address twice. Nothing is trimmed.
///
/// ```
/// use countersign_core::email::Email;
/// use countersign_core::rejection::Code;
///
/// let email = Email::parse("Ada@Example.COM")?;
/// assert_eq!(email.as_str(), "ada@example.com");
/// assert_eq!(email.local_part(), "ada");
/// assert_eq!(Email::parse("ada@localhost").map_err(|fault| fault.code), Err(Code::InvalidFormat));
/// # Ok::<(), countersign_core::rejection::Fault>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Most characters in all: a path is at most 256 octets with its angle brackets (RFC 5321 section
    /// 4.5.3.1.3).
    pub const MAX_LENGTH: usize = 254;
    /// Most characters before the `@` (RFC 5321 section 4.5.3.1.1).
    pub const MAX_LOCAL_LENGTH: usize = 64;

    /// Reads an address and lower-cases it, the local part too. RFC 5321 section 2.4 would let a host tell
    /// `Ada@` from `ada@`; hardly one does, and two accounts for one mailbox would be the worse fault.
    ///
    /// # Errors
    /// One fault of the field `email`: `required`, `invalid_characters` (one that stands in no address of
    /// this form), `invalid_format` or `too_long`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fault = |code, message: &'static str| Err(Fault::new("email", code, message));
        if text.is_empty() {
            return fault(Code::Required, "This field is required.");
        }
        if !text.bytes().all(|byte| is_atext(byte) || matches!(byte, b'.' | b'@')) {
            return fault(
                Code::InvalidCharacters,
                "E-mail address contains a character that is not allowed.",
            );
        }
        let parts = text.split_once('@').filter(|(local, domain)| {
            // `Dot-string = Atom *("." Atom)`: no atom is empty, so no dot leads, trails or doubles.
            local.split('.').all(|atom| !atom.is_empty()) && is_domain(domain)
        });
        let Some((local, _)) = parts else {
            return fault(Code::InvalidFormat, "E-mail address must look like name@example.com.");
        };
        if local.len() > Self::MAX_LOCAL_LENGTH {
            return fault(Code::TooLong, "The part before the @ must have at most 64 characters.");
        }
        if text.len() > Self::MAX_LENGTH {
            return fault(Code::TooLong, "E-mail address must have at most 254 characters.");
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// The whole address in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        local_part(&self.0)
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands before the last `@`, all of a text that has none.
pub(crate) fn local_part(text: &str) -> &str {
    text.rsplit_once('@').map_or(text, |(local, _)| local)
}

/// The characters of an atom (RFC 5322 section 3.2.3, which RFC 5321 section 4.1.2 points to).
const fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        )
}

/// At least two labels, the last not all digits: that would be an IPv4 address without its brackets.
fn is_domain(domain: &str) -> bool {
    let numeric = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    domain.rsplit_once('.').is_some_and(|(_, top)| !numeric(top)) && domain.split('.').all(is_label)
}

/// Letters, digits and inner hyphens, at most 63 of them (RFC 5321 section 4.1.2, RFC 1035 section 2.3.4).
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}
