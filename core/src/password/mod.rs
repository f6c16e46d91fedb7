//! Passwords: what may become one, and what is hashed.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use icu_normalizer::ComposingNormalizerBorrowed;
use sha2::{Digest, Sha256};

use crate::email::local_part;
use crate::rejection::{Code, Fault};
use crate::secret::Secret;
use crate::space::is_space_separator;

// Natively the crate `argon2` is quicker; the tests hold one to the other.
#[cfg(any(test, target_arch = "wasm32"))]
mod argon2id;
mod breach;
mod common;
mod cost;
mod golomb;
mod hash;
#[cfg(feature = "legacy")]
mod legacy;
mod stored;
mod workspace;

pub use breach::{BreachQuery, NotARange, breached_fault};
pub use cost::{Argon2Cost, CostOutOfBounds, HashBounds};
pub use hash::PasswordHash;
#[cfg(feature = "legacy")]
pub use legacy::{Argon2Variant, LegacyFunction, LegacyHash};
pub use stored::{HashKind, StoredHash};
pub use workspace::{Argon2Workspace, Argon2idInput};

/// A password that may be set.
///
/// It has 8 to 128 code points after NFC, no control characters, is not among the commonest (OWASP ASVS
/// 5.0 requirement 6.2.4) and is not the account's own name. There are no rules of composition, nothing is
/// trimmed or cut, and letter case counts.
///
/// ```
/// use countersign_core::password::{Password, PasswordContext};
/// use countersign_core::rejection::Code;
///
/// let context = PasswordContext { username: Some("ada"), ..PasswordContext::default() };
/// let password = Password::parse("analytical\u{3000}engine", context)?;
/// assert_eq!(password.expose(), "analytical engine");
/// assert_eq!(format!("{password:?}"), "Password([redacted])");
///
/// let code = |text| Password::parse(text, context).map_err(|fault| fault.code).err();
/// assert_eq!(code("Password"), Some(Code::PasswordTooCommon));
/// assert_eq!(code("short"), Some(Code::TooShort));
/// # Ok::<(), countersign_core::rejection::Fault>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Password(PreparedPassword);

/// What a new password is held against besides the rules that hold for all.
#[derive(Debug, Clone, Copy)]
pub struct PasswordContext<'a> {
    /// Fewest code points; [`Password::MIN_LENGTH`] where this is less.
    pub min_length: u16,
    /// The account's username as typed, even a faulty one; `None` where there is none.
    pub username: Option<&'a str>,
    /// The account's e-mail address as typed, even a faulty one; `None` where there is none.
    pub email: Option<&'a str>,
}

impl Default for PasswordContext<'_> {
    fn default() -> Self {
        Self { min_length: Password::MIN_LENGTH, username: None, email: None }
    }
}

impl Password {
    /// Fewest code points a policy can ask for (ASVS 6.2.1, which recommends 15).
    pub const MIN_LENGTH: u16 = 8;
    /// Most code points. ASVS 6.2.9 wants 64 to be allowed; some end keeps the work bounded.
    pub const MAX_LENGTH: u16 = 128;

    /// Reads a password that is to be set.
    ///
    /// # Errors
    /// One fault of the field `password`, which never quotes it: `required`, `invalid_characters`,
    /// `too_short`, `too_long`, `password_too_common` or `password_is_identity`.
    pub fn parse(text: &str, context: PasswordContext<'_>) -> Result<Self, Fault> {
        let fault = |code, message: &'static str| Err(Fault::new("password", code, message));
        let too_long = || fault(Code::TooLong, "Password must have at most 128 characters.");
        if text.is_empty() {
            return fault(Code::Required, "This field is required.");
        }
        if text.len() > LONGEST_TEXT {
            return too_long();
        }
        let prepared = Self::prepare(text);
        let password = prepared.expose();
        if password.chars().any(char::is_control) {
            return fault(Code::InvalidCharacters, "Password must not contain control characters.");
        }
        let length = password.chars().count();
        let fewest = context.min_length.clamp(Self::MIN_LENGTH, Self::MAX_LENGTH);
        if length < usize::from(fewest) {
            return Err(Fault::new("password", Code::TooShort, too_short(fewest)));
        }
        if length > usize::from(Self::MAX_LENGTH) {
            return too_long();
        }
        if common::is_common(password) {
            return fault(
                Code::PasswordTooCommon,
                "This password is one of the most common ones; choose another.",
            );
        }
        let mut names = context.username.into_iter().chain(context.email);
        // Accepted names are ASCII, and no other character folds to ASCII once NFC has been applied.
        let is = |name: &str| password.eq_ignore_ascii_case(name);
        if names.any(is) || context.email.map(local_part).is_some_and(is) {
            return fault(Code::PasswordIsIdentity, "Password must not be your username or e-mail address.");
        }
        Ok(Self(prepared))
    }

    /// Brings a password that is to be checked into the form that was hashed. It refuses nothing: what
    /// could be nobody's password is just a wrong one.
    ///
    /// ```
    /// use countersign_core::password::Password;
    ///
    /// // An accent typed as one character or as two is the same password (RFC 8265 section 4.2.2).
    /// assert_eq!(Password::prepare("ide\u{301}e"), Password::prepare("idée"));
    /// ```
    pub fn prepare(text: &str) -> PreparedPassword {
        if text.len() > LONGEST_TEXT {
            return PreparedPassword::of_nobody(text);
        }
        // NFC never needs more than three times the bytes (UAX #15), and growing would leave copies behind.
        let mut prepared = String::with_capacity(text.len() * 3);
        // Character by character: cutting the text into slices would bring what core prints of wrong ones, 2 kB of the wasm.
        // No space composes with what follows it, so with plain spaces for others the result is still normalised.
        let composed = ComposingNormalizerBorrowed::new_nfc().normalize_iter(text.chars());
        prepared.extend(composed.map(|it| if is_space_separator(it) { ' ' } else { it }));
        PreparedPassword {
            #[cfg(feature = "legacy")]
            as_typed: (prepared != text).then(|| Secret::new(text.to_owned())),
            prepared: Secret::new(prepared),
        }
    }
}

impl Deref for Password {
    type Target = PreparedPassword;

    fn deref(&self) -> &PreparedPassword {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password([redacted])")
    }
}

/// A password in the form that is hashed: NFC, every space separator a plain space (the OpaqueString
/// profile of RFC 8265 section 4.2, without its refusals).
///
/// Equality is meant for tests; stored passwords are compared by [`Argon2Workspace::verify`].
#[derive(Clone)]
pub struct PreparedPassword {
    prepared: Secret<String>,
    /// As it was typed, which is what older systems hashed; `None` where that is the same text.
    #[cfg(feature = "legacy")]
    as_typed: Option<Secret<String>>,
}

impl PreparedPassword {
    /// The text itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        self.prepared.expose()
    }

    /// How many [`forms`](Self::forms) there are.
    #[cfg(feature = "legacy")]
    fn form_count(&self) -> u32 {
        1 + u32::from(self.as_typed.is_some())
    }

    /// The texts that it is held against a hash of an older system as: as it was typed, and as it is hashed here where
    /// that is another.
    #[cfg(feature = "legacy")]
    fn forms(&self) -> impl Iterator<Item = &str> {
        self.as_typed.iter().chain([&self.prepared]).map(|text| text.expose().as_str())
    }

    /// Stands for a text too long to be a password, so that it costs one hash like any other guess. The
    /// NUL keeps it from being the password of anybody.
    fn of_nobody(text: &str) -> Self {
        let mut stand_in = String::from("\0");
        URL_SAFE_NO_PAD.encode_string(Sha256::digest(text.as_bytes()), &mut stand_in);
        Self {
            prepared: Secret::new(stand_in),
            #[cfg(feature = "legacy")]
            as_typed: None,
        }
    }
}

/// Two ways to type it are one password.
impl PartialEq for PreparedPassword {
    fn eq(&self, other: &Self) -> bool {
        self.prepared == other.prepared
    }
}

impl Eq for PreparedPassword {}

impl fmt::Debug for PreparedPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PreparedPassword([redacted])")
    }
}

/// Most bytes that are normalised. NFC folds at most four code points of four bytes into one, so 128 code
/// points can come of 2,048 bytes and never of more than this.
const LONGEST_TEXT: usize = 4_096;

fn too_short(fewest: u16) -> Cow<'static, str> {
    if fewest == Password::MIN_LENGTH {
        return Cow::Borrowed("Password must have at least 8 characters.");
    }
    Cow::Owned(["Password must have at least ", &fewest.to_string(), " characters."].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_folding_is_full_folding_once_nfc_is_applied() {
        // Names and common passwords are ASCII, so only what folds to ASCII could tell the two apart.
        for character in (char::MIN..=char::MAX).filter(|character| !character.is_ascii()) {
            let folds_to_ascii = character.to_lowercase().all(|lower| lower.is_ascii());
            let composed = Password::prepare(character.encode_utf8(&mut [0; 4]));
            let still_foreign = !composed.expose().is_ascii();
            assert!(!(folds_to_ascii && still_foreign), "{character:?}");
        }
    }

    #[test]
    fn space_separators_alone_are_mapped() {
        for character in char::MIN..=char::MAX {
            let prepared = Password::prepare(character.encode_utf8(&mut [0; 4]));
            assert_eq!(prepared.expose() == " ", is_space_separator(character), "{character:?}");
        }
    }

    #[test]
    fn preparing_leaves_no_copy_behind() {
        // The worst growth of NFC: four bytes become twelve. A string that grew would have room to spare.
        let prepared = Password::prepare(&"\u{1d160}".repeat(1_000));
        assert_eq!(prepared.expose().len(), 12_000);
        assert_eq!(prepared.prepared.expose().capacity(), 12_000);
    }

    #[test]
    fn the_policy_speaks_in_the_message() {
        let context = PasswordContext { min_length: 15, ..PasswordContext::default() };
        let message = |context| Password::parse("short", context).map_err(|fault| fault.message).err();
        assert_eq!(message(context).as_deref(), Some("Password must have at least 15 characters."));
        let default = message(PasswordContext::default());
        assert_eq!(default.as_deref(), Some("Password must have at least 8 characters."));
    }
}
