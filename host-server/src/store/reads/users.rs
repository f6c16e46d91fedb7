//! Users, as admins ask for them, and what stands in the way of a change.

use countersign_core::account::{Account, AccountRole, AccountStatus};
use countersign_core::id::UserId;

use crate::store::value::Value;
use crate::store::{Store, StoreError, rows, sql};

/// Which users are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChosenUsers {
    /// Those of this status; `None` for any.
    pub status: Option<AccountStatus>,
    /// Those of this role; `None` for any.
    pub role: Option<AccountRole>,
    /// Those whose username or e-mail address has this in it, in any letter case; `None` for any.
    pub part_of_name: Option<String>,
}

impl Store {
    /// Whether the username and the e-mail address belong to anybody but the user, in any letter case.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn names_taken_by_others(
        &self,
        user: UserId,
        username: Option<&str>,
        email: Option<&str>,
    ) -> Result<(bool, bool), StoreError> {
        let username = Value::text_or_null(username.map(str::to_ascii_lowercase));
        let email = Value::text_or_null(email.map(str::to_ascii_lowercase));
        let parameters = [username, user.value().into(), email];
        Ok(self
            .read_one(sql::accounts::NAMES_TAKEN_BY_OTHERS, parameters, rows::accounts::names_taken)?
            .unwrap_or_default())
    }

    /// Whether there is another active admin than the user.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn another_admin(&self, user: UserId) -> Result<bool, StoreError> {
        let parameters = [user.value().into()];
        Ok(self
            .read_one(sql::accounts::OTHER_ADMINS, parameters, rows::accounts::other_admins)?
            .unwrap_or_default())
    }

    /// Up to `limit` of the users that are chosen, newest first, from after the place `after` on; each with its place.
    /// Where few are chosen it looks at all, and blocks for as long.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn users(
        &self,
        chosen: &ChosenUsers,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<(i64, Account)>, StoreError> {
        let parameters = [
            after.unwrap_or(i64::MAX).into(),
            Value::text_or_null(chosen.status.map(AccountStatus::as_str)),
            Value::text_or_null(chosen.role.map(AccountRole::as_str)),
            Value::text_or_null(chosen.part_of_name.as_deref().map(containing)),
            limit.into(),
        ];
        self.read_all(sql::accounts::USERS, parameters, rows::accounts::listed_account)
    }
}

/// The pattern of LIKE for names that have this text in them, lower-cased as they are. The text stands for itself.
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}
