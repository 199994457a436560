//! Statements on notices: what people should look at because one of two concurrent changes won.

use super::statements;

statements! {
    /// Adds a notice; one that is there stays as it is.
    ADD_NOTICE = "INSERT INTO notice (id, n, what, kind, document, cell, loser_server, loser_inc, loser_seq, at, value) \
        VALUES ($1, (SELECT COALESCE(MAX(known.place), 0) + 1 FROM (SELECT MAX(n) AS place FROM notice \
        UNION ALL SELECT MAX(n) FROM feed WHERE inc = 0 AND feed = 'notice') AS known), $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING";
    /// Notes that a person dealt with a notice; the first one counts.
    RESOLVE_NOTICE = "UPDATE notice SET n = (SELECT COALESCE(MAX(known.place), 0) + 1 FROM (SELECT MAX(n) AS place FROM notice \
        UNION ALL SELECT MAX(n) FROM feed WHERE inc = 0 AND feed = 'notice') AS known), resolved = $2, resolved_by = $3 \
        WHERE id = $1 AND resolved IS NULL";
    /// Notices, newest first.
    LIST_NOTICES = "SELECT n, what, kind, document, cell, loser_server, loser_inc, loser_seq, at, value, resolved, resolved_by, id \
        FROM notice WHERE (document = $1 OR $1 IS NULL) AND ($2 <= 0 OR resolved IS NULL) \
        AND (at < $3 OR (at = $3 AND id < $4) OR $3 IS NULL) ORDER BY at DESC, id DESC LIMIT $5";
    /// Notices that changed after a number, in the order of their changes.
    NOTICES_AFTER = "SELECT n, what, kind, document, cell, loser_server, loser_inc, loser_seq, at, value, resolved, resolved_by, id \
        FROM notice WHERE n > $1 ORDER BY n LIMIT $2";
    /// One notice.
    ONE_NOTICE = "SELECT n, what, kind, document, cell, loser_server, loser_inc, loser_seq, at, value, resolved, resolved_by, id \
        FROM notice WHERE id = $1";
    /// How many notices nobody has dealt with.
    COUNT_NOTICES = "SELECT COUNT(*) FROM notice WHERE resolved IS NULL";
    /// Forgets old notices.
    EXPIRE_NOTICES = "DELETE FROM notice WHERE at < $1";
}
