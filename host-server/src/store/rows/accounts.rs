//! Accounts.

use countersign_core::account::{Account, AccountRole, AccountStatus};
use countersign_core::id::{ApplicationId, UserId};
use countersign_core::password::{Argon2Cost, HashBounds, HashKind, StoredHash};

use crate::store::StoreError;
use crate::store::value::{Columns, Row};

/// The most that any setting lets a hash cost. The bounds that matter were kept when the hash came in, under
/// settings that may have been others than today's.
const STORED_HASH_BOUNDS: HashBounds = HashBounds {
    memory_kib: Argon2Cost::MAX_MEMORY_KIB,
    iterations: Argon2Cost::MAX_ITERATIONS,
    parallelism: Argon2Cost::MAX_PARALLELISM,
};

/// Reads a row of one of the `ACCOUNT_BY_…` statements, and of `USERS`.
pub(crate) fn account(row: Row) -> Result<Account, StoreError> {
    account_columns(&mut Columns::of(row, "users"))
}

/// Reads the row of `NAMES_TAKEN` and `NAMES_TAKEN_BY_OTHERS`: the username, the e-mail address.
pub(crate) fn names_taken(row: Row) -> Result<(bool, bool), StoreError> {
    let mut columns = Columns::of(row, "users");
    Ok((columns.count("username_key")? > 0, columns.count("email")? > 0))
}

/// Reads the row of `OTHER_ADMINS`.
pub(crate) fn other_admins(row: Row) -> Result<bool, StoreError> {
    Ok(Columns::of(row, "users").count("role")? > 0)
}

/// Reads a row of `USERS`: its place in the list, and the account.
pub(crate) fn listed_account(row: Row) -> Result<(i64, Account), StoreError> {
    let account = account(row)?;
    Ok((account.id.value(), account))
}

/// Reads the row of `NEWEST_USER`.
pub(crate) fn number(row: Row) -> Result<UserId, StoreError> {
    Columns::of(row, "users").integer("id").map(UserId::new)
}

/// Reads the row of `NEXT_HASH_KIND`.
pub(crate) fn hash_kind(row: Row) -> Result<HashKind, StoreError> {
    Columns::of(row, "users").parsed("hash_kind", HashKind::of_word)
}

/// Reads the columns of an account where the row has more.
pub(super) fn account_columns(columns: &mut Columns) -> Result<Account, StoreError> {
    Ok(Account {
        id: UserId::new(columns.integer("id")?),
        username: columns.optional_text("username")?,
        email: columns.text("email")?,
        name: columns.optional_text("name")?,
        first_name: columns.optional_text("first_name")?,
        last_name: columns.optional_text("last_name")?,
        phone: columns.optional_text("phone")?,
        role: columns.parsed("role", AccountRole::parse)?,
        status: columns.parsed("status", AccountStatus::parse)?,
        email_verified: columns.truth("email_verified")?,
        mfa_enabled: columns.truth("mfa_enabled")?,
        application: columns.parsed("application_id", ApplicationId::parse)?,
        password_hash: columns.parsed("password_hash", stored_hash)?,
        created_at: columns.moment("created_at")?,
        updated_at: columns.moment("updated_at")?,
        deleted_at: columns.optional_moment("deleted_at")?,
    })
}

/// Reads a hash that was let in once.
pub(super) fn stored_hash(text: &str) -> Option<StoredHash> {
    StoredHash::parse_within(text, STORED_HASH_BOUNDS).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::value::Value;

    fn account_row() -> Vec<Value> {
        let text = |text: &str| Value::from(text);
        let hash = "$argon2id$v=19$m=1048576,t=64,p=16$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA";
        let mut row = vec![Value::from(5_i64)];
        row.extend(["Ada", "ada@example.com", "Ada L", "Ada", "L", "+4930123456"].map(text));
        row.extend([text("user"), text("active"), Value::from(0_i64), Value::from(1_i64)]);
        row.extend([text("default"), text(hash)]);
        row.extend([Value::from(1_i64), Value::from(2_i64), Value::Null]);
        row
    }

    #[test]
    fn the_costliest_hash_that_any_setting_makes_is_read() {
        let account = account(Row(account_row())).unwrap();
        let HashKind::Argon2id(cost) = account.password_hash.kind() else { panic!("{account:?}") };
        assert_eq!(cost.memory_kib(), Argon2Cost::MAX_MEMORY_KIB);
    }

    #[test]
    fn each_column_that_holds_nonsense_is_named() {
        let columns: Vec<_> = "id username email name first_name last_name phone role status email_verified \
                               mfa_enabled application_id password_hash created_at updated_at deleted_at"
            .split_whitespace()
            .collect();
        assert_eq!(account_row().len(), columns.len());
        for (index, name) in columns.into_iter().enumerate() {
            let mut row = account_row();
            row[index] = Value::Unreadable;
            let error = account(Row(row)).unwrap_err();
            assert!(
                matches!(error, StoreError::Corrupt { table: "users", column } if column == name),
                "{name}"
            );
        }
    }

    #[test]
    fn words_that_core_does_not_know_are_refused() {
        for (index, name) in [(7, "role"), (8, "status"), (11, "application_id"), (12, "password_hash")] {
            let mut row = account_row();
            row[index] = Value::from("no such word");
            let error = account(Row(row)).unwrap_err();
            assert!(matches!(error, StoreError::Corrupt { column, .. } if column == name), "{error:?}");
        }
    }
}
