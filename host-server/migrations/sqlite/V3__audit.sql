-- What happened, in rows that hang together: `link` is SHA-256 of the row and of the link before. Rows are only ever
-- added; those that were written to an archive may go, from the oldest on. Times are whole seconds since 1970 (UTC).
-- Users and applications are named by what they are called, and are no foreign keys: the audit outlives them.

CREATE TABLE audit (
    number          INTEGER PRIMARY KEY,
    at              INTEGER NOT NULL,
    event           TEXT NOT NULL,
    outcome         TEXT NOT NULL CHECK (outcome IN ('success', 'failure')),
    reason          TEXT,
    actor           INTEGER,
    subject         INTEGER,
    application_id  TEXT,
    role            TEXT,
    ip              TEXT,
    user_agent      TEXT,
    request_id      TEXT,
    link            TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_actor ON audit (actor) WHERE actor IS NOT NULL;
CREATE INDEX audit_by_subject ON audit (subject) WHERE subject IS NOT NULL;

-- One row: the newest row of all, the newest that was archived, and the newest over which there is a seal.
CREATE TABLE audit_head (
    id               INTEGER PRIMARY KEY CHECK (id = 1),
    number           INTEGER NOT NULL,
    link             TEXT NOT NULL,
    archived_number  INTEGER NOT NULL,
    archived_link    TEXT NOT NULL,
    sealed_number    INTEGER NOT NULL,
    sealed_link      TEXT NOT NULL,
    seal             TEXT
) STRICT;

INSERT INTO audit_head (id, number, link, archived_number, archived_link, sealed_number, sealed_link, seal)
VALUES (1, 0, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 0, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
        0, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', NULL);

CREATE TRIGGER audit_is_not_edited BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE (ABORT, 'rows of the audit are not edited');
END;

CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
WHEN OLD.number > (SELECT archived_number FROM audit_head)
BEGIN
    SELECT RAISE (ABORT, 'rows of the audit are not removed before they are archived');
END;
