//! Spaces other than the one on the keyboard.

/// Whether Unicode files the character under Zs, the space separators.
///
/// The standard library only knows White_Space, which also holds tabs and line breaks. The seventeen have
/// not changed since Unicode 6.3 took U+180E out.
pub(crate) const fn is_space_separator(character: char) -> bool {
    matches!(
        character,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seventeen_separators_and_no_other_white_space() {
        let separators = (char::MIN..=char::MAX).filter(|character| is_space_separator(*character));
        assert_eq!(separators.clone().count(), 17);
        // White_Space is Zs, Zl, Zp and seven control characters.
        let white = (char::MIN..=char::MAX).filter(|character| {
            character.is_whitespace()
                && !character.is_control()
                && !matches!(character, '\u{2028}' | '\u{2029}')
        });
        assert!(separators.eq(white));
    }
}
