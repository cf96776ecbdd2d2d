-- What a file restored from its copies needs to remember.
ALTER TABLE operation ADD COLUMN suspect INTEGER NOT NULL DEFAULT 0;  -- may have been sent in what was lost
