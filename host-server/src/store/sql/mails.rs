//! Mails that wait to be sent, and the tokens that were mailed.

/// In the order in which `rows::mails` reads them.
macro_rules! mail_columns {
    () => {
        "id, kind, recipient, token, ip, user_agent, created_at, due_at, expires_at, attempts, sent_at, given_up_at"
    };
}

super::statements! {
    /// A token that was mailed.
    ACTION_TOKEN = "SELECT user_id, purpose, email, expires_at FROM action_tokens WHERE digest = $1";

    /// Forgets some of the tokens that are good no more, of whomever, oldest end first.
    PRUNE_ACTION_TOKENS =
        "DELETE FROM action_tokens WHERE digest IN \
         (SELECT digest FROM action_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

    /// Of the tokens for a purpose of the user who has an address only the `$3` stay that are good longest. As much is
    /// looked through for an address of nobody, whose number is that of no user. The limit is there for the grammar alone: there
    /// are never so many.
    KEEP_NEWEST_ACTION_TOKENS =
        "DELETE FROM action_tokens WHERE digest IN (SELECT digest FROM action_tokens \
              WHERE user_id = coalesce((SELECT id FROM users WHERE email = $1), 0) AND purpose = $2 \
              ORDER BY expires_at DESC, digest DESC LIMIT 1000 OFFSET $3)";

    /// Guard: an active account has the address.
    ADD_ACTION_TOKEN =
        "INSERT INTO action_tokens (digest, user_id, purpose, expires_at, email) \
         SELECT CAST($1 AS TEXT), users.id, CAST($2 AS TEXT), CAST($3 AS BIGINT), users.email \
         FROM users WHERE users.email = $4 AND users.status = 'active'";

    /// The same for an address of nobody, to be taken back in the same transaction.
    ADD_ACTION_TOKEN_OF_NOBODY =
        "INSERT INTO action_tokens (digest, user_id, purpose, expires_at, email) \
         SELECT CAST($1 AS TEXT), 0, CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS TEXT)";

    /// Takes a token back.
    TAKE_BACK_ACTION_TOKEN = "DELETE FROM action_tokens WHERE digest = $1";

    /// Guard: it is good for this purpose at `$3`, and the account still in use and at the address that it was mailed to.
    SPEND_ACTION_TOKEN =
        "DELETE FROM action_tokens WHERE digest = $1 AND purpose = $2 AND expires_at > $3 \
         AND EXISTS (SELECT 1 FROM users WHERE users.id = action_tokens.user_id \
              AND users.email = action_tokens.email AND users.status = 'active')";

    /// Voids a user's tokens for a purpose; NULL is any.
    VOID_ACTION_TOKENS =
        "DELETE FROM action_tokens WHERE user_id = $1 AND (CAST($2 AS TEXT) IS NULL OR purpose = $2)";

    /// Voids the tokens for a purpose of the user whose token has this digest.
    VOID_ACTION_TOKENS_BESIDE =
        "DELETE FROM action_tokens WHERE digest <> $1 AND purpose = $2 \
         AND user_id = (SELECT user_id FROM action_tokens WHERE digest = $1)";

    /// Removes the mails with a token that wait to go to the address that a user has now.
    VOID_MAILS =
        "DELETE FROM outbox WHERE recipient = (SELECT email FROM users WHERE id = $1) AND token IS NOT NULL \
         AND sent_at IS NULL AND given_up_at IS NULL";

    /// Guard: it is the address of the account, which is active.
    VERIFY_EMAIL =
        "UPDATE users SET updated_at = CASE WHEN email_verified = 1 THEN updated_at ELSE $1 END, email_verified = 1 \
         WHERE id = $2 AND email = $3 AND status = 'active'";

    /// Forgets some of the mails that were queued long ago, oldest first.
    PRUNE_MAILS =
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE created_at <= $1 ORDER BY created_at LIMIT $2)";

    /// Queues a mail with a token.
    QUEUE_MAIL =
        "INSERT INTO outbox (kind, recipient, token, created_at, due_at, expires_at) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($4 AS BIGINT), \
                CAST($5 AS BIGINT)";

    /// Takes a mail back.
    TAKE_BACK_MAIL = "DELETE FROM outbox WHERE recipient = $1 AND token = $2";

    /// Queues a notice to the owner of an account, unless `$8` of the kind were queued since `$7`.
    QUEUE_NOTICE =
        "INSERT INTO outbox (kind, recipient, ip, user_agent, created_at, due_at, expires_at) \
         SELECT CAST($1 AS TEXT), users.email, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), \
                CAST($4 AS BIGINT), CAST($5 AS BIGINT) \
         FROM users WHERE users.id = $6 AND (SELECT count(*) FROM outbox \
              WHERE outbox.recipient = users.email AND outbox.created_at > $7 AND outbox.kind = $1) < $8";

    /// Mails whose attempt is due.
    DUE_MAILS = concat!(
        "SELECT ", mail_columns!(), " FROM outbox WHERE due_at <= $1 AND sent_at IS NULL AND given_up_at IS NULL \
         ORDER BY due_at LIMIT $2"
    );

    /// Mails from after a place on, oldest first: all, or those alone that wait (1).
    MAILS = concat!(
        "SELECT ", mail_columns!(), " FROM outbox WHERE id > $1 \
         AND (CAST($2 AS BIGINT) = 0 OR (sent_at IS NULL AND given_up_at IS NULL)) ORDER BY id LIMIT $3"
    );

    /// Guard: it waits, and was tried so often.
    CLAIM_MAIL =
        "UPDATE outbox SET due_at = $1, attempts = attempts + 1 \
         WHERE id = $2 AND attempts = $3 AND sent_at IS NULL AND given_up_at IS NULL";

    /// Nothing where somebody else has tried it meanwhile.
    RETRY_MAIL =
        "UPDATE outbox SET due_at = $1 \
         WHERE id = $2 AND attempts = $3 AND sent_at IS NULL AND given_up_at IS NULL";

    /// A mail that was sent holds no token.
    FINISH_MAIL =
        "UPDATE outbox SET token = NULL, sent_at = $1 \
         WHERE id = $2 AND sent_at IS NULL AND given_up_at IS NULL";

    /// Guard: it waits. A mail that is given up holds no token.
    GIVE_UP_MAIL =
        "UPDATE outbox SET token = NULL, given_up_at = $1 \
         WHERE id = $2 AND sent_at IS NULL AND given_up_at IS NULL";
}
