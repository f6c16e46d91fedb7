//! Custom data.

super::statements! {
    /// The value under a key.
    DATUM = "SELECT value FROM user_data WHERE user_id = $1 AND application_id = $2 AND key = $3";

    /// Keys of a user in an application from after `$3`, in order.
    DATA =
        "SELECT key, size, updated_at FROM user_data \
         WHERE user_id = $1 AND application_id = $2 AND key > $3 ORDER BY key LIMIT $4";

    /// How many other keys the user has in the application, and how many bytes under all others anywhere.
    KEPT_BESIDES =
        "SELECT (SELECT count(*) FROM user_data WHERE user_id = $1 AND application_id = $2 AND key <> $3), \
                (SELECT CAST(COALESCE(sum(size), 0) AS BIGINT) FROM user_data \
                 WHERE user_id = $1 AND NOT (application_id = $2 AND key = $3))";

    /// Guard: fewer than `$7` other keys in the application, and at most `$8` bytes with those under all others. That
    /// the application is there, its foreign key sees to.
    STORE_DATUM =
        "INSERT INTO user_data (user_id, application_id, key, size, updated_at, value) \
         SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), \
                CAST($6 AS TEXT) \
         WHERE (SELECT count(*) FROM user_data \
                WHERE user_id = $1 AND application_id = $2 AND key <> $3) < $7 \
           AND (SELECT CAST(COALESCE(sum(size), 0) AS BIGINT) FROM user_data \
                WHERE user_id = $1 AND NOT (application_id = $2 AND key = $3)) + $4 <= $8 \
         ON CONFLICT (user_id, application_id, key) \
         DO UPDATE SET size = excluded.size, updated_at = excluded.updated_at, value = excluded.value";

    /// Guard: it is there.
    DELETE_DATUM = "DELETE FROM user_data WHERE user_id = $1 AND application_id = $2 AND key = $3";
}
