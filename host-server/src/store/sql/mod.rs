//! Every statement, once, in text that SQLite and PostgreSQL both take: a file for each kind of thing.
//!
//! SQLite numbers `$n` by first appearance, so each statement introduces `$1`, `$2`, … in this order. A value
//! in a SELECT list is cast, since PostgreSQL would not know its type. What only one engine speaks (pragmas,
//! savepoints) is in that engine's file.

macro_rules! statements {
    ($( $(#[doc = $doc:literal])+ $name:ident = $text:expr; )+) => {
        $( $(#[doc = $doc])+ pub(crate) const $name: &str = $text; )+

        /// All of this file, for the tests that hold them to their rules.
        #[cfg(test)]
        pub(super) const ALL: &[&str] = &[ $($name),+ ];
    };
}
use statements;

/// In the order in which `rows::account` reads them.
macro_rules! account_columns {
    () => {
        "users.id, users.username, users.email, users.name, users.first_name, users.last_name, users.phone, \
         users.role, users.status, users.email_verified, users.mfa_enabled, users.application_id, \
         users.password_hash, users.created_at, users.updated_at, users.deleted_at"
    };
}

pub(crate) mod accounts;
pub(crate) mod applications;
pub(crate) mod audit;
pub(crate) mod data;
pub(crate) mod devices;
pub(crate) mod factors;
pub(crate) mod guesses;
pub(crate) mod keys;
pub(crate) mod mails;
pub(crate) mod restore;
pub(crate) mod revocations;
pub(crate) mod roles;
pub(crate) mod sessions;

/// All of them, for the tests that hold them to their rules.
#[cfg(test)]
pub(crate) const ALL: &[&[&str]] = &[
    accounts::ALL,
    applications::ALL,
    audit::ALL,
    data::ALL,
    devices::ALL,
    factors::ALL,
    guesses::ALL,
    keys::ALL,
    mails::ALL,
    restore::ALL,
    revocations::ALL,
    roles::ALL,
    sessions::ALL,
];

/// Those among them that go through whole tables, since they are about everybody.
#[cfg(test)]
pub(crate) const ABOUT_EVERYBODY: &[&str] = restore::ALL;

#[cfg(test)]
mod tests {
    use super::ALL;

    /// The numbers of the statement's parameters, as they stand in it.
    fn parameters(statement: &str) -> Vec<usize> {
        let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
        statement.split('$').skip(1).map(|rest| digits(rest).parse().unwrap()).collect()
    }

    #[test]
    fn parameters_are_introduced_in_order() {
        for statement in ALL.concat() {
            let mut introduced = 0;
            for number in parameters(statement) {
                assert!(number <= introduced + 1, "${number} comes too early in: {statement}");
                introduced = introduced.max(number);
            }
        }
    }

    #[test]
    fn only_the_common_dialect_is_spoken() {
        for statement in ALL.concat() {
            for foreign in ["?", "::", "AUTOINCREMENT", "PRAGMA", "OR IGNORE", "OR REPLACE", "rowid", "  "] {
                assert!(!statement.contains(foreign), "{foreign:?} in: {statement}");
            }
        }
    }

    #[test]
    fn each_statement_stands_here_once() {
        let all = ALL.concat();
        for (index, statement) in all.iter().enumerate() {
            assert!(!all[..index].contains(statement), "twice: {statement}");
        }
    }
}
