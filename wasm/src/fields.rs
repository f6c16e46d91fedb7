//! Many values in one text, since each string that crosses the boundary costs as much as a small one of them.
//!
//! A line says what each value is, with spaces between: a text by its length in UTF-16 code units, as JavaScript counts
//! them, or `a` for an absent value, `n` for null, `o` for one of any other type. The texts follow, one after the other.

use std::borrow::Cow;

use countersign_core::field::Field;

/// The values, of which there are as many as are asked for; those that are not there are absent.
pub(crate) fn unpack(packed: &str) -> impl Iterator<Item = Field<'_>> {
    let (marks, mut rest) = packed.split_once('\n').unwrap_or_default();
    marks.split(' ').map(move |mark| match mark {
        "a" => Field::Absent,
        "n" => Field::Null,
        _ => match mark.parse() {
            Ok(units) => {
                let (text, after) = cut(rest, units);
                rest = after;
                Field::Text(Cow::Borrowed(text))
            }
            Err(_) => Field::Other,
        },
    })
}

/// The text before and after this many UTF-16 code units.
fn cut(text: &str, units: usize) -> (&str, &str) {
    let mut left = units;
    let mut end = 0;
    for character in text.chars() {
        if left == 0 {
            break;
        }
        left = left.saturating_sub(character.len_utf16());
        end += character.len_utf8();
    }
    text.split_at_checked(end).unwrap_or((text, ""))
}
