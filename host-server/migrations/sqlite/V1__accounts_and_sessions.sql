-- Accounts, and what a log-in leaves behind. Times are whole seconds since 1970 (UTC). Where only the newest
-- rows of a user are kept, `seq` tells which they are: many log-ins fit into one second.

CREATE TABLE applications (
    id          TEXT PRIMARY KEY NOT NULL,
    name        TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
    created_at  INTEGER NOT NULL
) STRICT;

INSERT INTO applications (id, name, status, created_at) VALUES ('default', 'Default', 'active', unixepoch());

-- A number is never given twice (AUTOINCREMENT), since tokens and logs may still name its former owner.
-- `application_id` is no foreign key: an application can be deleted while its users stay.
CREATE TABLE users (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    username        TEXT,
    username_key    TEXT UNIQUE CHECK (username_key IS lower(username)),
    email           TEXT NOT NULL UNIQUE CHECK (email = lower(email)),
    name            TEXT,
    first_name      TEXT,
    last_name       TEXT,
    phone           TEXT,
    role            TEXT NOT NULL CHECK (role IN ('user', 'admin')),
    status          TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'deleted')),
    email_verified  INTEGER NOT NULL CHECK (email_verified IN (0, 1)),
    application_id  TEXT NOT NULL,
    password_hash   TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER CHECK ((deleted_at IS NOT NULL) = (status = 'deleted'))
) STRICT;

CREATE TABLE sessions (
    seq             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    user_id         INTEGER NOT NULL REFERENCES users (id),
    application_id  TEXT NOT NULL REFERENCES applications (id),
    created_at      INTEGER NOT NULL,
    last_used_at    INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    refresh_number  INTEGER NOT NULL CHECK (refresh_number BETWEEN 0 AND 4294967295),
    refresh_digest  TEXT NOT NULL,
    ip              TEXT,
    user_agent      TEXT
) STRICT;

-- Each index also holds the row's number, which `seq` is another name for.
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE devices (
    seq         INTEGER PRIMARY KEY,
    digest      TEXT NOT NULL UNIQUE,
    user_id     INTEGER NOT NULL REFERENCES users (id),
    created_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX devices_by_user ON devices (user_id);

CREATE TABLE guesses (
    id       INTEGER PRIMARY KEY,
    subject  TEXT NOT NULL,
    at       INTEGER NOT NULL
) STRICT;

CREATE INDEX guesses_by_subject ON guesses (subject, at);
CREATE INDEX guesses_by_time ON guesses (at);
