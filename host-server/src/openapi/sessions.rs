//! New tokens for old ones, and where one is logged in.

use super::description::Theme;

pub(super) static THEME: Theme =
    Theme { tag: "Sessions", text: "New tokens for old ones, and where one is logged in.", operations: &[] };
