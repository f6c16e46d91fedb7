//! Users.

use countersign_core::account::{Account, AccountRole, AccountStatus};
use countersign_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{rfc3339, rfc3339_or_null};
use crate::routes::Mount;

/// The one representation of a user: what they may see of their account, never its hash.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct User<'a> {
    /// The user's number.
    #[schema(example = 123)]
    pub id: i64,
    /// 3 to 32 of `A-Z a-z 0-9 . _ -`; null where registration asked for none.
    #[schema(example = "ada")]
    pub username: Option<&'a str>,
    /// Lower-cased.
    #[schema(example = "ada@example.com", format = Email)]
    pub email: &'a str,
    /// Null where not given.
    #[schema(example = "Ada Lovelace")]
    pub name: Option<&'a str>,
    /// Null where not given.
    #[schema(example = "Ada")]
    pub first_name: Option<&'a str>,
    /// Null where not given.
    #[schema(example = "Lovelace")]
    pub last_name: Option<&'a str>,
    /// `+` and digits, or digits alone; null where not given.
    #[schema(example = "+442071234567")]
    pub phone: Option<&'a str>,
    /// Who may use the admin routes.
    pub role: Role,
    /// Whether the account may be used.
    pub status: UserStatus,
    /// Whether the address was shown to be the user's.
    pub email_verified: bool,
    /// Whether a second factor is on.
    pub mfa_enabled: bool,
    /// When the account was made.
    #[serde(serialize_with = "rfc3339")]
    #[schema(value_type = String, format = DateTime, example = "2026-01-31T12:00:00Z")]
    pub created_at: Timestamp,
    /// When anything of it last changed.
    #[serde(serialize_with = "rfc3339")]
    #[schema(value_type = String, format = DateTime, example = "2026-01-31T12:00:00Z")]
    pub updated_at: Timestamp,
    /// When it was deleted; null while it is not.
    #[serde(serialize_with = "rfc3339_or_null")]
    #[schema(value_type = Option<&'a str>, format = DateTime, example = json!(null))]
    pub deleted_at: Option<Timestamp>,
}

impl<'a> From<&'a Account> for User<'a> {
    fn from(account: &'a Account) -> Self {
        Self {
            id: account.id.value(),
            username: account.username.as_deref(),
            email: &account.email,
            name: account.name.as_deref(),
            first_name: account.first_name.as_deref(),
            last_name: account.last_name.as_deref(),
            phone: account.phone.as_deref(),
            role: account.role.into(),
            status: account.status.into(),
            email_verified: account.email_verified,
            mfa_enabled: account.mfa_enabled,
            created_at: account.created_at,
            updated_at: account.updated_at,
            deleted_at: account.deleted_at,
        }
    }
}

/// Who may use the admin routes.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words stand for themselves")]
pub enum Role {
    User,
    Admin,
}

impl From<AccountRole> for Role {
    fn from(role: AccountRole) -> Self {
        match role {
            AccountRole::User => Role::User,
            AccountRole::Admin => Role::Admin,
        }
    }
}

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words stand for themselves")]
pub enum UserStatus {
    Active,
    Suspended,
    Deleted,
}

impl From<AccountStatus> for UserStatus {
    fn from(status: AccountStatus) -> Self {
        match status {
            AccountStatus::Active => UserStatus::Active,
            AccountStatus::Suspended => UserStatus::Suspended,
            AccountStatus::Deleted => UserStatus::Deleted,
        }
    }
}

/// The answer to a registration.
#[derive(Debug, Serialize, ToSchema)]
pub struct Registered<'a> {
    /// A sentence for a person.
    #[schema(example = "Registration successful")]
    pub message: &'static str,
    /// The user's number: an integer under `/api`, `user_` and the number at the bare paths.
    pub user_id: WrittenUserId,
    /// The new user.
    #[serde(flatten)]
    pub user: User<'a>,
}

impl<'a> Registered<'a> {
    /// The answer as each mount words it.
    pub fn of(user: User<'a>, mount: Mount) -> Self {
        let (message, user_id) = match mount {
            Mount::Api => ("Registration successful", WrittenUserId::Number(user.id)),
            Mount::Bare => {
                ("User registered successfully", WrittenUserId::Prefixed(format!("user_{}", user.id)))
            }
        };
        Self { message, user_id, user }
    }
}

/// A user's number in one of its two spellings.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum WrittenUserId {
    /// `123`
    #[schema(example = 123)]
    Number(i64),
    /// `user_123`
    #[schema(example = "user_123")]
    Prefixed(String),
}
