//! Password hashes as they are stored.

use std::fmt;
use std::ops::RangeInclusive;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::{Argon2Cost, HashBounds};
use crate::rejection::Code;

/// An Argon2id hash in the PHC string format, checked: version 19, bounded cost, nothing left over.
///
/// ```
/// use countersign_core::password::{Argon2Cost, PasswordHash};
/// use countersign_core::rejection::Code;
///
/// let text = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
/// let hash = PasswordHash::parse(text).map_err(|code| code.as_str())?;
/// assert_eq!(hash.cost().memory_kib(), 256);
/// assert!(hash.needs_rehash(&Argon2Cost::default()));
/// assert_eq!(PasswordHash::parse("$2b$12$abc").err(), Some(Code::HashUnsupported));
/// # Ok::<(), &'static str>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash {
    text: String,
    cost: Argon2Cost,
    salt: Vec<u8>,
    tag: Vec<u8>,
}

impl PasswordHash {
    /// Bytes of a salt made here (RFC 9106 section 3.1 recommends 16).
    pub const SALT_LENGTH: usize = 16;
    /// Bytes of a tag made here (RFC 9106 section 4 recommends 32).
    pub const TAG_LENGTH: usize = 32;

    /// Reads a hash within the default [`HashBounds`].
    ///
    /// # Errors
    /// As [`PasswordHash::parse_within`].
    pub fn parse(text: &str) -> Result<Self, Code> {
        Self::parse_within(text, HashBounds::default())
    }

    /// Reads a hash that asks for no more than `bounds`. The one accepted form is
    /// `$argon2id$v=19$m=…,t=…,p=…$salt$tag`: parameters in this order, numbers without leading zeros,
    /// base64 without padding, salt of 8 to 64 bytes, tag of 16 to 64.
    ///
    /// # Errors
    /// [`Code::HashMalformed`] for what is no PHC string of Argon2id, [`Code::HashUnsupported`] for another
    /// function, version or length, [`Code::HashTooCostly`] for a cost above the bounds.
    pub fn parse_within(text: &str, bounds: HashBounds) -> Result<Self, Code> {
        if text.len() > LONGEST_HASH {
            return Err(Code::HashMalformed);
        }
        let mut fields = text.split('$');
        let mut field = || fields.next().ok_or(Code::HashMalformed);
        let before = field()?;
        let function = field()?;
        if !before.is_empty() || !is_identifier(function) {
            return Err(Code::HashMalformed);
        }
        // A string without a version is one of version 16.
        if function != "argon2id" || field()? != "v=19" {
            return Err(Code::HashUnsupported);
        }
        let [memory_kib, iterations, parallelism] = parameters(field()?).ok_or(Code::HashMalformed)?;
        let decode = |field: &str| STANDARD_NO_PAD.decode(field).map_err(|_| Code::HashMalformed);
        let salt = decode(field()?)?;
        let tag = decode(field()?)?;
        if field().is_ok() {
            return Err(Code::HashMalformed);
        }
        if !LENGTHS_OF_SALT.contains(&salt.len()) || !LENGTHS_OF_TAG.contains(&tag.len()) {
            return Err(Code::HashUnsupported);
        }
        if memory_kib > bounds.memory_kib
            || iterations > bounds.iterations
            || parallelism > bounds.parallelism
        {
            return Err(Code::HashTooCostly);
        }
        let cost = Argon2Cost::new(memory_kib, iterations, parallelism).map_err(|_| Code::HashMalformed)?;
        Ok(Self { text: text.to_owned(), cost, salt, tag })
    }

    /// A hash to check guesses at nobody's password against: it costs what `cost` says and no password
    /// matches it, since nobody can find one whose tag is all zeros.
    pub fn decoy(cost: Argon2Cost) -> Self {
        Self::new(cost, [0; Self::SALT_LENGTH], [0; Self::TAG_LENGTH])
    }

    /// The PHC string.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What verifying a password against it costs.
    pub const fn cost(&self) -> Argon2Cost {
        self.cost
    }

    /// Whether the password should be hashed anew at the next log-in: any parameter is below `policy`, or
    /// salt or tag are shorter than those made here.
    pub const fn needs_rehash(&self, policy: &Argon2Cost) -> bool {
        self.cost.is_below(*policy)
            || self.salt.len() < Self::SALT_LENGTH
            || self.tag.len() < Self::TAG_LENGTH
    }

    /// Writes down what Argon2 made.
    pub(super) fn new(cost: Argon2Cost, salt: [u8; Self::SALT_LENGTH], tag: [u8; Self::TAG_LENGTH]) -> Self {
        let text = [
            "$argon2id$v=19$m=",
            &cost.memory_kib().to_string(),
            ",t=",
            &cost.iterations().to_string(),
            ",p=",
            &cost.parallelism().to_string(),
            "$",
            &STANDARD_NO_PAD.encode(salt),
            "$",
            &STANDARD_NO_PAD.encode(tag),
        ]
        .concat();
        Self { text, cost, salt: salt.to_vec(), tag: tag.to_vec() }
    }

    pub(super) fn salt(&self) -> &[u8] {
        &self.salt
    }

    pub(super) fn tag(&self) -> &[u8] {
        &self.tag
    }
}

/// Shows the cost alone: a hash in a log is a password to be guessed at leisure.
impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordHash").field("cost", &self.cost).finish_non_exhaustive()
    }
}

/// Bytes of a salt that is taken (RFC 9106 section 3.1 wants 8 at least).
pub(super) const LENGTHS_OF_SALT: RangeInclusive<usize> = 8..=64;

/// Bytes of a tag that is taken: fewer than 16 could be met by chance.
pub(super) const LENGTHS_OF_TAG: RangeInclusive<usize> = 16..=64;

/// Bytes of the longest string within the format above: 64 bytes are 86 characters of base64.
const LONGEST_HASH: usize = "$argon2id$v=19$m=4294967295,t=4294967295,p=4294967295$$".len() + 2 * 86;

/// `m=…,t=…,p=…`
pub(super) fn parameters(field: &str) -> Option<[u32; 3]> {
    let (memory_kib, rest) = field.split_once(',')?;
    let (iterations, parallelism) = rest.split_once(',')?;
    Some([
        decimal(memory_kib.strip_prefix("m=")?)?,
        decimal(iterations.strip_prefix("t=")?)?,
        decimal(parallelism.strip_prefix("p=")?)?,
    ])
}

/// A positive number in the one spelling that the PHC format allows; `parse` alone takes `+1` and `01`.
pub(super) fn decimal(digits: &str) -> Option<u32> {
    if digits.starts_with(['0', '+']) { None } else { digits.parse().ok() }
}

/// The name of a function in a PHC string.
pub(super) fn is_identifier(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let policy = Argon2Cost::new(1_048_576, 64, 16).unwrap();
        let written = PasswordHash::new(policy, [1; 16], [2; 32]);
        assert_eq!(PasswordHash::parse(written.as_str()), Err(Code::HashTooCostly));
        let bounds = HashBounds::covering(policy);
        assert_eq!(PasswordHash::parse_within(written.as_str(), bounds), Ok(written));
    }

    #[test]
    fn a_hash_is_renewed_when_any_part_is_below_policy() {
        let made = PasswordHash::decoy(Argon2Cost::default());
        let renew = |m, t, p| made.needs_rehash(&Argon2Cost::new(m, t, p).unwrap());
        assert!(!renew(19_456, 2, 1));
        assert!(!renew(8, 1, 1));
        assert!(renew(19_457, 2, 1));
        assert!(renew(19_456, 3, 1));
        assert!(renew(19_456, 2, 2));
    }

    #[test]
    fn a_hash_is_not_shown() {
        let shown = format!("{:?}", PasswordHash::decoy(Argon2Cost::default()));
        assert_eq!(
            shown,
            "PasswordHash { cost: Argon2Cost { memory_kib: 19456, iterations: 2, parallelism: 1 }, .. }"
        );
    }
}
