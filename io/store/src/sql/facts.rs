//! Statements on facts. Lists go backwards from a cursor, newest first.

use super::statements;

statements! {
    /// Adds to the audit trail; an entry of the same source is already there after a repetition.
    ADD_AUDIT = "INSERT INTO audit (at, author, action, kind, document, source, detail) VALUES ($1, $2, $3, $4, $5, $6, $7) \
        ON CONFLICT (source) DO NOTHING";
    /// Lists the audit trail.
    LIST_AUDIT = "SELECT n, at, author, action, kind, document, source, detail FROM audit WHERE n < $1 \
        AND (author = $2 OR $2 IS NULL) AND (kind = $3 OR $3 IS NULL) AND (document = $4 OR $4 IS NULL) \
        AND at >= $5 AND at < $6 ORDER BY n DESC LIMIT $7";
    /// Forgets old audit entries.
    EXPIRE_AUDIT = "DELETE FROM audit WHERE at < $1";

    /// Adds a play record; the same record again changes nothing.
    ADD_PLAY = "INSERT INTO play (device, stream, n, viewer, at, duration, content, detail, arrived) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT COALESCE(MAX(known.place), 0) + 1 FROM (SELECT MAX(arrived) AS place FROM play \
        UNION ALL SELECT MAX(n) FROM feed WHERE inc = 0 AND feed = 'play') AS known)) ON CONFLICT (device, stream, n) DO NOTHING";
    /// Lists play records.
    LIST_PLAYS = "SELECT device, stream, n, viewer, at, duration, content, detail FROM play \
        WHERE at >= $1 AND at < $2 AND (viewer = $3 OR $3 IS NULL) AND (device = $4 OR $4 IS NULL) AND (content = $5 OR $5 IS NULL) \
        AND (at < $6 OR (at = $6 AND (device, stream, n) < ($7, $8, $9)) OR $6 IS NULL) \
        ORDER BY at DESC, device DESC, stream DESC, n DESC LIMIT $10";
    /// How many records of a stream are stored, and the largest number.
    PLAY_STREAM = "SELECT COUNT(*), MAX(n) FROM play WHERE device = $1 AND stream = $2";
    /// Every screen that has records, each once; the index is asked for one after the other instead of being read whole.
    PLAY_VIEWERS = "WITH RECURSIVE seen (viewer) AS (SELECT (SELECT viewer FROM play ORDER BY viewer LIMIT 1) UNION ALL \
        SELECT (SELECT viewer FROM play WHERE play.viewer > seen.viewer ORDER BY viewer LIMIT 1) FROM seen WHERE seen.viewer IS NOT NULL) \
        SELECT viewer FROM seen WHERE viewer IS NOT NULL";
    /// Forgets old play records.
    EXPIRE_PLAYS = "DELETE FROM play WHERE at < $1";

    /// Adds the run of a task; one that is there stays as it is.
    ADD_TASK_RUN = "INSERT INTO task_run (id, task, viewer, planned, started, ended, outcome, detail) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";
    /// The runs that have not ended, the oldest first.
    OPEN_TASK_RUNS = "SELECT id, task, viewer, planned, started, ended, outcome, detail FROM task_run \
        WHERE ended IS NULL ORDER BY planned, id";
    /// One run.
    ONE_TASK_RUN = "SELECT id, task, viewer, planned, started, ended, outcome, detail FROM task_run WHERE id = $1";
    /// Adds or finishes the run of a task.
    PUT_TASK_RUN = "INSERT INTO task_run (id, task, viewer, planned, started, ended, outcome, detail) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE \
        SET started = excluded.started, ended = excluded.ended, outcome = excluded.outcome, detail = excluded.detail";
    /// Lists runs of tasks.
    LIST_TASK_RUNS = "SELECT id, task, viewer, planned, started, ended, outcome, detail FROM task_run \
        WHERE (task = $1 OR $1 IS NULL) AND (viewer = $2 OR $2 IS NULL) \
        AND (planned < $3 OR (planned = $3 AND id < $4) OR $3 IS NULL) ORDER BY planned DESC, id DESC LIMIT $5";
    /// Forgets old runs.
    EXPIRE_TASK_RUNS = "DELETE FROM task_run WHERE planned < $1";

    /// Raises an alert; the same again changes nothing.
    RAISE_ALERT = "INSERT INTO alert (id, kind, subject, raised, cleared, detail) VALUES ($1, $2, $3, $4, NULL, $5) \
        ON CONFLICT (id) DO NOTHING";
    /// Clears an alert.
    CLEAR_ALERT = "UPDATE alert SET cleared = $2 WHERE id = $1 AND cleared IS NULL";
    /// Writes something else about an alert.
    NOTE_ALERT = "UPDATE alert SET detail = $2 WHERE id = $1";
    /// Lists alerts; with a third parameter above 0 only those that are not cleared.
    LIST_ALERTS = "SELECT id, kind, subject, raised, cleared, detail FROM alert \
        WHERE (kind = $1 OR $1 IS NULL) AND (subject = $2 OR $2 IS NULL) AND ($3 <= 0 OR cleared IS NULL) \
        AND (raised < $4 OR (raised = $4 AND id < $5) OR $4 IS NULL) ORDER BY raised DESC, id DESC LIMIT $6";
    /// Every document that an alert was ever about, as far as alerts are kept.
    ALERT_SUBJECTS = "SELECT DISTINCT subject FROM alert WHERE subject IS NOT NULL";
    /// Forgets alerts that were cleared long ago.
    EXPIRE_ALERTS = "DELETE FROM alert WHERE cleared < $1";

    /// Starts a sign-in session.
    ADD_SESSION = "INSERT INTO session (token_hash, user_id, csrf, created, seen, expires) VALUES ($1, $2, $3, $4, $5, $6)";
    /// Finds a sign-in session.
    ONE_SESSION = "SELECT token_hash, user_id, csrf, created, seen, expires FROM session WHERE token_hash = $1 AND expires > $2";
    /// The sessions of a user, newest first.
    USER_SESSIONS = "SELECT token_hash, user_id, csrf, created, seen, expires FROM session WHERE user_id = $1 AND expires > $2 \
        ORDER BY created DESC";
    /// Notes that a session was used.
    TOUCH_SESSION = "UPDATE session SET seen = $2 WHERE token_hash = $1 AND seen <= $3";
    /// Ends a session.
    DROP_SESSION = "DELETE FROM session WHERE token_hash = $1";
    /// Ends all sessions of a user but one.
    DROP_USER_SESSIONS = "DELETE FROM session WHERE user_id = $1 AND token_hash <> $2";
    /// Forgets sessions that ran out.
    EXPIRE_SESSIONS = "DELETE FROM session WHERE expires <= $1";
}
