-- After a backup was put in the database's place. One row: until when all tokens are outdated, since nobody can tell any more
-- which sessions there were. Times are whole seconds since 1970 (UTC).
CREATE TABLE outdated_everything (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    at  INTEGER NOT NULL
) STRICT;
