//! The commonest passwords (OWASP ASVS 5.0 requirement 6.2.4).

use super::golomb;

/// Written by the build script from `data/common-passwords.txt`: 17 kB, where the text has 94.
static COMMON: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/common-passwords.bin"));

/// Whether a password is among the 10,000 commonest of eight or more characters, in any letter case.
///
/// One other ASCII password of 8 to 20 characters in 4,608 is refused too; longer ones and those with any
/// other character never are.
pub(crate) fn is_common(password: &str) -> bool {
    golomb::contains(COMMON, password)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = include_str!("../../data/common-passwords.txt");

    #[test]
    fn every_listed_password_is_common_in_any_letter_case() {
        let passwords = LIST.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(passwords.clone().count(), 10_000);
        for password in passwords {
            assert!(is_common(password), "{password}");
            assert!(is_common(&password.to_uppercase()), "{password}");
        }
    }

    #[test]
    fn the_set_weighs_what_was_promised() {
        assert!(COMMON.len() <= 17_400, "{} bytes", COMMON.len());
    }

    #[test]
    fn at_most_one_random_password_in_four_thousand_is_taken_for_a_common_one() {
        const TRIES: u32 = 250_000;
        // Knuth's MMIX generator: a fixed seed, so that the figure is the same in each run.
        let mut state = 1_u64;
        let mut draw = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut taken = 0;
        for _ in 0..TRIES {
            let length = 8 + draw(13);
            let password: String = (0..length).map(|_| char::from(b'!' + draw(94) as u8)).collect();
            taken += u32::from(is_common(&password));
        }
        // One in 4,608 makes 54, with a standard deviation of 7; one in 4,000 would be 62.5. Of 1,000,000 it is 232.
        assert!((33..=62).contains(&taken), "{taken} of {TRIES}");
    }

    #[test]
    fn what_cannot_be_listed_is_never_common() {
        // Were they looked up, four of each 20,000 would be found.
        let long = (0..20_000).map(|number| format!("a passphrase of more {number}"));
        let accented = (0..20_000).map(|number| format!("é passé {number}"));
        assert!(long.chain(accented).all(|password| !is_common(&password)));
    }
}
