-- Events and log lines of screens, numbered by their machines.
CREATE TABLE event (
    device BLOB NOT NULL,
    stream INTEGER NOT NULL,
    n INTEGER NOT NULL,
    viewer BLOB NOT NULL,
    at INTEGER NOT NULL,
    level TEXT NOT NULL,
    code TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (device, stream, n)
) WITHOUT ROWID;
CREATE INDEX event_at ON event (at);
CREATE INDEX event_viewer ON event (viewer, at);
