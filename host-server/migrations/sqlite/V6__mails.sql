-- Mails that wait to be sent, and the tokens in them. Times are whole seconds since 1970 (UTC).

-- Whether the account's address was verified when the factor was turned on: one that was turned on before may be a
-- stranger's, who registered with somebody else's address.
ALTER TABLE factors ADD COLUMN address_verified INTEGER NOT NULL DEFAULT 0 CHECK (address_verified IN (0, 1));

UPDATE factors SET address_verified = (SELECT email_verified FROM users WHERE users.id = factors.user_id)
WHERE enabled_at IS NOT NULL;

-- Tokens that were mailed, by their digests, each good once and for the address that it was mailed to.
CREATE TABLE action_tokens (
    digest      TEXT PRIMARY KEY NOT NULL,
    user_id     INTEGER NOT NULL,
    purpose     TEXT NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
    email       TEXT NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `user_id` is no foreign key: what is written for an address of nobody, and taken back at once, names no user.
CREATE INDEX action_tokens_by_user ON action_tokens (user_id, purpose, expires_at);
CREATE INDEX action_tokens_by_end ON action_tokens (expires_at);

-- What a mail is about and where it goes; its text is written when it is sent. `token` is sealed under a key that is not
-- in here, and is gone as soon as the mail is done with. A number is never given twice (AUTOINCREMENT), since logs may
-- still name the mail that had it.
CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT NOT NULL,
    recipient    TEXT NOT NULL,
    token        TEXT,
    ip           TEXT,
    user_agent   TEXT,
    created_at   INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    sent_at      INTEGER CHECK (sent_at IS NULL OR token IS NULL),
    given_up_at  INTEGER CHECK (given_up_at IS NULL OR (token IS NULL AND sent_at IS NULL))
) STRICT;

CREATE INDEX outbox_by_due_time ON outbox (due_at) WHERE sent_at IS NULL AND given_up_at IS NULL;
CREATE INDEX outbox_by_recipient ON outbox (recipient, created_at);
CREATE INDEX outbox_by_age ON outbox (created_at);
