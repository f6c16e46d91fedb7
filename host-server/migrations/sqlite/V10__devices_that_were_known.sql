-- Whether a device of the account was ever known: then a log-in from one that is not is told to its owner, also after all were
-- forgotten. Of accounts from before this was not noted; a mail too many does less harm to them than one too few.
ALTER TABLE users ADD COLUMN had_device INTEGER NOT NULL DEFAULT 0 CHECK (had_device IN (0, 1));

UPDATE users SET had_device = 1;
