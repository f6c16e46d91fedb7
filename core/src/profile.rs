//! The one representation of a user, everywhere a user is shown.

use crate::account::{Account, AccountRole, AccountStatus};
use crate::authenticate::Principal;
use crate::decision::Decision;
use crate::id::UserId;
use crate::time::Timestamp;

/// What a user may see of their account: never a hash, a secret or a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The number.
    pub id: UserId,
    /// `None` where registration asked for none.
    pub username: Option<String>,
    /// Lower-cased.
    pub email: String,
    /// `None` where not given.
    pub name: Option<String>,
    /// `None` where not given.
    pub first_name: Option<String>,
    /// `None` where not given.
    pub last_name: Option<String>,
    /// `None` where not given.
    pub phone: Option<String>,
    /// Who may use the admin routes.
    pub role: AccountRole,
    /// Whether the account may be used.
    pub status: AccountStatus,
    /// Whether the address was shown to be the user's.
    pub email_verified: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
    /// When it was deleted; `None` while it is not.
    pub deleted_at: Option<Timestamp>,
}

impl From<Account> for Profile {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            username: account.username,
            email: account.email,
            name: account.name,
            first_name: account.first_name,
            last_name: account.last_name,
            phone: account.phone,
            role: account.role,
            status: account.status,
            email_verified: account.email_verified,
            created_at: account.created_at,
            updated_at: account.updated_at,
            deleted_at: account.deleted_at,
        }
    }
}

/// Decides what a principal sees of their own account: all of its profile.
pub fn decide(principal: Principal) -> Decision<Profile> {
    Decision::grant(principal.account.into())
}
