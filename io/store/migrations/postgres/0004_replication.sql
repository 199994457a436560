-- What meeting other servers needs. A floor says how far its actor had come there, so that a peer that stands there can be compared and
-- counted without the log.
ALTER TABLE repl_floor ADD COLUMN cum_ops BIGINT;
ALTER TABLE repl_floor ADD COLUMN chain BYTEA;

-- What people should look at because one of two concurrent changes won. `n` grows with every change of a row.
CREATE TABLE notice (
    id UUID PRIMARY KEY,
    n BIGINT NOT NULL UNIQUE,
    what TEXT NOT NULL,
    kind TEXT NOT NULL,
    document UUID NOT NULL,
    cell TEXT NOT NULL,
    loser_server UUID NOT NULL,
    loser_inc BIGINT NOT NULL,
    loser_seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    value TEXT,
    resolved BIGINT,
    resolved_by UUID
);
CREATE INDEX notice_at ON notice (at, id);
CREATE INDEX notice_document ON notice (document);
