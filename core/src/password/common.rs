//! The commonest passwords (OWASP ASVS 5.0 requirement 6.2.4).

use super::golomb;

/// Written by the build script from `data/common-passwords.txt`: 17 kB, where the text has 94.
static COMMON: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/common-passwords.bin"));

/// Whether a password is among the 10,000 commonest of eight or more characters, in any letter case.
///
/// One other ASCII password of 8 to 20 characters in 4,096 is refused too; longer ones and those with any
/// other character never are.
pub(crate) fn is_common(password: &str) -> bool {
    golomb::contains(COMMON, password)
}
