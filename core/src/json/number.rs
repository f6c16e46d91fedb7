//! Whether a double can hold a number, told from its digits. Reading the double itself would bring the
//! tables of the standard library's decimal parser into the wasm.

/// The smallest number that rounds to infinity, 2^1024 − 2^970 (IEEE 754-2019 section 4.3.1): half-way
/// between the largest double and the next power of two.
const TOO_LARGE: &[u8; 309] = b"\
    17976931348623158079372897140530341507993413271003782693617377898044496829276475094664901797758720\
    70963302864166928879109465555478519404026306574886715058206819089020007083836762738548458177115317\
    64475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880\
    177904174497792";

/// As many digits as this reach it, fewer only with an exponent.
pub(super) const OVERFLOW_DIGITS: usize = TOO_LARGE.len();

/// Whether a JSON number (the walk has seen to its grammar) is less than the smallest that overflows.
pub(super) fn is_finite(number: &str) -> bool {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.trim_start_matches('-');
    let digits = whole.bytes().chain(fraction.bytes());
    let zeros = digits.clone().take_while(|digit| *digit == b'0').count();
    let mut significant = digits.skip(zeros).peekable();
    if significant.peek().is_none() {
        return true;
    }
    // The number is 0.d1 d2 d3 … × 10^magnitude, and `TOO_LARGE` is so with 309. Lengths of a text fit an
    // i64 easily; an exponent that does not fit lies beyond all lengths either way.
    let magnitude = (whole.len() as i64 - zeros as i64).saturating_add(exponent_of(exponent));
    match magnitude.cmp(&(OVERFLOW_DIGITS as i64)) {
        std::cmp::Ordering::Less => true,
        std::cmp::Ordering::Greater => false,
        std::cmp::Ordering::Equal => {
            let padded = significant.chain(std::iter::repeat(b'0')).take(OVERFLOW_DIGITS);
            padded.lt(TOO_LARGE.iter().copied())
        }
    }
}

/// The exponent, or one that no text is long enough to make up for.
fn exponent_of(text: &str) -> i64 {
    const BEYOND: i64 = 1 << 40;
    let digits = text.trim_start_matches(['+', '-']);
    let size = digits.parse().unwrap_or(BEYOND).min(BEYOND);
    if text.starts_with('-') { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::is_finite;

    /// The standard library's reading, which the shortcut has to agree with.
    fn double_is_finite(number: &str) -> bool {
        number.parse::<f64>().unwrap().is_finite()
    }

    #[test]
    fn the_edge_of_the_doubles_is_met_to_the_last_digit() {
        let edge = std::str::from_utf8(super::TOO_LARGE).unwrap();
        let below = format!("{}1", &edge[..308]);
        for number in [
            edge,
            &below,
            &format!("-{edge}"),
            &format!("-{below}"),
            &format!("{edge}.0"),
            &format!("{below}.9"),
            &format!("0.{edge}e309"),
            &format!("0.{below}e309"),
            &format!("0.000{edge}e312"),
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "17976931348623158079e289",
            "1e308",
            "1e309",
            "9e307",
            "-1e309",
            "0e999999999999999999999",
            "0.0e5",
            "1e-999999999999999999999",
            "1e99999999999999999999",
            "1E+308",
            "1E+309",
            "0.1e309",
            "0.1e310",
            "10e307",
            "10e308",
            "0",
            "-0",
            "-0.0",
        ] {
            assert_eq!(is_finite(number), double_is_finite(number), "{number}");
        }
    }

    #[test]
    fn long_numbers_are_judged_as_doubles_are() {
        for length in [300, 307, 308, 309, 310, 400] {
            for digit in ["1", "17", "18", "9"] {
                let number = format!("{digit}{}", "0".repeat(length - digit.len()));
                assert_eq!(is_finite(&number), double_is_finite(&number), "{digit} and {length} digits");
                let shifted = format!("0.{}{number}e{}", "0".repeat(length), length);
                assert_eq!(is_finite(&shifted), double_is_finite(&shifted), "{digit} and {length} digits");
            }
        }
    }
}
