//! Who may do what in an application.

use super::description::Theme;

pub(super) static THEME: Theme =
    Theme { tag: "Roles", text: "Who may do what in an application.", operations: &[] };
