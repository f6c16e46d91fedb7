//! The one notion of time: whole seconds, handed in by the host.

/// A moment as whole seconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time, the
/// `NumericDate` of RFC 7519 section 2).
///
/// ```
/// use countersign_core::time::Timestamp;
///
/// let logged_in = Timestamp::from_secs(1_700_000_000);
/// assert_eq!(logged_in.plus_secs(3_600).secs_since(logged_in), 3_600);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment so many seconds after the epoch.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs)
    }

    /// Seconds since the epoch.
    pub const fn as_secs(self) -> i64 {
        self.0
    }

    /// The moment `secs` later (earlier where negative); the end of time where there is none.
    pub const fn plus_secs(self, secs: i64) -> Self {
        Self(self.0.saturating_add(secs))
    }

    /// Seconds from `earlier` to here; negative where `earlier` is the later one.
    pub const fn secs_since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}
