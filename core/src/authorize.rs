//! What a principal may do beyond their own affairs.

use crate::account::AccountRole;
use crate::authenticate::Principal;
use crate::id::ApplicationId;
use crate::rejection::{Code, Rejection};

/// Whether the principal may use the admin routes: an admin, by a token of the application `default`, for a token of
/// another application is seen by that application.
///
/// # Errors
/// `admin_required`.
pub fn admin(principal: &Principal) -> Result<(), Rejection> {
    let role = principal.account().role;
    let granted =
        role == AccountRole::Admin && principal.session().application == ApplicationId::default_application();
    if granted { Ok(()) } else { Err(Rejection::of(Code::AdminRequired)) }
}
