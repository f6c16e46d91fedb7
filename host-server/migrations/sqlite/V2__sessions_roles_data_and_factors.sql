-- Pairs of tokens that replace each other, roles of applications, what users keep, and second factors. Times are
-- whole seconds since 1970 (UTC).

ALTER TABLE users ADD COLUMN mfa_enabled INTEGER NOT NULL DEFAULT 0 CHECK (mfa_enabled IN (0, 1));

-- Those of an application that is deleted belong to `default` from then on.
CREATE INDEX users_by_application ON users (application_id);

-- For the guard that one active admin stays. There are few of them.
CREATE INDEX admins ON users (role) WHERE role = 'admin' AND status = 'active';

-- Sessions from before could not be refreshed and say nothing of their tokens, so they end here.
DROP TABLE sessions;

-- The pair of this number is out. The digest of its refresh token is kept, of its access token the id, and of the
-- pair before that the access token's id alone: a refresh token says its number itself.
CREATE TABLE sessions (
    seq                INTEGER PRIMARY KEY,
    id                 TEXT NOT NULL UNIQUE,
    user_id            INTEGER NOT NULL REFERENCES users (id),
    application_id     TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    created_at         INTEGER NOT NULL,
    auth_time          INTEGER NOT NULL,
    last_used_at       INTEGER NOT NULL,
    expires_at         INTEGER NOT NULL,
    second_factor      INTEGER NOT NULL CHECK (second_factor IN (0, 1)),
    pair_number        INTEGER NOT NULL CHECK (pair_number BETWEEN 0 AND 4294967295),
    pair_issued_at     INTEGER NOT NULL,
    token_id           TEXT NOT NULL,
    refresh_digest     TEXT NOT NULL,
    replaced_token_id  TEXT,
    bearer_refresh     INTEGER NOT NULL CHECK (bearer_refresh IN (0, 1)),
    ip                 TEXT,
    user_agent         TEXT
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_application ON sessions (application_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- Roles that an application has besides the built-in ones. `permissions` is a JSON array of
-- {"action": …, "resource": …}.
CREATE TABLE roles (
    application_id  TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    permissions     TEXT NOT NULL,
    PRIMARY KEY (application_id, name)
) STRICT, WITHOUT ROWID;

-- `role` is no foreign key: the built-in roles are in no table.
CREATE TABLE role_assignments (
    user_id         INTEGER NOT NULL REFERENCES users (id),
    application_id  TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    role            TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (user_id, application_id, role)
) STRICT, WITHOUT ROWID;

CREATE INDEX role_assignments_by_application ON role_assignments (application_id, role);

-- `value` is the JSON text as it was sent; `size` is its length in bytes, which is read without it.
CREATE TABLE user_data (
    user_id         INTEGER NOT NULL REFERENCES users (id),
    application_id  TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    key             TEXT NOT NULL,
    size            INTEGER NOT NULL CHECK (size = octet_length(value)),
    updated_at      INTEGER NOT NULL,
    value           TEXT NOT NULL,
    PRIMARY KEY (user_id, application_id, key)
) STRICT;

CREATE INDEX user_data_by_application ON user_data (application_id);

-- A TOTP secret, sealed under a key that is not in here. It counts for nothing until `enabled_at` is set. `last_step`
-- is the newest time step whose code was used (RFC 6238 section 5.2).
CREATE TABLE factors (
    user_id     INTEGER PRIMARY KEY REFERENCES users (id),
    secret      TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    enabled_at  INTEGER,
    last_step   INTEGER
) STRICT;

CREATE TABLE recovery_codes (
    user_id  INTEGER NOT NULL REFERENCES users (id),
    digest   TEXT NOT NULL,
    PRIMARY KEY (user_id, digest)
) STRICT, WITHOUT ROWID;

-- Log-ins whose password was right and whose second factor is still to come, by the digest of their `mfa_token`.
CREATE TABLE mfa_logins (
    digest          TEXT PRIMARY KEY NOT NULL,
    user_id         INTEGER NOT NULL REFERENCES users (id),
    application_id  TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    device_digest   TEXT,
    checked_hash    TEXT NOT NULL,
    expires_at      INTEGER NOT NULL,
    wrong_codes     INTEGER NOT NULL CHECK (wrong_codes >= 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX mfa_logins_by_user ON mfa_logins (user_id, expires_at);
CREATE INDEX mfa_logins_by_application ON mfa_logins (application_id);
CREATE INDEX mfa_logins_by_end ON mfa_logins (expires_at);
