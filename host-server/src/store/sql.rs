//! Every statement, once, in text that SQLite and PostgreSQL both take.
//!
//! SQLite numbers `$n` by first appearance, so each statement introduces `$1`, `$2`, … in this order. A value
//! in a SELECT list is cast, since PostgreSQL would not know its type. What only one engine speaks (pragmas,
//! savepoints) is in that engine's file.

macro_rules! statements {
    ($( $(#[doc = $doc:literal])+ $name:ident = $text:expr; )+) => {
        $( $(#[doc = $doc])+ pub(crate) const $name: &str = $text; )+

        /// All of them, for the tests that hold them to their rules.
        #[cfg(test)]
        pub(crate) const ALL: &[&str] = &[ $($name),+ ];
    };
}

/// In the order in which `rows::account` reads them.
macro_rules! account_columns {
    () => {
        "users.id, users.username, users.email, users.name, users.first_name, users.last_name, users.phone, \
         users.role, users.status, users.email_verified, users.application_id, users.password_hash, \
         users.created_at, users.updated_at, users.deleted_at"
    };
}

statements! {
    /// The account of a user.
    ACCOUNT_BY_ID = concat!("SELECT ", account_columns!(), " FROM users WHERE id = $1");

    /// The account with this username, lower-cased.
    ACCOUNT_BY_USERNAME = concat!("SELECT ", account_columns!(), " FROM users WHERE username_key = $1");

    /// The account with this e-mail address, lower-cased.
    ACCOUNT_BY_EMAIL = concat!("SELECT ", account_columns!(), " FROM users WHERE email = $1");

    /// How many accounts have the username, and how many the e-mail address. NULL is nobody's.
    NAMES_TAKEN =
        "SELECT (SELECT count(*) FROM users WHERE username_key = $1), \
                (SELECT count(*) FROM users WHERE email = $2)";

    /// An application.
    APPLICATION = "SELECT id, status FROM applications WHERE id = $1";

    /// Whether a device is one of the user's.
    DEVICE_KNOWN = "SELECT count(*) FROM devices WHERE digest = $1 AND user_id = $2";

    /// How many guesses at a subject still count, and the time of the oldest.
    GUESSES = "SELECT count(*), min(at) FROM guesses WHERE subject = $1 AND at > $2";

    /// A session and its user's account.
    SESSION_WITH_ACCOUNT = concat!(
        "SELECT sessions.id, sessions.user_id, sessions.application_id, sessions.created_at, \
                sessions.expires_at, sessions.refresh_number, sessions.refresh_digest, sessions.ip, \
                sessions.user_agent, ",
        account_columns!(),
        " FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id = $1"
    );

    /// A read that touches the file, for readiness.
    READY = "SELECT count(*) FROM applications WHERE id = 'default'";

    /// Guard: the application exists, and the username and the e-mail address are free.
    CREATE_ACCOUNT =
        "INSERT INTO users (username, username_key, email, name, first_name, last_name, phone, role, status, \
                            email_verified, application_id, password_hash, created_at, updated_at) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), \
                CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT), 'active', 0, applications.id, \
                CAST($9 AS TEXT), CAST($10 AS BIGINT), CAST($10 AS BIGINT) \
         FROM applications WHERE applications.id = $11 \
         ON CONFLICT DO NOTHING RETURNING id";

    /// Guard: fewer than `$4` guesses since `$3`.
    COUNT_GUESS =
        "INSERT INTO guesses (subject, at) SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT) \
         WHERE (SELECT count(*) FROM guesses WHERE subject = $1 AND at > $3) < $4";

    /// Forgets some of the guesses that no longer count for anybody, oldest first.
    PRUNE_GUESSES =
        "DELETE FROM guesses WHERE id IN (SELECT id FROM guesses WHERE at <= $1 ORDER BY at LIMIT $2)";

    /// Forgets the newest guess at a subject.
    TAKE_BACK_GUESS = "DELETE FROM guesses WHERE id = (SELECT max(id) FROM guesses WHERE subject = $1)";

    /// Forgets the guesses at a subject.
    CLEAR_GUESSES = "DELETE FROM guesses WHERE subject = $1";

    /// Guard: the user is active and has the hash that was checked; the session's id is new.
    OPEN_SESSION =
        "INSERT INTO sessions (id, user_id, application_id, created_at, last_used_at, expires_at, \
                               refresh_number, refresh_digest, ip, user_agent) \
         SELECT CAST($1 AS TEXT), users.id, CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($3 AS BIGINT), \
                CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT) \
         FROM users WHERE users.id = $9 AND users.status = 'active' AND users.password_hash = $10 \
         ON CONFLICT DO NOTHING";

    /// Of a user's sessions only those stay that are not over at `$2`, and of them the newest `$3`.
    KEEP_NEWEST_SESSIONS =
        "DELETE FROM sessions WHERE user_id = $1 AND (expires_at <= $2 OR seq <= \
         (SELECT seq FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY seq DESC LIMIT 1 OFFSET $3))";

    /// Adds a device; one that is known already stays as it is.
    REMEMBER_DEVICE = "INSERT INTO devices (digest, user_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

    /// Of a user's devices the newest `$2` stay known.
    KEEP_NEWEST_DEVICES =
        "DELETE FROM devices WHERE user_id = $1 AND seq <= \
         (SELECT seq FROM devices WHERE user_id = $1 ORDER BY seq DESC LIMIT 1 OFFSET $2)";

    /// Guard: the hash is still the one that was checked.
    REPLACE_HASH = "UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3";
}

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
        for statement in ALL {
            let mut introduced = 0;
            for number in parameters(statement) {
                assert!(number <= introduced + 1, "${number} comes too early in: {statement}");
                introduced = introduced.max(number);
            }
        }
    }

    #[test]
    fn only_the_common_dialect_is_spoken() {
        for statement in ALL {
            for foreign in ["?", "::", "AUTOINCREMENT", "PRAGMA", "OR IGNORE", "OR REPLACE", "rowid", "  "] {
                assert!(!statement.contains(foreign), "{foreign:?} in: {statement}");
            }
        }
    }

    #[test]
    fn each_statement_stands_here_once() {
        for (index, statement) in ALL.iter().enumerate() {
            assert!(!ALL[..index].contains(statement), "twice: {statement}");
        }
    }
}
