//! Whether sessions may be in cookies.

use countersign_core::cookies::Origins;

use super::parse_switch;
use super::reader::Reader;

/// Reads `COOKIES`: whose pages may have their sessions in cookies; `None` where nobody's may. `allowed` are the origins
/// beside that of `public_url`, which is `None` where it was not said or was refused.
pub(super) fn read(reader: &mut Reader<'_>, public_url: Option<&str>, allowed: &[String]) -> Option<Origins> {
    if !reader.read("COOKIES", parse_switch)? {
        return None;
    }
    let origins = public_url.and_then(|url| Origins::new(url, allowed.to_vec()));
    // A PUBLIC_URL that was refused is still one that is meant: its own fault says enough.
    let refused = public_url.is_none() && reader.is_set("PUBLIC_URL");
    if origins.is_none() && !refused {
        let sentence = "on needs PUBLIC_URL to be https, or http on this machine as http://localhost:8000 is: browsers \
                        keep these cookies for no other.";
        reader.refuse("COOKIES", sentence.to_owned());
    }
    origins
}
