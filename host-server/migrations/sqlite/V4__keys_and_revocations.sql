-- The keys that sign, and what edges must be told of tokens that are void before they expire. Times are whole seconds since
-- 1970 (UTC).

-- A key signs while `active_since` is set and `replaced_at` is not; before that it waits. `sealed` is its private half under a
-- key that is not in here, NULL once it signs no more; `public` is a JSON Web Key. A shared secret (HS256) has neither half.
-- `tokens_until` is when the last token expires that it has signed, `token_ttl_secs` how long they live at most.
CREATE TABLE signing_keys (
    kid             TEXT PRIMARY KEY NOT NULL,
    algorithm       TEXT NOT NULL,
    sealed          TEXT,
    public          TEXT,
    created_at      INTEGER NOT NULL,
    active_since    INTEGER,
    replaced_at     INTEGER CHECK (replaced_at IS NULL OR active_since IS NOT NULL),
    tokens_until    INTEGER CHECK ((tokens_until IS NULL) = (replaced_at IS NULL)),
    token_ttl_secs  INTEGER NOT NULL CHECK (token_ttl_secs >= 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX signing_keys_by_replacement ON signing_keys (replaced_at);
CREATE INDEX signing_keys_by_end ON signing_keys (tokens_until);

-- What only the right root secret opens, so that a wrong one is noticed at the start.
CREATE TABLE root_probe (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    sealed  TEXT NOT NULL
) STRICT;

-- When the access token of the pair expires, and when the last does of all that the session was given. How long those live that
-- are out already was not noted; none lives longer than a day.
ALTER TABLE sessions ADD COLUMN pair_expires_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN tokens_until INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET pair_expires_at = min(pair_issued_at + 86400, expires_at),
                    tokens_until = min(pair_issued_at + 86400, expires_at);

-- Sessions that have ended, for as long as a token of theirs has not expired.
CREATE TABLE ended_sessions (
    id                TEXT PRIMARY KEY NOT NULL,
    newest_issued_at  INTEGER NOT NULL,
    tokens_until      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX ended_sessions_by_issue ON ended_sessions (newest_issued_at);
CREATE INDEX ended_sessions_by_end ON ended_sessions (tokens_until);

-- However a session ends, it is noted in the same transaction: no statement that deletes one can forget it, nor can the
-- deletion of an application, which takes its sessions along.
CREATE TRIGGER ended_by_deletion AFTER DELETE ON sessions
BEGIN
    INSERT INTO ended_sessions (id, newest_issued_at, tokens_until)
    VALUES (OLD.id, OLD.pair_issued_at, OLD.tokens_until) ON CONFLICT (id) DO NOTHING;
END;

-- The sessions of a deleted user stay stored, and let nobody in.
CREATE TRIGGER ended_by_status AFTER UPDATE OF status ON users WHEN NEW.status <> 'active'
BEGIN
    INSERT INTO ended_sessions (id, newest_issued_at, tokens_until)
    SELECT id, pair_issued_at, tokens_until FROM sessions WHERE user_id = NEW.id ON CONFLICT (id) DO NOTHING;
END;

INSERT INTO ended_sessions (id, newest_issued_at, tokens_until)
SELECT sessions.id, pair_issued_at, tokens_until FROM sessions JOIN users ON users.id = user_id WHERE status <> 'active';

-- Whose grants changed when, and in which application the roles did. The tokens from before say what was so before.
CREATE TABLE outdated_grants (
    user_id  INTEGER PRIMARY KEY REFERENCES users (id),
    at       INTEGER NOT NULL
) STRICT;

CREATE INDEX outdated_grants_by_time ON outdated_grants (at);

-- `application_id` is no foreign key: tokens outlive an application.
CREATE TABLE outdated_roles (
    application_id  TEXT PRIMARY KEY NOT NULL,
    at              INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX outdated_roles_by_time ON outdated_roles (at);
