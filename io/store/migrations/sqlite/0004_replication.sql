-- What meeting other servers needs. A floor says how far its actor had come there, so that a peer that stands there can be compared and
-- counted without the log.
ALTER TABLE repl_floor ADD COLUMN cum_ops INTEGER;
ALTER TABLE repl_floor ADD COLUMN chain BLOB;

-- What people should look at because one of two concurrent changes won. `n` grows with every change of a row.
CREATE TABLE notice (
    id BLOB PRIMARY KEY,
    n INTEGER NOT NULL UNIQUE,
    what TEXT NOT NULL,
    kind TEXT NOT NULL,
    document BLOB NOT NULL,
    cell TEXT NOT NULL,
    loser_server BLOB NOT NULL,
    loser_inc INTEGER NOT NULL,
    loser_seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    value TEXT,
    resolved INTEGER,
    resolved_by BLOB
) WITHOUT ROWID;
CREATE INDEX notice_at ON notice (at, id);
CREATE INDEX notice_document ON notice (document);
