//! Where a route stands.

/// The trees that every route of the API stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mount {
    /// At the path itself.
    Bare,
    /// Under `/api`.
    Api,
}

impl Mount {
    /// What stands before the path.
    pub const fn prefix(self) -> &'static str {
        match self {
            Mount::Bare => "",
            Mount::Api => "/api",
        }
    }
}
