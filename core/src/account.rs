//! A user's account as the store holds it.

use crate::email::Email;
use crate::id::{ApplicationId, UserId};
use crate::name::PersonName;
use crate::password::StoredHash;
use crate::phone::Phone;
use crate::time::Timestamp;
use crate::username::Username;

/// A stored account. Its texts were parsed when they came in; a rule made stricter later does not lock
/// anybody out, so they are not parsed again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The number the store gave it.
    pub id: UserId,
    /// As typed at registration; `None` where that asked for none.
    pub username: Option<String>,
    /// Lower-cased.
    pub email: String,
    /// The full name; `None` where not given.
    pub name: Option<String>,
    /// `None` where not given.
    pub first_name: Option<String>,
    /// `None` where not given.
    pub last_name: Option<String>,
    /// `+` and digits, or digits alone; `None` where not given.
    pub phone: Option<String>,
    /// Who may use the admin routes.
    pub role: AccountRole,
    /// Whether it may be used.
    pub status: AccountStatus,
    /// Whether its owner has shown that the address is theirs.
    pub email_verified: bool,
    /// Whether a second factor is on.
    pub mfa_enabled: bool,
    /// The application it registered with, which a log-in that names none is for.
    pub application: ApplicationId,
    /// The hash that its password is held against.
    pub password_hash: StoredHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
    /// When it was deleted; `None` while it is not.
    pub deleted_at: Option<Timestamp>,
}

impl Account {
    /// Whether the account belongs to an application: registered with it, or holding a role in it. An admin belongs to
    /// the application `default` besides, for the admin routes want a token of that.
    pub fn belongs_to(&self, application: &ApplicationId, holds_role: bool) -> bool {
        let is_admins =
            self.role == AccountRole::Admin && *application == ApplicationId::default_application();
        holds_role || is_admins || self.application == *application
    }
}

/// An account that is about to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// `None` where registration asked for none.
    pub username: Option<Username>,
    /// Where its owner is written to.
    pub email: Email,
    /// `None` where not given.
    pub name: Option<PersonName>,
    /// `None` where not given.
    pub first_name: Option<PersonName>,
    /// `None` where not given.
    pub last_name: Option<PersonName>,
    /// `None` where not given.
    pub phone: Option<Phone>,
    /// [`AccountRole::Admin`] only where the operator makes it.
    pub role: AccountRole,
    /// True only where the operator makes it, who answers for the address.
    pub email_verified: bool,
    /// The application it joins.
    pub application: ApplicationId,
    /// The hash of its password.
    pub password_hash: StoredHash,
    /// When.
    pub created_at: Timestamp,
}

impl NewAccount {
    /// The account it has become under the number that the store gave it.
    pub fn stored_as(self, id: UserId) -> Account {
        let name_text = |name: PersonName| name.as_str().to_owned();
        Account {
            id,
            username: self.username.map(|username| username.as_str().to_owned()),
            email: self.email.as_str().to_owned(),
            name: self.name.map(name_text),
            first_name: self.first_name.map(name_text),
            last_name: self.last_name.map(name_text),
            phone: self.phone.map(|phone| phone.as_str().to_owned()),
            role: self.role,
            status: AccountStatus::Active,
            email_verified: self.email_verified,
            mfa_enabled: false,
            application: self.application,
            password_hash: self.password_hash,
            created_at: self.created_at,
            updated_at: self.created_at,
            deleted_at: None,
        }
    }
}

macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident { $( $(#[doc = $variant_doc:literal])+ $variant:ident = $word:literal, )+ }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $( $(#[doc = $variant_doc])+ $variant, )+ }

        impl $name {
            /// The word for it in JSON and in the store.
            pub const fn as_str(self) -> &'static str {
                match self { $( $name::$variant => $word, )+ }
            }

            /// Reads the word, `None` for any other.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $( $word => Some($name::$variant), )+ _ => None }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What an account may do beyond its own affairs.
    AccountRole {
        /// Nothing.
        User = "user",
        /// Use the admin routes.
        Admin = "admin",
    }
}

words! {
    /// Whether an account may be used.
    AccountStatus {
        /// It may.
        Active = "active",
        /// An admin has stopped it.
        Suspended = "suspended",
        /// It was deleted; its names stay reserved.
        Deleted = "deleted",
    }
}
