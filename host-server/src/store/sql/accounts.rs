//! Accounts.

super::statements! {
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

    /// Guard: the application exists, and the username and the e-mail address are free.
    CREATE_ACCOUNT =
        "INSERT INTO users (username, username_key, email, name, first_name, last_name, phone, role, status, \
                            email_verified, application_id, password_hash, created_at, updated_at) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), \
                CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT), 'active', 0, applications.id, \
                CAST($9 AS TEXT), CAST($10 AS BIGINT), CAST($10 AS BIGINT) \
         FROM applications WHERE applications.id = $11 \
         ON CONFLICT DO NOTHING RETURNING id";

    /// Guard: the hash is still the one that was checked.
    REPLACE_HASH = "UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3";
}
