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

    /// How many other accounts than `$2` have the username, and how many the e-mail address. NULL is nobody's.
    NAMES_TAKEN_BY_OTHERS =
        "SELECT (SELECT count(*) FROM users WHERE username_key = $1 AND id <> $2), \
                (SELECT count(*) FROM users WHERE email = $3 AND id <> $2)";

    /// How many other active admins than a user there are.
    OTHER_ADMINS = "SELECT count(*) FROM users WHERE role = 'admin' AND status = 'active' AND id <> $1";

    /// The highest number of a user.
    NEWEST_USER = "SELECT id FROM users WHERE id > 0 ORDER BY id DESC LIMIT 1";

    /// The users from before `$1`, newest first, of a status, a role, and with a text in a name; NULL is any.
    USERS = concat!(
        "SELECT ", account_columns!(), " FROM users WHERE id < $1 \
         AND (CAST($2 AS TEXT) IS NULL OR status = $2) AND (CAST($3 AS TEXT) IS NULL OR role = $3) \
         AND (CAST($4 AS TEXT) IS NULL OR username_key LIKE $4 ESCAPE '\\' OR email LIKE $4 ESCAPE '\\') \
         ORDER BY id DESC LIMIT $5"
    );

    /// Guard: the application is active, and the username and the e-mail address are free.
    CREATE_ACCOUNT =
        "INSERT INTO users (username, username_key, email, name, first_name, last_name, phone, role, status, \
                            email_verified, application_id, password_hash, hash_kind, created_at, updated_at) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), \
                CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT), 'active', CAST($9 AS BIGINT), \
                applications.id, CAST($10 AS TEXT), CAST($11 AS TEXT), CAST($12 AS BIGINT), CAST($12 AS BIGINT) \
         FROM applications WHERE applications.id = $13 AND applications.status = 'active' \
         ON CONFLICT DO NOTHING RETURNING id";

    /// NULL for what stays; what can be cleared says so beside it (0 or 1). Guard: the account is active and has the
    /// hash, and the names are nobody else's.
    EDIT_ACCOUNT =
        "UPDATE users SET username = coalesce($1, username), username_key = coalesce($2, username_key), \
                          email_verified = CASE WHEN email = coalesce($3, email) THEN email_verified ELSE 0 END, \
                          email = coalesce($3, email), \
                          name = CASE WHEN $4 = 1 THEN $5 ELSE name END, \
                          first_name = CASE WHEN $6 = 1 THEN $7 ELSE first_name END, \
                          last_name = CASE WHEN $8 = 1 THEN $9 ELSE last_name END, \
                          phone = CASE WHEN $10 = 1 THEN $11 ELSE phone END, updated_at = $12 \
         WHERE id = $13 AND status = 'active' AND password_hash = $14 \
         AND NOT EXISTS (SELECT 1 FROM users AS other WHERE other.username_key = $2 AND other.id <> $13) \
         AND NOT EXISTS (SELECT 1 FROM users AS other WHERE other.email = $3 AND other.id <> $13)";

    /// Guard: the account is active, and its hash still the one that it stands on.
    SET_PASSWORD =
        "UPDATE users SET password_hash = $1, hash_kind = $2, updated_at = $3 \
         WHERE id = $4 AND status = 'active' AND password_hash = $5";

    /// Guard: the status is still the one that it stands on, and an active admin stays.
    SET_STATUS =
        "UPDATE users SET status = $1, deleted_at = $2, updated_at = $3 WHERE id = $4 AND status = $5 \
         AND ($1 = 'active' OR role <> 'admin' OR status <> 'active' OR EXISTS \
              (SELECT 1 FROM users AS other WHERE other.role = 'admin' AND other.status = 'active' AND other.id <> $4))";

    /// Guard: the role is still the one that it stands on, and an active admin stays.
    SET_ROLE =
        "UPDATE users SET role = $1, updated_at = $2 WHERE id = $3 AND role = $4 \
         AND ($1 = 'admin' OR role <> 'admin' OR status <> 'active' OR EXISTS \
              (SELECT 1 FROM users AS other WHERE other.role = 'admin' AND other.status = 'active' AND other.id <> $3))";

    /// Guard: the hash is still the one that was checked.
    REPLACE_HASH = "UPDATE users SET password_hash = $1, hash_kind = $2 WHERE id = $3 AND password_hash = $4";

    /// The next kind of hash that is stored, in the order of their words, which costs one look into the index.
    NEXT_HASH_KIND = "SELECT hash_kind FROM users WHERE hash_kind > $1 ORDER BY hash_kind LIMIT 1";
}
