//! Names of things: users, applications, sessions, tokens.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The number of a user, given by the store.
///
/// ```
/// use countersign_core::id::UserId;
///
/// assert_eq!(UserId::parse("123"), Some(UserId::new(123)));
/// assert_eq!(UserId::parse("user_123"), Some(UserId::new(123)));
/// assert_eq!(UserId::parse("+123"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(i64);

impl UserId {
    /// The user of this number.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number itself.
    pub const fn value(self) -> i64 {
        self.0
    }

    /// Reads `123` or `user_123`; `None` for anything else, leading zeros and signs included.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("user_").unwrap_or(text);
        let canonical = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
        canonical.then(|| digits.parse().ok().map(Self)).flatten()
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name of an application: 1 to 64 of `A-Z a-z 0-9 _ -`.
///
/// ```
/// use countersign_core::id::ApplicationId;
///
/// assert!(ApplicationId::parse("app_12345").is_some());
/// assert!(ApplicationId::parse("app/12345").is_none());
/// assert_eq!(ApplicationId::default_application().as_str(), "default");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ApplicationId(String);

impl ApplicationId {
    /// Characters at most; it stands in every token as `aud`.
    const LENGTH_MAX: usize = 64;

    /// Reads a name, `None` where it could be no application's.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        let fits = (1..=Self::LENGTH_MAX).contains(&text.len());
        (fits && text.bytes().all(allowed)).then(|| Self(text.to_owned()))
    }

    /// The application that is always there, which users join who name none.
    pub fn default_application() -> Self {
        Self("default".to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! random_id {
    ($(#[doc = $doc:literal])+ $name:ident) => {
        $(#[doc = $doc])+
        ///
        /// 128 random bits from the host, written as 22 characters of base64url without padding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The id of these bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bytes themselves.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// Its 22 characters.
            pub fn encode(&self) -> String {
                URL_SAFE_NO_PAD.encode(self.0)
            }

            /// Reads the 22 characters, `None` for any other text.
            pub fn parse(text: &str) -> Option<Self> {
                let mut bytes = [0; 16];
                let length = (text.len() == 22)
                    .then(|| URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok())
                    .flatten()?;
                (length == bytes.len()).then_some(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.encode())
            }
        }
    };
}

random_id! {
    /// One log-in and all the tokens that come of it (claim `sid`).
    SessionId
}

random_id! {
    /// One access token (claim `jti`, RFC 7519 section 4.1.7).
    TokenId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_has_one_spelling_of_its_digits() {
        for refused in ["", "user_", "0", "01", "-1", "+1", "1 ", "user_user_1", "١", "9223372036854775808"]
        {
            assert_eq!(UserId::parse(refused), None, "{refused:?}");
        }
        assert_eq!(UserId::parse("9223372036854775807"), Some(UserId::new(i64::MAX)));
    }

    #[test]
    fn a_random_id_reads_only_what_it_writes() {
        let id = SessionId::from_bytes([0xfe; 16]);
        assert_eq!(SessionId::parse(&id.encode()), Some(id));
        // The last character carries four bits of nothing; a set one would be a second spelling.
        for refused in ["", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAA=="] {
            assert_eq!(SessionId::parse(refused), None, "{refused:?}");
        }
    }

    #[test]
    fn an_application_id_keeps_to_its_alphabet_and_length() {
        assert!(ApplicationId::parse(&"a".repeat(64)).is_some());
        for refused in ["", &"a".repeat(65), "a b", "ä", "a.b"] {
            assert_eq!(ApplicationId::parse(refused), None, "{refused:?}");
        }
    }
}
