//! What an edit makes of an account.

use crate::account::Account;
use crate::email::Email;
use crate::id::UserId;
use crate::name::PersonName;
use crate::password::StoredHash;
use crate::phone::Phone;
use crate::profile::Edit;
use crate::time::Timestamp;
use crate::username::Username;

/// What changes of an account besides its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEdit {
    /// Whose.
    pub user: UserId,
    /// The hash that the account had when this was granted.
    pub checked_hash: StoredHash,
    /// `None` where it stays.
    pub username: Option<Username>,
    /// Not shown to be the user's yet; `None` where it stays.
    pub email: Option<Email>,
    /// The full name.
    pub name: Edit<PersonName>,
    /// The first name.
    pub first_name: Edit<PersonName>,
    /// The last name.
    pub last_name: Edit<PersonName>,
    /// The telephone number.
    pub phone: Edit<Phone>,
    /// When.
    pub at: Timestamp,
}

impl AccountEdit {
    /// The account as it is afterwards, but for the time of its last change.
    pub(crate) fn applied_to(&self, account: Account) -> Account {
        let name = |edit: &Edit<PersonName>, stored| edit.applied_to(stored, PersonName::as_str);
        Account {
            username: self.username.as_ref().map(|it| it.as_str().to_owned()).or(account.username),
            email_verified: account.email_verified && self.email.is_none(),
            email: self.email.as_ref().map_or(account.email, |email| email.as_str().to_owned()),
            name: name(&self.name, account.name),
            first_name: name(&self.first_name, account.first_name),
            last_name: name(&self.last_name, account.last_name),
            phone: self.phone.applied_to(account.phone, Phone::as_str),
            ..account
        }
    }
}
