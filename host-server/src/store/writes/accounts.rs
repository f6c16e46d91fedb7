//! Accounts.

use countersign_core::account::{AccountRole, AccountStatus, NewAccount};
use countersign_core::change::AccountEdit;
use countersign_core::email::Email;
use countersign_core::id::{ApplicationId, SessionId, UserId};
use countersign_core::name::PersonName;
use countersign_core::password::{HashKind, PasswordHash, StoredHash};
use countersign_core::phone::Phone;
use countersign_core::profile::Edit;
use countersign_core::time::Timestamp;
use countersign_core::token::ActionPurpose;

use super::{devices, factors, mails, roles, sessions, write};
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
            account.email_verified.into(),
            account.password_hash.as_str().into(),
            account.password_hash.kind().word().into(),
            account.created_at.into(),
            account.application.as_str().into(),
        ],
    )
}

/// What was mailed to the old address goes first, while it is known which that is.
pub(super) fn edit_account(edit: &AccountEdit) -> Vec<Write> {
    if edit.email.is_none() {
        return vec![edit_columns(edit)];
    }
    let user = edit.user;
    vec![mails::void_mails(user), edit_columns(edit), mails::void_action_tokens(user, None)]
}

fn edit_columns(edit: &AccountEdit) -> Write {
    let username = edit.username.as_ref().map(|username| username.as_str());
    let [sets_name, name] = set(&edit.name, PersonName::as_str);
    let [sets_first_name, first_name] = set(&edit.first_name, PersonName::as_str);
    let [sets_last_name, last_name] = set(&edit.last_name, PersonName::as_str);
    let [sets_phone, phone] = set(&edit.phone, Phone::as_str);
    write(
        sql::EDIT_ACCOUNT,
        Guard::OneRow,
        [
            Value::text_or_null(username),
            Value::text_or_null(username.map(str::to_ascii_lowercase)),
            Value::text_or_null(edit.email.as_ref().map(Email::as_str)),
            sets_name,
            name,
            sets_first_name,
            first_name,
            sets_last_name,
            last_name,
            sets_phone,
            phone,
            edit.at.into(),
            edit.user.value().into(),
            edit.checked_hash.as_str().into(),
        ],
    )
}

/// Whether a column is set, and to what.
fn set<T>(edit: &Edit<T>, text: fn(&T) -> &str) -> [Value; 2] {
    match edit {
        Edit::Keep => [false.into(), Value::Null],
        Edit::Clear => [true.into(), Value::Null],
        Edit::Set(value) => [true.into(), text(value).into()],
    }
}

pub(super) fn set_password(
    user: UserId,
    from: &StoredHash,
    to: &PasswordHash,
    except: Option<SessionId>,
    at: Timestamp,
) -> Vec<Write> {
    let parameters = [to.as_str().into(), kind(to), at.into(), user.value().into(), from.as_str().into()];
    vec![
        write(sql::SET_PASSWORD, Guard::OneRow, parameters),
        sessions::end_sessions(user, except),
        devices::forget_devices(user),
        factors::end_logins(user),
        mails::void_action_tokens(user, Some(ActionPurpose::ResetPassword)),
    ]
}

pub(super) fn set_status(user: UserId, from: AccountStatus, to: AccountStatus, at: Timestamp) -> Vec<Write> {
    let deleted_at = if to == AccountStatus::Deleted { at.into() } else { Value::Null };
    let parameters = [to.as_str().into(), deleted_at, at.into(), user.value().into(), from.as_str().into()];
    vec![
        write(sql::SET_STATUS, Guard::OneRow, parameters),
        factors::end_logins(user),
        mails::void_mails(user),
        mails::void_action_tokens(user, None),
    ]
}

pub(super) fn set_role(user: UserId, from: AccountRole, to: AccountRole, at: Timestamp) -> Vec<Write> {
    let parameters = [to.as_str().into(), at.into(), user.value().into(), from.as_str().into()];
    let default = ApplicationId::default_application();
    // An admin belongs to that application by being one.
    [write(sql::SET_ROLE, Guard::OneRow, parameters)].into_iter().chain(roles::part(user, &default)).collect()
}

pub(super) fn replace_hash(user: UserId, from: &StoredHash, to: &PasswordHash) -> Write {
    let parameters = [to.as_str().into(), kind(to), user.value().into(), from.as_str().into()];
    write(sql::REPLACE_HASH, Guard::OneRow, parameters)
}

/// What stands beside a hash of ours.
fn kind(hash: &PasswordHash) -> Value {
    HashKind::Argon2id(hash.cost()).word().into()
}
