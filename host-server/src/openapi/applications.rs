//! What admins do to applications and their roles.

use super::description::Theme;

pub(super) static THEME: Theme = Theme {
    tag: "Applications",
    text: "What admins do to applications and their roles. Wants a token of the application `default`.",
    operations: &[],
};
