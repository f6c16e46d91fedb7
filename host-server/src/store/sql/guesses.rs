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

    /// How many guesses in a row there were at a subject, unless the newest is too old to count.
    GUESSES_IN_A_ROW = "SELECT count, NULL FROM guesses_in_a_row WHERE subject = $1 AND at > $2";

    /// Guard: fewer than `$5`, or the newest is too old to count.
    COUNT_GUESS_IN_A_ROW =
        "INSERT INTO guesses_in_a_row (subject, user_id, count, at) VALUES ($1, $2, 1, $3) \
         ON CONFLICT (subject) DO UPDATE SET \
         count = CASE WHEN guesses_in_a_row.at > $4 THEN guesses_in_a_row.count + 1 ELSE 1 END, at = excluded.at \
         WHERE guesses_in_a_row.count < $5 OR guesses_in_a_row.at <= $4";

    /// Forgets some of the guesses in a row at names of nobody that are too old to count, oldest first.
    PRUNE_GUESSES_IN_A_ROW =
        "DELETE FROM guesses_in_a_row WHERE subject IN (SELECT subject FROM guesses_in_a_row \
         WHERE user_id IS NULL AND at <= $1 ORDER BY at LIMIT $2)";

    /// One guess in a row at a subject fewer.
    TAKE_BACK_GUESS_IN_A_ROW =
        "UPDATE guesses_in_a_row SET count = count - 1 WHERE subject = $1 AND count > 0";

    /// Forgets the guesses in a row at a subject.
    CLEAR_GUESSES_IN_A_ROW = "DELETE FROM guesses_in_a_row WHERE subject = $1";
}
