-- One row about the file itself.
CREATE TABLE meta (
    id                INTEGER PRIMARY KEY CHECK (id = 1),
    boot_id           TEXT    NOT NULL,   -- of the kernel, when the file was last opened
    clean_stop        INTEGER NOT NULL,   -- 1 only between a close and the next open
    last_order_number INTEGER NOT NULL,
    checkpoints       INTEGER NOT NULL
) STRICT;

INSERT INTO meta VALUES (1, '', 1, 0, 0);

-- Everything ever accepted. seq is the only order; the wall clock only labels.
CREATE TABLE operation (
    seq            INTEGER PRIMARY KEY,
    op_id          TEXT    NOT NULL UNIQUE,
    kind           TEXT    NOT NULL,
    lane           TEXT    NOT NULL,
    strategy       TEXT    NOT NULL,
    state          TEXT    NOT NULL,
    settled        INTEGER NOT NULL,      -- 1 in a terminal state
    payload        BLOB,                  -- NULL once it has been wiped
    payload_sha256 BLOB    NOT NULL,
    payload_bytes  INTEGER NOT NULL,
    amount_minor   INTEGER,
    currency       TEXT,
    attempts       INTEGER NOT NULL,
    contradictions INTEGER NOT NULL,
    last_outcome   TEXT    NOT NULL,
    detail         TEXT    NOT NULL,
    accepted_at    TEXT    NOT NULL,
    changed_at     TEXT    NOT NULL
) STRICT;

CREATE INDEX operation_open ON operation (seq) WHERE settled = 0;

-- One row per write call, there before the call is made.
CREATE TABLE attempt (
    op_seq   INTEGER NOT NULL REFERENCES operation (seq),
    n        INTEGER NOT NULL,
    boot_id  TEXT    NOT NULL,
    begun_at TEXT    NOT NULL,
    outcome  TEXT,                        -- NULL while nobody knows
    PRIMARY KEY (op_seq, n)
) STRICT, WITHOUT ROWID;

-- Every transition, append-only. Each hash covers the row and the hash before it.
CREATE TABLE event (
    n          INTEGER PRIMARY KEY,
    op_seq     INTEGER NOT NULL REFERENCES operation (seq),
    from_state TEXT    NOT NULL,          -- empty for the first
    to_state   TEXT    NOT NULL,
    cause      TEXT    NOT NULL,
    actor      TEXT    NOT NULL,
    at         TEXT    NOT NULL,
    hash       BLOB    NOT NULL
) STRICT;
