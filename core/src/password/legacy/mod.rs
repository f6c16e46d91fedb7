//! Hashes that older systems made: known again, and replaced by one of ours at the first log-in they let in.
//!
//! Older systems hashed a password as it was typed, byte for byte; we bring it into one form first. So a password is
//! held against such a hash both ways wherever the two differ, and always both ways, so that neither outcome is
//! quicker than the other. What it costs is bounded before anything is computed.

mod argon2;
mod bcrypt;
mod function;
mod pbkdf2;
mod scrypt;
#[cfg(test)]
mod tests;

use std::fmt;

use subtle::ConstantTimeEq;

pub use self::function::{Argon2Variant, LegacyFunction};

use super::hash::is_identifier;
use super::{Argon2Workspace, HashBounds, PreparedPassword};
use crate::rejection::Code;

/// A hash that an older system made, checked: well-formed and of bounded cost.
///
/// | function | as written by | example |
/// | --- | --- | --- |
/// | bcrypt | OpenBSD and its kin | `$2b$12$…` (also `2a`, `2y`) |
/// | PBKDF2 with SHA-256 or SHA-512 | passlib | `$pbkdf2-sha256$29000$…$…` |
/// | | Django | `pbkdf2_sha256$600000$…$…` |
/// | | Werkzeug | `pbkdf2:sha256:600000$…$…` |
/// | scrypt | passlib | `$scrypt$ln=16,r=8,p=1$…$…` |
/// | | Django | `scrypt$16384$…$8$1$…` |
/// | | Werkzeug | `scrypt:32768:8:1$…$…` |
/// | Argon2i, Argon2d, and Argon2id before version 19 | the reference | `$argon2i$v=19$m=…,t=…,p=…$…$…` |
#[derive(Clone, PartialEq, Eq)]
pub struct LegacyHash {
    text: String,
    function: LegacyFunction,
    salt: Vec<u8>,
    tag: Vec<u8>,
}

impl LegacyHash {
    /// Reads a hash in any of the forms above. `bounds` are those of the Argon2s; the others have bounds of their own, in
    /// [`LegacyFunction`].
    ///
    /// # Errors
    /// [`Code::HashMalformed`] for what no such function writes, [`Code::HashUnsupported`] for another one,
    /// [`Code::HashTooCostly`] for a cost above the bounds.
    pub(super) fn parse_within(text: &str, bounds: HashBounds) -> Result<Self, Code> {
        let parts = Parts::of(text, bounds)?;
        parts.function.refuse_too_costly()?;
        let Parts { function, salt, tag } = parts;
        Ok(Self { text: text.to_owned(), function, salt, tag })
    }

    /// The hash as the older system wrote it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What made it, at which cost.
    pub const fn function(&self) -> LegacyFunction {
        self.function
    }

    /// A hash that no password has and that costs what `function` does.
    pub(super) fn decoy(function: LegacyFunction) -> Self {
        let (salt, tag) = (vec![0; function.salt_length()], vec![0; function.tag_length()]);
        Self { text: String::new(), function, salt, tag }
    }

    /// Whether the password is the one that was hashed, as it was typed or in the form that is hashed here. Where the
    /// two differ both are computed, whichever matches.
    pub(super) fn matches(&self, password: &PreparedPassword, workspace: &mut Argon2Workspace) -> bool {
        password.forms().fold(false, |matches, form| {
            let tag = self.function.compute(form.as_bytes(), &self.salt, self.tag.len(), workspace);
            matches | tag.is_some_and(|tag| bool::from(tag.ct_eq(&self.tag)))
        })
    }
}

/// Shows the function alone: a hash in a log is a password to be guessed at leisure.
impl fmt::Debug for LegacyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LegacyHash").field("function", &self.function).finish_non_exhaustive()
    }
}

/// What a hash says, before its cost is looked at.
struct Parts {
    function: LegacyFunction,
    salt: Vec<u8>,
    tag: Vec<u8>,
}

impl Parts {
    fn of(text: &str, bounds: HashBounds) -> Result<Self, Code> {
        if text.len() > LONGEST_HASH {
            return Err(Code::HashMalformed);
        }
        if let Some(text) = text.strip_prefix('$') {
            let (name, rest) = text.split_once('$').ok_or(Code::HashMalformed)?;
            return match name {
                "2a" | "2b" | "2y" => bcrypt::parse(rest),
                "pbkdf2-sha256" | "pbkdf2-sha512" => pbkdf2::of_passlib(name, rest),
                "scrypt" => scrypt::of_passlib(rest),
                "argon2i" | "argon2d" | "argon2id" => argon2::parse(name, rest, bounds),
                name => Err(foreign(name)),
            };
        }
        let (name, rest) = text.split_once('$').ok_or(Code::HashMalformed)?;
        match name {
            "pbkdf2_sha256" | "pbkdf2_sha512" => pbkdf2::of_django(name, rest),
            "scrypt" => scrypt::of_django(rest),
            name => match name.split_once(':') {
                Some(("pbkdf2", cost)) => pbkdf2::of_werkzeug(cost, rest),
                Some(("scrypt", cost)) => scrypt::of_werkzeug(cost, rest),
                Some((name, _)) => Err(foreign(name)),
                None => Err(foreign(name)),
            },
        }
    }
}

/// Bytes of the longest string that is looked at. Salts beside it are of 64 bytes at most where a library makes them.
const LONGEST_HASH: usize = 512;

/// The code for a function of this name, which is none of those here.
fn foreign(name: &str) -> Code {
    let name = name.replace('_', "-");
    if is_identifier(&name) { Code::HashUnsupported } else { Code::HashMalformed }
}

/// Bytes in hexadecimal digits, as Werkzeug writes them.
fn hexadecimal(text: &str) -> Result<Vec<u8>, Code> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(byte).collect::<Option<_>>().ok_or(Code::HashMalformed)
}

/// The salt of a system that takes its letters for bytes.
fn plain_salt(text: &str) -> Result<Vec<u8>, Code> {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.as_bytes().to_vec())
    } else {
        Err(Code::HashMalformed)
    }
}
