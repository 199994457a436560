-- What goes from server to server beside the log: notices, play records, events. Each is numbered as it came in here.
ALTER TABLE play ADD COLUMN arrived INTEGER NOT NULL DEFAULT 0;
UPDATE play SET arrived = placed.place FROM
    (SELECT device, stream, n, ROW_NUMBER() OVER (ORDER BY at, device, stream, n) AS place FROM play) AS placed
    WHERE play.device = placed.device AND play.stream = placed.stream AND play.n = placed.n;
CREATE INDEX play_arrived ON play (arrived);
ALTER TABLE event ADD COLUMN arrived INTEGER NOT NULL DEFAULT 0;
UPDATE event SET arrived = placed.place FROM
    (SELECT device, stream, n, ROW_NUMBER() OVER (ORDER BY at, device, stream, n) AS place FROM event) AS placed
    WHERE event.device = placed.device AND event.stream = placed.stream AND event.n = placed.n;
CREATE INDEX event_arrived ON event (arrived);

-- How far: with inc 0 what the other server has of this one, else what this one has of the other server's incarnation.
CREATE TABLE feed (
    server_id BLOB NOT NULL,
    inc INTEGER NOT NULL,
    feed TEXT NOT NULL,
    n INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    PRIMARY KEY (server_id, inc, feed)
) WITHOUT ROWID;
