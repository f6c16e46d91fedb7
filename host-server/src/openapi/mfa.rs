//! The second factor.

use super::description::Theme;

pub(super) static THEME: Theme =
    Theme { tag: "Second factor", text: "TOTP (RFC 6238) and recovery codes.", operations: &[] };
