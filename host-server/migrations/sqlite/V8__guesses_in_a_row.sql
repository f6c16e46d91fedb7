-- Guesses in a row at passwords and codes, for as long as nobody was right. `user_id` is NULL where the name is nobody's;
-- such rows are forgotten some time after `at`, the newest guess. Times are whole seconds since 1970 (UTC).
CREATE TABLE guesses_in_a_row (
    subject  TEXT PRIMARY KEY NOT NULL,
    user_id  INTEGER REFERENCES users (id) ON DELETE CASCADE,
    count    INTEGER NOT NULL CHECK (count >= 0),
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX guesses_in_a_row_by_user ON guesses_in_a_row (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX guesses_in_a_row_of_nobody ON guesses_in_a_row (at) WHERE user_id IS NULL;
