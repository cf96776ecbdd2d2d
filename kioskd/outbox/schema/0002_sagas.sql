-- What strategies without a key need: what was there before, what it became, and what it hangs together with.
ALTER TABLE meta ADD COLUMN min_reader INTEGER NOT NULL DEFAULT 1;  -- older programs must not touch the file

UPDATE meta SET min_reader = 2;

ALTER TABLE operation ADD COLUMN saga TEXT;
ALTER TABLE operation ADD COLUMN step TEXT NOT NULL DEFAULT '';
ALTER TABLE operation ADD COLUMN depends_on TEXT NOT NULL DEFAULT '[]';  -- JSON, op_ids
ALTER TABLE operation ADD COLUMN follows TEXT NOT NULL DEFAULT '[]';     -- JSON, op_ids
ALTER TABLE operation ADD COLUMN compensates TEXT;                       -- op_id
ALTER TABLE operation ADD COLUMN at_once INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operation ADD COLUMN wanted INTEGER NOT NULL DEFAULT 1;
ALTER TABLE operation ADD COLUMN remote_uuid TEXT;
ALTER TABLE operation ADD COLUMN baseline TEXT;                          -- JSON
ALTER TABLE operation ADD COLUMN evidence TEXT NOT NULL DEFAULT '';      -- JSON
ALTER TABLE operation ADD COLUMN fence_s REAL;
ALTER TABLE operation ADD COLUMN fence_until_s REAL;                     -- seconds since 1970
ALTER TABLE operation ADD COLUMN expires_at_s REAL;                      -- seconds since 1970
ALTER TABLE operation ADD COLUMN keep TEXT;                              -- JSON, NULL once wiped
ALTER TABLE operation ADD COLUMN retained_from TEXT;                     -- first seen by a clock to be trusted

-- An effect on the other side belongs to one operation, and a step has one undo operation that counts.
CREATE UNIQUE INDEX operation_remote ON operation (kind, remote_uuid) WHERE remote_uuid IS NOT NULL;
CREATE UNIQUE INDEX operation_undo ON operation (compensates)
    WHERE compensates IS NOT NULL AND state NOT IN ('rejected', 'cancelled', 'expired');
CREATE INDEX operation_saga ON operation (saga) WHERE saga IS NOT NULL;
CREATE INDEX operation_retained ON operation (retained_from) WHERE settled = 1 AND payload IS NOT NULL;

CREATE TABLE saga (
    saga_id    TEXT    PRIMARY KEY,
    state      TEXT    NOT NULL,
    ended      INTEGER NOT NULL,
    reason     TEXT    NOT NULL,
    begun_at   TEXT    NOT NULL,
    changed_at TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX saga_open ON saga (saga_id) WHERE ended = 0;
