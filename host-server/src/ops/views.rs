//! The JSON that goes out, as types: what is sent and what the OpenAPI document says are made from these.

use countersign_core::account::{AccountRole, AccountStatus};
use countersign_core::profile::Profile;
use countersign_core::time::Timestamp;
use countersign_core::token::PublicJwk;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::call::Mount;

/// The one representation of a user.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct User {
    /// The user's number.
    #[schema(example = 123)]
    pub id: i64,
    /// 3 to 32 of `A-Z a-z 0-9 . _ -`; null where registration asked for none.
    #[schema(example = "ada")]
    pub username: Option<String>,
    /// Lower-cased.
    #[schema(example = "ada@example.com", format = Email)]
    pub email: String,
    /// Null where not given.
    #[schema(example = "Ada Lovelace")]
    pub name: Option<String>,
    /// Null where not given.
    #[schema(example = "Ada")]
    pub first_name: Option<String>,
    /// Null where not given.
    #[schema(example = "Lovelace")]
    pub last_name: Option<String>,
    /// `+` and digits, or digits alone; null where not given.
    #[schema(example = "+442071234567")]
    pub phone: Option<String>,
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
    #[schema(value_type = Option<String>, format = DateTime, example = json!(null))]
    pub deleted_at: Option<Timestamp>,
}

impl From<Profile> for User {
    fn from(profile: Profile) -> Self {
        Self {
            id: profile.id.value(),
            username: profile.username,
            email: profile.email,
            name: profile.name,
            first_name: profile.first_name,
            last_name: profile.last_name,
            phone: profile.phone,
            role: profile.role.into(),
            status: profile.status.into(),
            email_verified: profile.email_verified,
            // No operation turns a second factor on yet.
            mfa_enabled: false,
            created_at: profile.created_at,
            updated_at: profile.updated_at,
            deleted_at: profile.deleted_at,
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
pub struct Registered {
    /// A sentence for a person.
    #[schema(example = "Registration successful")]
    pub message: &'static str,
    /// The user's number: an integer under `/api`, `user_` and the number at the bare paths.
    pub user_id: WrittenUserId,
    /// The new user.
    #[serde(flatten)]
    pub user: User,
}

impl Registered {
    /// The answer as each mount words it.
    pub fn of(user: User, mount: Mount) -> Self {
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

/// The answer to a log-in.
#[derive(Serialize, ToSchema)]
pub struct LoggedInBody<'a> {
    /// A JWT (RFC 9068) for the `Authorization` header.
    #[schema(example = "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLiJ9.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJl")]
    pub access_token: &'a str,
    /// The same token, under the name that some clients look for.
    #[schema(example = "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLiJ9.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJl")]
    pub token: &'a str,
    /// Always `bearer` (RFC 6750).
    #[schema(example = "bearer")]
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    #[schema(example = 3600)]
    pub expires_in: i64,
    /// Good for one new pair of tokens.
    #[schema(example = "q1Zb…")]
    pub refresh_token: &'a str,
    /// Keep it and send it at the next log-in from this device: it has a count of wrong passwords of its own.
    #[schema(example = "3kTf…")]
    pub device_token: &'a str,
    /// Who logged in.
    pub user: User,
}

/// A set of public keys (RFC 7517 section 5).
#[derive(Debug, Serialize, ToSchema)]
pub struct Jwks<'a> {
    /// Each key once; none where tokens are signed with a shared secret.
    pub keys: Vec<Jwk<'a>>,
}

/// A public key (RFC 8037 section 2).
#[derive(Debug, Serialize, ToSchema)]
pub struct Jwk<'a> {
    /// The kind of key.
    #[schema(example = "OKP")]
    pub kty: &'static str,
    /// The curve.
    #[schema(example = "Ed25519")]
    pub crv: &'static str,
    /// The point, in base64url.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    pub x: String,
    /// The `kid` in the header of tokens that it verifies.
    #[schema(example = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<&'a str>,
    /// The one algorithm it verifies.
    #[schema(example = "EdDSA")]
    pub alg: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    pub usage: &'static str,
}

impl<'a> From<PublicJwk<'a>> for Jwk<'a> {
    fn from(key: PublicJwk<'a>) -> Self {
        let PublicJwk { kty, crv, x, kid, alg, usage } = key;
        Self { kty, crv, x, kid, alg, usage }
    }
}

/// The answer of the health checks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Status {
    /// Always `ok`; what is not ok is a problem.
    #[schema(example = "ok")]
    pub status: &'static str,
}

impl Status {
    /// All is well.
    pub const OK: Status = Status { status: "ok" };
}

fn rfc3339<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    let time = jiff::Timestamp::from_second(time.as_secs()).map_err(serde::ser::Error::custom)?;
    serializer.collect_str(&time)
}

fn rfc3339_or_null<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => rfc3339(time, serializer),
        None => serializer.serialize_none(),
    }
}
