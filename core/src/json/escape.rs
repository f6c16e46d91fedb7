//! The escapes of strings (RFC 8259 section 7).

/// Bytes of `\u0000`.
pub(super) const UNIT_LEN: usize = 6;

/// The UTF-16 code unit of a `\u` escape at the start, `None` where there is no whole one.
pub(super) fn code_unit(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}

/// The characters that an already walked string with escapes stands for.
pub(super) fn unescape(inside: &str) -> String {
    let mut text = String::with_capacity(inside.len());
    let (plain, mut rest) = inside.split_at(inside.find('\\').unwrap_or(inside.len()));
    text.push_str(plain);
    while let Some(escape) = rest.as_bytes().get(1) {
        let (character, length) = match escape {
            b'u' => unicode(rest.as_bytes()),
            b'b' => ('\u{8}', 2),
            b'f' => ('\u{c}', 2),
            b'n' => ('\n', 2),
            b'r' => ('\r', 2),
            b't' => ('\t', 2),
            other => (char::from(*other), 2),
        };
        text.push(character);
        rest = &rest[length..];
        let (plain, next) = rest.split_at(rest.find('\\').unwrap_or(rest.len()));
        text.push_str(plain);
        rest = next;
    }
    text
}

/// The character of one `\u` escape, or of two that are a pair, and the bytes it takes. The walk has let
/// no half of a pair pass, so the replacement character never comes out.
fn unicode(escaped: &[u8]) -> (char, usize) {
    let high = code_unit(escaped).unwrap_or_default();
    let (code, length) = match high {
        0xD800..0xDC00 => {
            let low = code_unit(&escaped[UNIT_LEN..]).unwrap_or_default();
            (0x10000 + ((high & 0x3FF) << 10 | low & 0x3FF), 2 * UNIT_LEN)
        }
        _ => (high, UNIT_LEN),
    };
    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), length)
}
