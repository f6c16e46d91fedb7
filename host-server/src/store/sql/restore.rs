//! After a backup was put in the database's place: of everybody, not of one.

super::statements! {
    /// Ends every session.
    END_EVERY_SESSION = "DELETE FROM sessions";

    /// Ends every log-in that waits for its second factor.
    END_EVERY_MFA_LOGIN = "DELETE FROM mfa_logins";

    /// Forgets every device.
    FORGET_EVERY_DEVICE = "DELETE FROM devices";

    /// Voids every token that was mailed.
    VOID_EVERY_ACTION_TOKEN = "DELETE FROM action_tokens";

    /// Gives up every mail that waits and carries a token.
    GIVE_UP_MAILS_WITH_TOKENS =
        "UPDATE outbox SET token = NULL, given_up_at = $1 \
         WHERE token IS NOT NULL AND sent_at IS NULL AND given_up_at IS NULL";

    /// Uses the step of every factor that is on. It never goes back.
    USE_STEP_OF_EVERY_FACTOR =
        "UPDATE factors SET last_step = CASE WHEN last_step > $1 THEN last_step ELSE CAST($1 AS BIGINT) END \
         WHERE enabled_at IS NOT NULL";

    /// Forgets every recovery code.
    FORGET_EVERY_RECOVERY_CODE = "DELETE FROM recovery_codes";

    /// Queues a notice to everybody who has a second factor, unless `$5` of the kind were queued since `$4`.
    NOTIFY_EVERY_FACTOR =
        "INSERT INTO outbox (kind, recipient, created_at, due_at, expires_at) \
         SELECT CAST($1 AS TEXT), users.email, CAST($2 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT) \
         FROM users WHERE users.mfa_enabled = 1 AND users.status <> 'deleted' AND (SELECT count(*) FROM outbox \
              WHERE outbox.recipient = users.email AND outbox.created_at > $4 AND outbox.kind = $1) < $5";
}
