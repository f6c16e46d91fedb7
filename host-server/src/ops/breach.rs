//! New passwords that became known elsewhere are refused, where the operator has them looked up.

use countersign_core::password::{PreparedPassword, breached_fault};
use countersign_core::rejection::Rejection;

use crate::app::App;

/// Refuses a new password that the range service lists. It is asked before the hash is spent, and last of all: whatever
/// else is wrong is nothing for others to know.
///
/// # Errors
/// 400 naming the password.
pub(super) async fn refuse(app: &App, password: &PreparedPassword) -> Result<(), Rejection> {
    match &app.breached_passwords {
        Some(service) if service.lists(password).await => Err(Rejection::validation(vec![breached_fault()])),
        _ => Ok(()),
    }
}
