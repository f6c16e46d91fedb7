//! Guesses at passwords and codes, and mails to addresses, which are counted alike.

super::statements! {
    /// How many guesses at a subject still count, and the time of the oldest.
    GUESSES = "SELECT count(*), min(at) FROM guesses WHERE subject = $1 AND at > $2";

    /// Guard: fewer than `$4` since `$3`.
    COUNT_GUESS =
        "INSERT INTO guesses (subject, at) SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT) \
         WHERE (SELECT count(*) FROM guesses WHERE subject = $1 AND at > $3) < $4";

    /// How many codes were shown for nothing since `$2`, and the time of the newest.
    WRONG_CODES = "SELECT count(*), max(at) FROM guesses WHERE subject = $1 AND at > $2";

    /// Guard: fewer than `$4` since `$3`, or none since `$5`.
    COUNT_CODE =
        "INSERT INTO guesses (subject, at) SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT) \
         WHERE (SELECT count(*) FROM guesses WHERE subject = $1 AND at > $3) < $4 \
         OR NOT EXISTS (SELECT 1 FROM guesses WHERE subject = $1 AND at > $5)";

    /// Forgets some of the guesses that no longer count for anybody, oldest first.
    PRUNE_GUESSES =
        "DELETE FROM guesses WHERE id IN (SELECT id FROM guesses WHERE at <= $1 ORDER BY at LIMIT $2)";

    /// Forgets the newest guess at a subject.
    TAKE_BACK_GUESS = "DELETE FROM guesses WHERE id = (SELECT max(id) FROM guesses WHERE subject = $1)";

    /// Forgets the guesses at a subject.
    CLEAR_GUESSES = "DELETE FROM guesses WHERE subject = $1";
}
