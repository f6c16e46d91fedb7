//! Passwords that became known by a break-in elsewhere, looked up without telling anybody which is meant.
//!
//! A range service (<https://haveibeenpwned.com/API/v3#SearchingPwnedPasswordsByRange>) is told the first five of forty
//! digits of a password's SHA-1, and answers the other thirty-five of every such password that it knows, thousands apart
//! from ours. SHA-1 only sorts here, and protects nothing.

use sha1::{Digest, Sha1};

use super::PreparedPassword;
use crate::rejection::{Code, Fault};
use crate::secret::Secret;

/// Digits that the service is told.
const PREFIX_LENGTH: usize = 5;

/// Digits of a SHA-1.
const LENGTH: usize = 40;

/// What is asked of a range service about one password, and looked for in its answer.
///
/// ```
/// use countersign_core::password::{BreachQuery, Password};
///
/// let query = BreachQuery::of(&Password::prepare("password"));
/// assert_eq!(query.prefix(), "5BAA6");
/// assert_eq!(query.is_listed("1E4C9B93F3F0682250B6CF8331B7EE68FD8:9659365\r\n"), Ok(true));
/// assert_eq!(query.is_listed("1E4C9B93F3F0682250B6CF8331B7EE68FD9:1"), Ok(false));
/// assert!(query.is_listed("<html>").is_err());
/// ```
#[derive(Debug, Clone)]
pub struct BreachQuery {
    digits: Secret<String>,
}

/// An answer that is no list of digits and counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotARange;

impl BreachQuery {
    /// What is asked about a password.
    pub fn of(password: &PreparedPassword) -> Self {
        let mut digits = String::with_capacity(LENGTH);
        for byte in Sha1::digest(password.expose().as_bytes()) {
            for half in [byte >> 4, byte & 15] {
                digits.push(char::from(b"0123456789ABCDEF"[usize::from(half)]));
            }
        }
        Self { digits: Secret::new(digits) }
    }

    /// The digits that the service is told, which a million passwords in a thousand million share with this one.
    pub fn prefix(&self) -> &str {
        &self.digits.expose()[..PREFIX_LENGTH]
    }

    /// Whether the answer lists this password. An entry that was counted 0 times is none: the service adds such to answers,
    /// so that their length tells nothing.
    ///
    /// # Errors
    /// [`NotARange`] where any of its lines is no entry: whatever answered is no range service.
    pub fn is_listed(&self, answer: &str) -> Result<bool, NotARange> {
        let wanted = &self.digits.expose()[PREFIX_LENGTH..];
        let mut listed = false;
        for line in answer.lines().filter(|line| !line.is_empty()) {
            let (digits, count) = line.split_once(':').ok_or(NotARange)?;
            let count: u64 = count.trim_end().parse().map_err(|_| NotARange)?;
            if digits.len() != LENGTH - PREFIX_LENGTH || !digits.bytes().all(|byte| byte.is_ascii_hexdigit())
            {
                return Err(NotARange);
            }
            listed |= count > 0 && digits.eq_ignore_ascii_case(wanted);
        }
        Ok(listed)
    }
}

/// What a password that is listed is refused with.
pub fn breached_fault() -> Fault {
    let message = "This password became known by a break-in elsewhere; choose another.";
    Fault::new("password", Code::PasswordBreached, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::Password;

    const SUFFIX: &str = "1E4C9B93F3F0682250B6CF8331B7EE68FD8";

    fn listed(answer: &str) -> Result<bool, NotARange> {
        BreachQuery::of(&Password::prepare("password")).is_listed(answer)
    }

    #[test]
    fn an_entry_is_found_in_any_line_ending_and_letter_case() {
        let other = "0".repeat(35);
        assert_eq!(listed(&format!("{other}:1\r\n{SUFFIX}:2\r\n{other}:3")), Ok(true));
        assert_eq!(listed(&format!("{other}:1\n{}:2\n", SUFFIX.to_lowercase())), Ok(true));
        assert_eq!(listed(&format!("{other}:1\n")), Ok(false));
        assert_eq!(listed(""), Ok(false));
    }

    #[test]
    fn padding_is_no_entry() {
        assert_eq!(listed(&format!("{SUFFIX}:0\r\n")), Ok(false));
    }

    #[test]
    fn what_is_no_range_is_not_read_as_an_empty_one() {
        for answer in [
            "<html>",
            "{}",
            SUFFIX,
            &format!("{SUFFIX}:"),
            &format!("{SUFFIX}:x"),
            &format!("{SUFFIX}0:1"),
            "é:1",
        ] {
            assert_eq!(listed(answer), Err(NotARange), "{answer}");
            assert_eq!(listed(&format!("{SUFFIX}:1\n{answer}")), Err(NotARange), "{answer}");
        }
    }

    #[test]
    fn the_form_that_is_set_is_the_one_that_is_asked_for() {
        let prefix = |text| BreachQuery::of(&Password::prepare(text)).prefix().to_owned();
        assert_eq!(prefix("ide\u{301}e"), prefix("idée"));
        assert!(!format!("{:?}", BreachQuery::of(&Password::prepare("password"))).contains("5BAA6"));
    }
}
