//! The Argon2s that are not made here, in the PHC string format.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::{Argon2Variant, LegacyFunction, Parts};
use crate::password::hash::{LENGTHS_OF_SALT, LENGTHS_OF_TAG, parameters};
use crate::password::{Argon2Cost, HashBounds};
use crate::rejection::Code;

/// `v=19$m=…,t=…,p=…$salt$tag` after the name. A string without a version is one of version 16.
pub(super) fn parse(name: &str, rest: &str, bounds: HashBounds) -> Result<Parts, Code> {
    let (v19, rest) = match rest.split_once('$') {
        Some(("v=19", rest)) => (true, rest),
        Some(("v=16", rest)) => (false, rest),
        Some((version, _)) if version.starts_with("v=") => return Err(Code::HashUnsupported),
        _ => (false, rest),
    };
    let mut fields = rest.split('$');
    let (Some(cost), Some(salt), Some(tag), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(Code::HashMalformed);
    };
    let [memory_kib, iterations, parallelism] = parameters(cost).ok_or(Code::HashMalformed)?;
    let decode = |text: &str| STANDARD_NO_PAD.decode(text).map_err(|_| Code::HashMalformed);
    let (salt, tag) = (decode(salt)?, decode(tag)?);
    if !LENGTHS_OF_SALT.contains(&salt.len()) || !LENGTHS_OF_TAG.contains(&tag.len()) {
        return Err(Code::HashUnsupported);
    }
    // Asked first, for a cost past all bounds is none that `Argon2Cost` can hold.
    if memory_kib > bounds.memory_kib || iterations > bounds.iterations || parallelism > bounds.parallelism {
        return Err(Code::HashTooCostly);
    }
    let cost = Argon2Cost::new(memory_kib, iterations, parallelism).map_err(|_| Code::HashMalformed)?;
    let variant = Argon2Variant::of_name(name).ok_or(Code::HashUnsupported)?;
    Ok(Parts { function: LegacyFunction::Argon2 { variant, v19, cost }, salt, tag })
}
