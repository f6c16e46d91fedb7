//! bcrypt: its text, and what becomes of a password in it.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::{LegacyFunction, Parts};
use crate::rejection::Code;

pub(super) const SALT_LENGTH: usize = 16;

/// bcrypt makes 24 bytes and writes 23 of them.
pub(super) const TAG_LENGTH: usize = 23;

/// Bytes of a password that have a part in the hash: the key schedule of Blowfish has 18 words.
const KEY_LENGTH: usize = 72;

/// bcrypt's own order of base64. The last letter of salt and tag has bits to spare, which its libraries ignore and some
/// did not write as zeros.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::BCRYPT,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// What follows `$2b$`: two digits, `$`, 22 letters of salt and 31 of tag. The letter of the version makes no difference
/// here: `a`, `b` and `y` tell apart mistakes in libraries of their time, made with passwords of more than 254 bytes
/// (OpenBSD before 5.5, `a`) or with letters outside ASCII (crypt_blowfish before 1.1, now called `x` and refused).
pub(super) fn parse(rest: &str) -> Result<Parts, Code> {
    let (cost, rest) = rest.split_once('$').ok_or(Code::HashMalformed)?;
    if cost.len() != 2 || !cost.bytes().all(|byte| byte.is_ascii_digit()) || !rest.is_ascii() {
        return Err(Code::HashMalformed);
    }
    let cost = cost.parse().ok().filter(|cost| (4..=31).contains(cost)).ok_or(Code::HashMalformed)?;
    let (salt, tag) = rest.split_at_checked(22).ok_or(Code::HashMalformed)?;
    let decode = |text: &str| BASE64.decode(text).map_err(|_| Code::HashMalformed);
    let (salt, tag) = (decode(salt)?, decode(tag)?);
    if tag.len() != TAG_LENGTH {
        return Err(Code::HashMalformed);
    }
    Ok(Parts { function: LegacyFunction::Bcrypt { cost }, salt, tag })
}

/// The tag of a password: of its first 72 bytes, with a NUL after them where there is room. A password with a NUL in it
/// has none: its originators took a text that ends at the first, and no such text holds one. It costs the same all the
/// same.
pub(super) fn compute(cost: u8, password: &[u8], salt: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    let length = password.len().min(KEY_LENGTH);
    key[..length].copy_from_slice(&password[..length]);
    let with_nul = (length + 1).min(KEY_LENGTH);
    let tag = Zeroizing::new(bcrypt::bcrypt(u32::from(cost), salt.try_into().ok()?, &key[..with_nul]));
    (!password.contains(&0)).then(|| Zeroizing::new(tag[..TAG_LENGTH].to_vec()))
}
