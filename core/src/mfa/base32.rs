//! Base32 without padding: five bits to a character, the first bits first (RFC 4648 section 6).

use zeroize::Zeroizing;

use crate::secret::Secret;

/// The alphabet of RFC 4648, which authenticators read.
pub(super) const RFC_4648: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Crockford's alphabet, lower-cased: without `i`, `l`, `o`, which look like digits, and without `u`. For
/// what people copy by hand.
pub(super) const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Writes bytes in this alphabet. What it writes is a secret here, always.
pub(super) fn encode(alphabet: &[u8; 32], bytes: &[u8]) -> Secret<String> {
    // At full length from the start: a text that grows leaves copies of itself behind.
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let mut bits = 0_u16;
    let mut held = 0;
    for byte in bytes {
        bits = (bits << 8) | u16::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(alphabet[usize::from((bits >> held) & 31)]));
        }
    }
    if held > 0 {
        text.push(char::from(alphabet[usize::from((bits << (5 - held)) & 31)]));
    }
    Secret::new(text)
}

/// Reads exactly as many bytes, in either letter case; `None` for any other text.
pub(super) fn decode<const LEN: usize>(alphabet: &[u8; 32], text: &str) -> Option<Zeroizing<[u8; LEN]>> {
    if text.len() != (LEN * 8).div_ceil(5) {
        return None;
    }
    let mut bytes = Zeroizing::new([0; LEN]);
    let (mut bits, mut held, mut filled) = (0_u16, 0, 0);
    for character in text.bytes() {
        let digit = alphabet.iter().position(|known| known.eq_ignore_ascii_case(&character))?;
        bits = (bits << 5) | digit as u16;
        held += 5;
        if held >= 8 {
            held -= 8;
            *bytes.get_mut(filled)? = (bits >> held) as u8;
            filled += 1;
            bits &= (1 << held) - 1;
        }
    }
    // Bits that fill up the last character are zero, so that a secret is written in one way only.
    (filled == LEN && bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648 section 10, without the padding.
    #[test]
    fn the_rfcs_own_examples_are_written_as_it_writes_them() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(encode(RFC_4648, bytes.as_bytes()).expose(), text);
        }
    }
    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let read = |text| decode::<6>(RFC_4648, text).map(|bytes| *bytes);
        assert_eq!(read("MZXW6YTBOI"), Some(*b"foobar"));
        assert_eq!(read("mzxw6ytboi"), Some(*b"foobar"));
        // One character less or more, one of no alphabet, and bits that belong to no byte.
        for refused in ["", "MZXW6YTBO", "MZXW6YTBOI=", "MZXW6YTBO1", "MZXW6YTBOJ", "MZXW6 TBOI", "MZXW6YTBÖ"]
        {
            assert_eq!(read(refused), None, "{refused}");
        }
    }
}
