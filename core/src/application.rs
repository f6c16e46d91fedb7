//! Applications: what a token is for (its `aud`).

use crate::account::words;
use crate::id::ApplicationId;

/// A stored application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its name in tokens and requests.
    pub id: ApplicationId,
    /// Whether one can log in to it.
    pub status: ApplicationStatus,
}

words! {
    /// Whether an application takes log-ins and registrations.
    ApplicationStatus {
        /// It does.
        Active = "active",
        /// It does not.
        Disabled = "disabled",
    }
}
