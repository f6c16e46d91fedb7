//! The escapes of strings (RFC 8259 section 7), once to check them and once to read them.

use std::str::Chars;

/// Bytes of `\u0000`.
pub(super) const UNIT_LEN: usize = 6;

/// The UTF-16 code unit of a `\u` escape that begins `offset` bytes in, `None` where there is no whole one.
pub(super) fn code_unit(text: &[u8], offset: usize) -> Option<u32> {
    let digits = text.get(offset..)?.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}

/// The characters that a string stands for, which the walk has found to be in order.
pub(super) fn unescape(inside: &str) -> String {
    let mut text = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let mut escape = escape.chars();
        text.push(match escape.next().unwrap_or_default() {
            'u' => unicode(&mut escape),
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            itself => itself,
        });
        rest = escape.as_str();
    }
    text.push_str(rest);
    text
}

/// The character of four digits, or of two escapes that are a surrogate pair. The walk let no half of a
/// pair pass, so the replacement character never comes out.
fn unicode(escape: &mut Chars<'_>) -> char {
    let mut code = unit(escape);
    if (0xD800..0xDC00).contains(&code) {
        escape.by_ref().take(2).for_each(drop);
        code = 0x10000 + ((code & 0x3FF) << 10 | unit(escape) & 0x3FF);
    }
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn unit(digits: &mut Chars<'_>) -> u32 {
    let values = digits.by_ref().take(4).map(|digit| digit.to_digit(16).unwrap_or_default());
    values.fold(0, |unit, value| unit << 4 | value)
}

/// Appends a text as a JSON string (RFC 8259 section 7), escaping what has to be and nothing else.
///
/// ```
/// let mut json = String::new();
/// countersign_core::json::push_text(&mut json, "a \"quote\" and a tab\t");
/// assert_eq!(json, r#""a \"quote\" and a tab\u0009""#);
/// ```
pub fn push_text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\0'..='\x1f' => push_escape(out, character),
            _ => out.push(character),
        }
    }
    out.push('"');
}

fn push_escape(out: &mut String, control: char) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let code = control as usize;
    out.push_str("\\u00");
    out.extend([HEX[code >> 4 & 15], HEX[code & 15]].map(char::from));
}
