//! Second factors, recovery codes, and log-ins that wait for them.

super::statements! {
    /// A user's second factor, on or not.
    FACTOR = "SELECT secret, enabled_at, last_step, address_verified FROM factors WHERE user_id = $1";

    /// Second factors from after the user `$1` on.
    SEALED_FACTORS = "SELECT user_id, secret FROM factors WHERE user_id > $1 ORDER BY user_id LIMIT $2";

    /// Guard: it is sealed as it was.
    RESEAL_FACTOR = "UPDATE factors SET secret = $1 WHERE user_id = $2 AND secret = $3";

    /// Whether a recovery code is one of the user's.
    RECOVERY_CODE_KNOWN = "SELECT count(*) FROM recovery_codes WHERE user_id = $1 AND digest = $2";

    /// A log-in that waits for its second factor.
    MFA_LOGIN =
        "SELECT user_id, application_id, device_digest, checked_hash, expires_at, wrong_codes \
         FROM mfa_logins WHERE digest = $1";

    /// Guard: the user is active, and has no factor that is on.
    PROPOSE_FACTOR =
        "INSERT INTO factors (user_id, secret, created_at) \
         SELECT users.id, CAST($1 AS TEXT), CAST($2 AS BIGINT) \
         FROM users WHERE users.id = $3 AND users.status = 'active' \
         ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at \
         WHERE factors.enabled_at IS NULL";

    /// Guard: it is the factor that waits for that.
    ENABLE_FACTOR =
        "UPDATE factors SET enabled_at = $1, last_step = $2, \
                            address_verified = (SELECT users.email_verified FROM users WHERE users.id = $3) \
         WHERE user_id = $3 AND secret = $4 AND enabled_at IS NULL";

    /// Guard: the user is active.
    MARK_ENABLED = "UPDATE users SET mfa_enabled = 1, updated_at = $1 WHERE id = $2 AND status = 'active'";

    /// Guard: the factor is on, and no code of this step or a later one was used.
    USE_STEP =
        "UPDATE factors SET last_step = $1 WHERE user_id = $2 AND secret = $3 \
         AND enabled_at IS NOT NULL AND (last_step IS NULL OR last_step < $1)";

    /// Removes a user's factor.
    REMOVE_FACTOR = "DELETE FROM factors WHERE user_id = $1";

    /// The user has no factor that is on.
    MARK_DISABLED = "UPDATE users SET mfa_enabled = 0, updated_at = $1 WHERE id = $2 AND mfa_enabled = 1";

    /// Removes a user's factor that is not one of somebody whose address was verified.
    REMOVE_UNVERIFIED_FACTOR = "DELETE FROM factors WHERE user_id = $1 AND address_verified = 0";

    /// Forgets the recovery codes of a user without a factor.
    FORGET_RECOVERY_CODES_OF_NO_FACTOR =
        "DELETE FROM recovery_codes WHERE user_id = $1 \
         AND NOT EXISTS (SELECT 1 FROM factors WHERE factors.user_id = $1)";

    /// A user without a factor has none that is on.
    MARK_DISABLED_WITHOUT_FACTOR =
        "UPDATE users SET mfa_enabled = 0, updated_at = $1 WHERE id = $2 AND mfa_enabled = 1 \
         AND NOT EXISTS (SELECT 1 FROM factors WHERE factors.user_id = $2)";

    /// Guard: the code was not used.
    USE_RECOVERY_CODE = "DELETE FROM recovery_codes WHERE user_id = $1 AND digest = $2";

    /// Adds a recovery code.
    ADD_RECOVERY_CODE = "INSERT INTO recovery_codes (user_id, digest) VALUES ($1, $2)";

    /// Forgets a user's recovery codes.
    FORGET_RECOVERY_CODES = "DELETE FROM recovery_codes WHERE user_id = $1";

    /// Guard: the user is active, has a factor that is on and the hash that was checked; the application is there.
    OPEN_MFA_LOGIN =
        "INSERT INTO mfa_logins (digest, user_id, application_id, device_digest, checked_hash, expires_at, \
                                 wrong_codes) \
         SELECT CAST($1 AS TEXT), users.id, applications.id, CAST($2 AS TEXT), users.password_hash, \
                CAST($3 AS BIGINT), 0 \
         FROM users, applications WHERE users.id = $4 AND users.status = 'active' AND users.mfa_enabled = 1 \
         AND users.password_hash = $5 AND applications.id = $6";

    /// Of a user's log-ins that wait only the `$2` stay that wait longest.
    KEEP_NEWEST_MFA_LOGINS =
        "DELETE FROM mfa_logins WHERE user_id = $1 AND digest NOT IN \
         (SELECT digest FROM mfa_logins WHERE user_id = $1 ORDER BY expires_at DESC LIMIT $2)";

    /// Forgets some of the log-ins that no longer wait, of whomever, oldest end first.
    PRUNE_MFA_LOGINS =
        "DELETE FROM mfa_logins WHERE digest IN \
         (SELECT digest FROM mfa_logins WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

    /// Guard: it waits, and fewer than `$2` codes were wrong.
    COUNT_WRONG_CODE =
        "UPDATE mfa_logins SET wrong_codes = wrong_codes + 1 WHERE digest = $1 AND wrong_codes < $2";

    /// Guard: it waited.
    END_MFA_LOGIN = "DELETE FROM mfa_logins WHERE digest = $1";

    /// None of a user's log-ins waits any more.
    END_MFA_LOGINS = "DELETE FROM mfa_logins WHERE user_id = $1";
}
