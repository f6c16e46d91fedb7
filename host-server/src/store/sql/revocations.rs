//! What became void or outdated before it expired.

super::statements! {
    /// Sessions that have ended, those with the newest tokens first: given after `$1`, and not expired at `$2`.
    ENDED_SESSIONS =
        "SELECT id, newest_issued_at FROM ended_sessions \
         WHERE newest_issued_at > $1 AND tokens_until > $2 ORDER BY newest_issued_at DESC LIMIT $3";

    /// Users whose grants changed after `$1`, the newest first.
    OUTDATED_GRANTS = "SELECT user_id, at FROM outdated_grants WHERE at > $1 ORDER BY at DESC LIMIT $2";

    /// Applications whose roles changed after `$1`, the newest first.
    OUTDATED_ROLES = "SELECT application_id, at FROM outdated_roles WHERE at > $1 ORDER BY at DESC LIMIT $2";

    /// Until when all tokens are outdated, where that is after `$1`.
    OUTDATED_EVERYTHING = "SELECT at FROM outdated_everything WHERE id = 1 AND at > $1";

    /// A time never goes back.
    OUTDATE_EVERYTHING =
        "INSERT INTO outdated_everything (id, at) VALUES (1, $1) \
         ON CONFLICT (id) DO UPDATE SET at = excluded.at WHERE outdated_everything.at < excluded.at";

    /// A time never goes back.
    OUTDATE_GRANTS =
        "INSERT INTO outdated_grants (user_id, at) VALUES ($1, $2) \
         ON CONFLICT (user_id) DO UPDATE SET at = excluded.at WHERE outdated_grants.at < excluded.at";

    /// A time never goes back.
    OUTDATE_ROLES =
        "INSERT INTO outdated_roles (application_id, at) VALUES ($1, $2) \
         ON CONFLICT (application_id) DO UPDATE SET at = excluded.at WHERE outdated_roles.at < excluded.at";

    /// Forgets some of the ended sessions whose tokens had expired by then, oldest first.
    FORGET_ENDED_SESSIONS =
        "DELETE FROM ended_sessions WHERE id IN \
         (SELECT id FROM ended_sessions WHERE tokens_until <= $1 ORDER BY tokens_until LIMIT $2)";

    /// Forgets what changed before then.
    FORGET_OUTDATED_GRANTS = "DELETE FROM outdated_grants WHERE at <= $1";

    /// Forgets what changed before then.
    FORGET_OUTDATED_ROLES = "DELETE FROM outdated_roles WHERE at <= $1";
}
