//! Accounts.

use countersign_core::account::{AccountRole, NewAccount};
use countersign_core::id::UserId;
use countersign_core::name::PersonName;
use countersign_core::password::PasswordHash;

use super::write;
use crate::store::backend::{Guard, Write};
use crate::store::sql::accounts as sql;
use crate::store::value::Value;

pub(super) fn create_account(account: &NewAccount) -> Write {
    let username = account.username.as_ref().map(|username| username.as_str());
    let name = |name: &Option<PersonName>| Value::text_or_null(name.as_ref().map(PersonName::as_str));
    let role: AccountRole = account.role;
    write(
        sql::CREATE_ACCOUNT,
        Guard::OneNumber,
        [
            Value::text_or_null(username),
            Value::text_or_null(username.map(str::to_ascii_lowercase)),
            account.email.as_str().into(),
            name(&account.name),
            name(&account.first_name),
            name(&account.last_name),
            Value::text_or_null(account.phone.as_ref().map(|phone| phone.as_str())),
            role.as_str().into(),
            account.password_hash.as_str().into(),
            account.created_at.into(),
            account.application.as_str().into(),
        ],
    )
}

pub(super) fn replace_hash(user: UserId, from: &PasswordHash, to: &PasswordHash) -> Write {
    write(sql::REPLACE_HASH, Guard::OneRow, [to.as_str().into(), user.value().into(), from.as_str().into()])
}
