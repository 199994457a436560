//! Statements on events of screens.

use super::statements;

statements! {
    /// Adds an event; the same event again changes nothing.
    ADD_EVENT = "INSERT INTO event (device, stream, n, viewer, at, level, code, text, arrived) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT COALESCE(MAX(known.place), 0) + 1 FROM (SELECT MAX(arrived) AS place FROM event \
        UNION ALL SELECT MAX(n) FROM feed WHERE inc = 0 AND feed = 'event') AS known)) ON CONFLICT (device, stream, n) DO NOTHING";
    /// Lists the events of a screen backwards from a cursor, newest first.
    LIST_EVENTS = "SELECT device, stream, n, viewer, at, level, code, text FROM event \
        WHERE viewer = $1 AND at >= $2 AND at < $3 AND (level = $4 OR $4 IS NULL) \
        AND (at < $5 OR (at = $5 AND (device, stream, n) < ($6, $7, $8)) OR $5 IS NULL) \
        ORDER BY at DESC, device DESC, stream DESC, n DESC LIMIT $9";
    /// Forgets old events.
    EXPIRE_EVENTS = "DELETE FROM event WHERE at < $1";
}
