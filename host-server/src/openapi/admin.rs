//! What admins do to users.

use super::description::Theme;

pub(super) static THEME: Theme = Theme {
    tag: "Users",
    text: "What admins do to users. Wants a token of the application `default`.",
    operations: &[],
};
