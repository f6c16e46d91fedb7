//! The cookies, as a browser is told to keep them and to forget them.

use crate::secret::Secret;

/// Seconds that a browser keeps the device token: a year. None keeps a cookie for more than 400 days (RFC 6265bis section
/// 5.5).
pub const DEVICE_SECS_MAX: i64 = 365 * 24 * 3_600;

/// What every cookie of ours says of itself (RFC 6265bis section 4.1.2). No script sees it, no connection in the clear and
/// no page of another site brings it along.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// A cookie that carries a token. By its name's prefix a browser takes it from this host alone, encrypted, and for all
/// of it (RFC 6265bis section 4.1.3.2): no other host of the domain can put one in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// The access token.
    Access,
    /// The refresh token.
    Refresh,
    /// The device token.
    Device,
}

impl Cookie {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Access, Self::Refresh, Self::Device];

    /// Those that carry a session. The device stays known when one ends: it is how its owner gets in while others guess.
    pub const OF_A_SESSION: [Self; 2] = [Self::Access, Self::Refresh];

    /// Its name, letter case included.
    pub const fn name(self) -> &'static str {
        match self {
            Cookie::Access => "__Host-countersign-access",
            Cookie::Refresh => "__Host-countersign-refresh",
            Cookie::Device => "__Host-countersign-device",
        }
    }

    /// The value of a `Set-Cookie` that has a browser keep this token for so many seconds; for none where they are over.
    ///
    /// ```
    /// use countersign_core::cookies::Cookie;
    /// use countersign_core::secret::Secret;
    ///
    /// let set = Cookie::Access.set(&Secret::new("abc".to_owned()), 3_600);
    /// assert_eq!(
    ///     set.expose(),
    ///     "__Host-countersign-access=abc; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Lax"
    /// );
    /// ```
    pub fn set(self, token: &Secret<String>, secs: i64) -> Secret<String> {
        let secs = secs.max(0);
        Secret::new(format!("{}={}; Max-Age={secs}; {ATTRIBUTES}", self.name(), token.expose()))
    }

    /// The value of a `Set-Cookie` that has a browser forget it.
    ///
    /// ```
    /// use countersign_core::cookies::Cookie;
    ///
    /// let cleared = "__Host-countersign-device=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax";
    /// assert_eq!(Cookie::Device.clear(), cleared);
    /// ```
    pub fn clear(self) -> String {
        format!("{}=; Max-Age=0; {ATTRIBUTES}", self.name())
    }
}
