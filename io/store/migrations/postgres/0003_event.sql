-- Events and log lines of screens, numbered by their machines.
CREATE TABLE event (
    device UUID NOT NULL,
    stream BIGINT NOT NULL,
    n BIGINT NOT NULL,
    viewer UUID NOT NULL,
    at BIGINT NOT NULL,
    level TEXT NOT NULL,
    code TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (device, stream, n)
);
CREATE INDEX event_at ON event (at);
CREATE INDEX event_viewer ON event (viewer, at);
