//! PBKDF2, as three libraries write it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::{LegacyFunction, Parts, hexadecimal, plain_salt};
use crate::password::hash::decimal;
use crate::rejection::Code;

/// `29000$salt$tag` after the name, in base64 without padding and with `.` for `+`.
pub(super) fn of_passlib(name: &str, rest: &str) -> Result<Parts, Code> {
    let [rounds, salt, tag] = three(rest)?;
    let decode = |text: &str| STANDARD_NO_PAD.decode(text.replace('.', "+")).map_err(|_| Code::HashMalformed);
    parts(name.strip_prefix("pbkdf2-"), rounds, decode(salt)?, decode(tag)?)
}

/// `600000$salt$tag` after the name: the salt as it is, the tag in base64 with padding.
pub(super) fn of_django(name: &str, rest: &str) -> Result<Parts, Code> {
    let [rounds, salt, tag] = three(rest)?;
    let tag = STANDARD.decode(tag).map_err(|_| Code::HashMalformed)?;
    parts(name.strip_prefix("pbkdf2_"), rounds, plain_salt(salt)?, tag)
}

/// `sha256:600000` and `salt$tag`: the salt as it is, the tag in hexadecimal digits.
pub(super) fn of_werkzeug(cost: &str, rest: &str) -> Result<Parts, Code> {
    let (digest, rounds) = cost.split_once(':').ok_or(Code::HashMalformed)?;
    let (salt, tag) = rest.split_once('$').ok_or(Code::HashMalformed)?;
    parts(Some(digest), rounds, plain_salt(salt)?, hexadecimal(tag)?)
}

fn three(rest: &str) -> Result<[&str; 3], Code> {
    let mut fields = rest.split('$');
    match (fields.next(), fields.next(), fields.next(), fields.next()) {
        (Some(rounds), Some(salt), Some(tag), None) => Ok([rounds, salt, tag]),
        _ => Err(Code::HashMalformed),
    }
}

/// A tag of the digest's own length is the one block of work that the rounds speak of.
fn parts(digest: Option<&str>, rounds: &str, salt: Vec<u8>, tag: Vec<u8>) -> Result<Parts, Code> {
    let rounds = decimal(rounds).ok_or(Code::HashMalformed)?;
    let function = match digest {
        Some("sha256") => LegacyFunction::Pbkdf2Sha256 { rounds },
        Some("sha512") => LegacyFunction::Pbkdf2Sha512 { rounds },
        _ => return Err(Code::HashUnsupported),
    };
    if tag.len() != function.tag_length() {
        return Err(Code::HashUnsupported);
    }
    Ok(Parts { function, salt, tag })
}
