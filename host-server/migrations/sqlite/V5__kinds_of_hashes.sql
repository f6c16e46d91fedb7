-- Which function made a hash, and at which cost: while there is a slower kind than ours, failed log-ins wait as long as it
-- takes. Until now all were of the form $argon2id$v=19$m=…,t=…,p=…$salt$tag.
ALTER TABLE users ADD COLUMN hash_kind TEXT NOT NULL DEFAULT '';

UPDATE users SET hash_kind = 'argon2id:' || replace(replace(
    substr(password_hash, 18, instr(substr(password_hash, 18), '$') - 1), ',t=', ':'), ',p=', ':');

CREATE INDEX users_by_hash_kind ON users (hash_kind);
