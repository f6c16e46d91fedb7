//! Sessions.

/// In the order in which `rows::sessions` reads them.
macro_rules! session_columns {
    () => {
        "sessions.id, sessions.user_id, sessions.application_id, sessions.created_at, sessions.auth_time, \
         sessions.last_used_at, sessions.expires_at, sessions.second_factor, sessions.pair_number, \
         sessions.pair_issued_at, sessions.pair_expires_at, sessions.token_id, sessions.refresh_digest, \
         sessions.replaced_token_id, sessions.bearer_refresh, sessions.ip, sessions.user_agent"
    };
}

super::statements! {
    /// A session and its user's account.
    SESSION_WITH_ACCOUNT = concat!(
        "SELECT ", session_columns!(), ", ", account_columns!(),
        " FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id = $1"
    );

    /// Finds one if there is any.
    ANY_SESSION = "SELECT 1 FROM sessions WHERE seq > 0 LIMIT 1";

    /// A user's sessions that are not over at `$2`, from before `$3`, newest first.
    SESSIONS_OF_USER = concat!(
        "SELECT sessions.seq, ", session_columns!(),
        " FROM sessions WHERE user_id = $1 AND expires_at > $2 AND seq < $3 ORDER BY seq DESC LIMIT $4"
    );

    /// Guard: the user is active, has the hash that was checked, a second factor if and only if one was shown, and
    /// belongs to the application, which is active; the session's id is new.
    OPEN_SESSION =
        "INSERT INTO sessions (id, user_id, application_id, created_at, auth_time, last_used_at, expires_at, \
                               second_factor, pair_number, pair_issued_at, pair_expires_at, tokens_until, \
                               token_id, refresh_digest, replaced_token_id, bearer_refresh, ip, user_agent) \
         SELECT CAST($1 AS TEXT), users.id, CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), \
                CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), \
                CAST($9 AS BIGINT), CAST($10 AS BIGINT), CAST($10 AS BIGINT), CAST($11 AS TEXT), \
                CAST($12 AS TEXT), CAST($13 AS TEXT), CAST($14 AS BIGINT), CAST($15 AS TEXT), \
                CAST($16 AS TEXT) \
         FROM users WHERE users.id = $17 AND users.status = 'active' AND users.password_hash = $18 \
         AND users.mfa_enabled = $7 \
         AND (SELECT status FROM applications WHERE applications.id = $2) = 'active' \
         AND (users.application_id = $2 OR (users.role = 'admin' AND CAST($2 AS TEXT) = 'default') OR EXISTS (SELECT 1 FROM role_assignments \
              WHERE role_assignments.user_id = $17 AND role_assignments.application_id = $2)) \
         ON CONFLICT DO NOTHING";

    /// Of a user's sessions only those stay that are not over at `$2`, and of them the newest `$3`.
    KEEP_NEWEST_SESSIONS =
        "DELETE FROM sessions WHERE user_id = $1 AND (expires_at <= $2 OR seq <= \
         (SELECT seq FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY seq DESC LIMIT 1 OFFSET $3))";

    /// Forgets some of the sessions that are over, of whomever, oldest end first.
    PRUNE_SESSIONS =
        "DELETE FROM sessions WHERE seq IN \
         (SELECT seq FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

    /// Guard: the pair that is replaced is still out, and its user active.
    ROTATE_PAIR =
        "UPDATE sessions SET pair_number = $1, pair_issued_at = $2, last_used_at = $2, pair_expires_at = $3, \
                             tokens_until = CASE WHEN tokens_until < $3 THEN $3 ELSE tokens_until END, \
                             replaced_token_id = token_id, token_id = $4, refresh_digest = $5, bearer_refresh = $6 \
         WHERE id = $7 AND pair_number = $8 \
         AND EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND users.status = 'active')";

    /// No access token refreshes the session any more.
    REFUSE_BEARERS = "UPDATE sessions SET bearer_refresh = 0 WHERE id = $1";

    /// When a session was last used never goes back.
    NOTE_USE = "UPDATE sessions SET last_used_at = $1 WHERE id = $2 AND last_used_at < $1";

    /// Guard: the session is there.
    REAUTHENTICATE = "UPDATE sessions SET auth_time = $1, second_factor = 1 WHERE id = $2";

    /// Ends a session.
    END_SESSION = "DELETE FROM sessions WHERE id = $1";

    /// Ends a user's sessions but for one; NULL is none.
    END_SESSIONS = "DELETE FROM sessions WHERE user_id = $1 AND (CAST($2 AS TEXT) IS NULL OR id <> $2)";
}
