//! Recovery codes: what opens the account once where the authenticator is lost.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::base32::{self, CROCKFORD};
use crate::id::UserId;
use crate::mac;
use crate::secret::Secret;

/// How many codes are given at once.
pub const RECOVERY_CODES: usize = 10;

/// Random bytes of a code: 80 bits.
const ENTROPY_LEN: usize = 10;

/// Characters of a code, without its dashes.
const CODE_LEN: usize = 16;

/// Characters between two dashes.
const GROUP_LEN: usize = 4;

/// A code that stands in for the authenticator once: 80 random bits, which nobody guesses.
///
/// It is written in four groups without the letters that look like digits. Letter case, spaces and dashes do not
/// matter when it is read, nor does `o` for `0`, `i` or `l` for `1`.
///
/// ```
/// use countersign_core::mfa::RecoveryCode;
///
/// let code = RecoveryCode::from_entropy([0x2a; 10]);
/// assert_eq!(code.text().expose(), "58n2-maha-58n2-maha");
/// assert_eq!(RecoveryCode::parse("58N2 MAHA 58N2 MAHA"), Some(code));
/// assert_eq!(RecoveryCode::parse("58n2-maha-58n2"), None);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(Secret<String>);

/// The random bytes of all codes that are given at once.
pub type RecoveryEntropy = Secret<[u8; RECOVERY_CODES * ENTROPY_LEN]>;

impl RecoveryCode {
    /// The codes of these random bytes, [`RECOVERY_CODES`] of them.
    pub fn all_from_entropy(entropy: &RecoveryEntropy) -> Vec<Self> {
        let (parts, _) = entropy.expose().as_chunks::<ENTROPY_LEN>();
        parts.iter().map(|part| Self::from_entropy(*part)).collect()
    }

    /// The code of these random bytes.
    pub fn from_entropy(bytes: [u8; ENTROPY_LEN]) -> Self {
        Self(base32::encode(CROCKFORD, &*Zeroizing::new(bytes)))
    }

    /// Reads a code as a person typed it; `None` for what is no code.
    pub fn parse(text: &str) -> Option<Self> {
        let mut code = Zeroizing::new(String::with_capacity(CODE_LEN));
        for typed in text.bytes().filter(|byte| !matches!(byte, b'-' | b' ')) {
            let meant = match typed.to_ascii_lowercase() {
                b'o' => b'0',
                b'i' | b'l' => b'1',
                other => other,
            };
            if !CROCKFORD.contains(&meant) || code.len() == CODE_LEN {
                return None;
            }
            code.push(char::from(meant));
        }
        (code.len() == CODE_LEN).then(|| Self(Secret::new(std::mem::take(&mut *code))))
    }

    /// The code as it is shown to its owner, once.
    pub fn text(&self) -> Secret<String> {
        let Self(code) = self;
        let mut text = String::with_capacity(CODE_LEN + CODE_LEN / GROUP_LEN);
        for (place, character) in code.expose().chars().enumerate() {
            if place > 0 && place % GROUP_LEN == 0 {
                text.push('-');
            }
            text.push(character);
        }
        Secret::new(text)
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode([redacted])")
    }
}

/// What the store keeps in a recovery code's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecoveryDigest([u8; 32]);

impl RecoveryDigest {
    /// 43 characters of base64url without padding.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// The key that recovery codes are kept under, derived of the root secret for this alone: whoever takes the
/// database alone has nothing to try codes against (NIST SP 800-63B section 3.1.2 asks that of codes of fewer
/// than 112 bits).
///
/// ```
/// use countersign_core::id::UserId;
/// use countersign_core::mfa::{RecoveryCode, RecoveryKey};
///
/// let key = RecoveryKey::new(&[7; 32]);
/// let code = RecoveryCode::from_entropy([1; 10]);
/// assert_ne!(key.digest(UserId::new(1), &code), key.digest(UserId::new(2), &code));
/// ```
#[derive(Clone)]
pub struct RecoveryKey(Hmac<Sha256>);

impl RecoveryKey {
    /// The key of these bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(mac::keyed(bytes))
    }

    /// HMAC-SHA256 over whose code it is and the code, so that it says nothing in another user's row.
    pub fn digest(&self, user: UserId, code: &RecoveryCode) -> RecoveryDigest {
        let RecoveryCode(code) = code;
        let mac = self.0.clone().chain_update(user.value().to_be_bytes()).chain_update(code.expose());
        RecoveryDigest(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_copied() {
        let code = RecoveryCode::from_entropy([0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf]);
        let text = code.text();
        let text = text.expose();
        assert_eq!(text, "0123-4567-89ab-cdef");
        for typed in [
            text.to_uppercase(),
            text.replace('-', ""),
            text.replace('-', " "),
            format!("  {text}  "),
            text.replace('0', "O").replace('1', "l"),
            text.replace('0', "o").replace('1', "I"),
        ] {
            assert_eq!(RecoveryCode::parse(&typed), Some(code.clone()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let text = RecoveryCode::from_entropy([9; 10]).text();
        let text = text.expose();
        for typed in [
            "",
            "-",
            &text[1..],
            &format!("{text}0"),
            &text.replacen(&text[..1], "u", 1),
            &text.replace('-', "_"),
            &text.replacen(&text[..1], "é", 1),
        ] {
            assert_eq!(RecoveryCode::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn each_key_user_and_code_has_a_digest_of_its_own() {
        let digest = |key: u8, user, code: u8| {
            RecoveryKey::new(&[key; 32]).digest(UserId::new(user), &RecoveryCode::from_entropy([code; 10]))
        };
        let digests = [digest(1, 1, 1), digest(2, 1, 1), digest(1, 2, 1), digest(1, 1, 2)];
        for (place, one) in digests.iter().enumerate() {
            assert!(!digests[..place].contains(one));
        }
        assert_eq!(digest(1, 1, 1), digests[0]);
    }

    #[test]
    fn a_code_and_its_key_show_nothing_of_themselves() {
        let shown = format!("{:?} {:?}", RecoveryCode::from_entropy([1; 10]), RecoveryKey::new(&[7; 32]));
        assert_eq!(shown, "RecoveryCode([redacted]) RecoveryKey([redacted])");
    }
}
