//! What applications keep about a user.

use super::description::Theme;

pub(super) static THEME: Theme = Theme {
    tag: "Custom data",
    text: "What an application keeps about its user, as JSON under keys.",
    operations: &[],
};
