//! scrypt, as three libraries write it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::{LegacyFunction, Parts, hexadecimal, plain_salt};
use crate::password::hash::decimal;
use crate::rejection::Code;

/// `ln=16,r=8,p=1$salt$tag` after the name, in base64 without padding.
pub(super) fn of_passlib(rest: &str) -> Result<Parts, Code> {
    let mut fields = rest.split('$');
    let (Some(cost), Some(salt), Some(tag), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(Code::HashMalformed);
    };
    let mut cost = cost.split(',');
    let mut number = |name: &str| cost.next()?.strip_prefix(name).and_then(decimal);
    let (log_n, r, p) = (number("ln="), number("r="), number("p="));
    if cost.next().is_some() {
        return Err(Code::HashMalformed);
    }
    let decode = |text: &str| STANDARD_NO_PAD.decode(text).map_err(|_| Code::HashMalformed);
    parts(log_n, r, p, decode(salt)?, decode(tag)?)
}

/// `16384$salt$8$1$tag` after the name: the salt as it is, the tag in base64 with padding.
pub(super) fn of_django(rest: &str) -> Result<Parts, Code> {
    let fields: Vec<&str> = rest.splitn(6, '$').collect();
    let [n, salt, r, p, tag] = fields[..] else { return Err(Code::HashMalformed) };
    let tag = STANDARD.decode(tag).map_err(|_| Code::HashMalformed)?;
    parts(logarithm(n), decimal(r), decimal(p), plain_salt(salt)?, tag)
}

/// `32768:8:1` and `salt$tag`: the salt as it is, the tag in hexadecimal digits.
pub(super) fn of_werkzeug(cost: &str, rest: &str) -> Result<Parts, Code> {
    let fields: Vec<&str> = cost.splitn(4, ':').collect();
    let [n, r, p] = fields[..] else { return Err(Code::HashMalformed) };
    let (salt, tag) = rest.split_once('$').ok_or(Code::HashMalformed)?;
    parts(logarithm(n), decimal(r), decimal(p), plain_salt(salt)?, hexadecimal(tag)?)
}

/// The binary logarithm of N; `None` where that is no whole number.
fn logarithm(n: &str) -> Option<u32> {
    decimal(n).filter(|n| n.is_power_of_two()).map(u32::ilog2)
}

fn parts(
    log_n: Option<u32>,
    r: Option<u32>,
    p: Option<u32>,
    salt: Vec<u8>,
    tag: Vec<u8>,
) -> Result<Parts, Code> {
    let (Some(log_n), Some(r), Some(p)) = (log_n, r, p) else { return Err(Code::HashMalformed) };
    // RFC 7914 section 2: N is more than 1 and less than 2^(128·r/8).
    let log_n = u8::try_from(log_n).ok().filter(|log_n| *log_n >= 1 && u64::from(*log_n) < 16 * u64::from(r));
    let log_n = log_n.ok_or(Code::HashMalformed)?;
    if !(16..=64).contains(&tag.len()) {
        return Err(Code::HashUnsupported);
    }
    Ok(Parts { function: LegacyFunction::Scrypt { log_n, r, p }, salt, tag })
}
