-- State: one row for each document.
CREATE TABLE document (
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    body TEXT NOT NULL,
    clk BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;

-- Replication: who wrote what, and what this database contains.
CREATE TABLE repl_actor (
    aidx INTEGER PRIMARY KEY,
    server_id BLOB NOT NULL,
    inc INTEGER NOT NULL,
    closed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (server_id, inc)
);
CREATE TABLE repl_vv (
    aidx INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    cum_ops INTEGER NOT NULL,
    chain BLOB NOT NULL,
    seen TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE repl_log (
    lpos INTEGER PRIMARY KEY,
    aidx INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hlc INTEGER NOT NULL,
    n_ops INTEGER NOT NULL,
    cum_ops INTEGER NOT NULL,
    chain BLOB NOT NULL,
    request BLOB,
    body TEXT NOT NULL,
    UNIQUE (aidx, seq)
);
CREATE INDEX repl_log_request ON repl_log (request) WHERE request IS NOT NULL;
CREATE TABLE repl_floor (aidx INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
CREATE TABLE repl_peer (
    server_id BLOB PRIMARY KEY,
    acked_vv TEXT NOT NULL,
    last_seen INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE TABLE repl_digest (
    kind TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    sum BLOB NOT NULL,
    PRIMARY KEY (kind, bucket)
) WITHOUT ROWID;
CREATE TABLE repl_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE log_reader (name TEXT PRIMARY KEY, lpos INTEGER NOT NULL) WITHOUT ROWID;

-- Messages born outside a commit.
CREATE TABLE queue (
    n INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    due INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL
);
CREATE INDEX queue_due ON queue (topic, due);

-- Facts: append-only, with retention.
CREATE TABLE audit (
    n INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    author BLOB,
    action TEXT NOT NULL,
    kind TEXT,
    document BLOB,
    source TEXT NOT NULL UNIQUE,
    detail TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_document ON audit (document, n);
CREATE TABLE play (
    device BLOB NOT NULL,
    stream INTEGER NOT NULL,
    n INTEGER NOT NULL,
    viewer BLOB NOT NULL,
    at INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    content BLOB,
    detail TEXT NOT NULL,
    PRIMARY KEY (device, stream, n)
) WITHOUT ROWID;
CREATE INDEX play_at ON play (at);
CREATE INDEX play_viewer ON play (viewer, at);
CREATE TABLE task_run (
    id BLOB PRIMARY KEY,
    task BLOB NOT NULL,
    viewer BLOB,
    planned INTEGER NOT NULL,
    started INTEGER,
    ended INTEGER,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX task_run_task ON task_run (task, planned);
CREATE INDEX task_run_planned ON task_run (planned);
CREATE TABLE alert (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    subject BLOB,
    raised INTEGER NOT NULL,
    cleared INTEGER,
    detail TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX alert_raised ON alert (raised);
CREATE TABLE session (
    token_hash BLOB PRIMARY KEY,
    user_id BLOB NOT NULL,
    csrf TEXT NOT NULL,
    created INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_by_user ON session (user_id);
