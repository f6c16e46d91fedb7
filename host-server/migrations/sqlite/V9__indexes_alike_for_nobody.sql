-- An index that leaves rows of nobody out is a page less to write for a name that nobody has, and the time of an answer
-- would tell it: here those rows are in the indexes too.
DROP INDEX audit_by_subject;
CREATE INDEX audit_by_subject ON audit (subject);

DROP INDEX guesses_in_a_row_by_user;
DROP INDEX guesses_in_a_row_of_nobody;
CREATE INDEX guesses_in_a_row_by_user ON guesses_in_a_row (user_id, at);
