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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::account::Account;
    use crate::authenticate::{self, Asks, SessionWithAccount};
    use crate::samples::{self, NOW};
    use crate::session::Session;

    #[test]
    fn an_admin_acts_by_a_token_of_the_default_application_only() {
        let other = ApplicationId::parse("other").unwrap();
        for (role, application, granted) in [
            (AccountRole::Admin, ApplicationId::default_application(), true),
            (AccountRole::Admin, other, false),
            (AccountRole::User, ApplicationId::default_application(), false),
        ] {
            let session = Session { application, ..samples::session() };
            let claims = session.claims("countersign", &[]);
            let account = Account { role, ..samples::account() };
            let found = Some(Arc::new(SessionWithAccount { session, account }));
            let principal = authenticate::decide(&claims, found, Asks::Other, NOW).outcome.unwrap();
            assert_eq!(admin(&principal).is_ok(), granted);
        }
    }
}
