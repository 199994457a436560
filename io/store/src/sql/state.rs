//! Statements on documents and the log.

use super::statements;

statements! {
    /// All documents, in the order of their key.
    ALL_DOCUMENTS = "SELECT kind, id, body, clk FROM document";
    /// One document.
    ONE_DOCUMENT = "SELECT body, clk FROM document WHERE kind = $1 AND id = $2";
    /// Writes a document.
    PUT_DOCUMENT = "INSERT INTO document (kind, id, body, clk) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body, clk = excluded.clk";
    /// Removes a document.
    DELETE_DOCUMENT = "DELETE FROM document WHERE kind = $1 AND id = $2";

    /// All actors.
    ALL_ACTORS = "SELECT aidx, server_id, inc FROM repl_actor ORDER BY aidx";
    /// A new actor.
    ADD_ACTOR = "INSERT INTO repl_actor (aidx, server_id, inc, closed) VALUES ($1, $2, $3, 0)";
    /// What the database contains.
    ALL_HEADS = "SELECT aidx, seq, cum_ops, chain, seen FROM repl_vv";
    /// Moves an actor's head.
    PUT_HEAD = "INSERT INTO repl_vv (aidx, seq, cum_ops, chain, seen) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (aidx) DO UPDATE SET seq = excluded.seq, cum_ops = excluded.cum_ops, chain = excluded.chain, seen = excluded.seen";

    /// Appends to the log.
    ADD_ENTRY = "INSERT INTO repl_log (lpos, aidx, seq, hlc, n_ops, cum_ops, chain, request, body, digest) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    /// The end of the log.
    LAST_ENTRY = "SELECT lpos, hlc FROM repl_log ORDER BY lpos DESC LIMIT 1";
    /// The entries that the table of heads does not have yet.
    LOG_TAIL = "SELECT aidx, seq, cum_ops, chain, body FROM repl_log \
        WHERE lpos > (SELECT COALESCE(MAX(lpos), 0) FROM log_reader WHERE name = $1) ORDER BY lpos";
    /// A part of the log.
    READ_LOG = "SELECT lpos, aidx, seq, hlc, request, body FROM repl_log WHERE lpos > $1 ORDER BY lpos LIMIT $2";
    /// A part of the log with the hashes.
    HASHED_LOG = "SELECT lpos, aidx, seq, hlc, request, body, chain FROM repl_log WHERE lpos > $1 ORDER BY lpos LIMIT $2";
    /// The first entry that was made between two times.
    FIRST_MADE = "SELECT lpos FROM repl_log WHERE hlc >= $1 AND hlc < $2 ORDER BY lpos LIMIT 1";
    /// The entry of a request.
    ENTRY_OF_REQUEST = "SELECT lpos, aidx, seq FROM repl_log WHERE request = $1 ORDER BY lpos LIMIT 1";
    /// Notes what a cut removes from the log.
    RAISE_FLOOR = "INSERT INTO repl_floor (aidx, seq, cum_ops, chain) SELECT aidx, seq, cum_ops, chain FROM repl_log \
        WHERE lpos IN (SELECT MAX(lpos) FROM repl_log WHERE lpos <= $1 \
        AND lpos <= (SELECT COALESCE(MIN(lpos), $1) FROM log_reader) AND lpos < (SELECT MAX(lpos) FROM repl_log) GROUP BY aidx) \
        ON CONFLICT (aidx) DO UPDATE SET seq = excluded.seq, cum_ops = excluded.cum_ops, chain = excluded.chain \
        WHERE excluded.seq > repl_floor.seq";
    /// Cuts the log, but not past a reader, and never its last entry, which tells the clock and the position to go on from.
    TRIM_LOG = "DELETE FROM repl_log WHERE lpos <= $1 AND lpos <= (SELECT COALESCE(MIN(lpos), $1) FROM log_reader) \
        AND lpos < (SELECT MAX(lpos) FROM repl_log)";
    /// The last entry of an actor.
    LAST_OF_ACTOR = "SELECT hlc FROM repl_log WHERE aidx = $1 ORDER BY seq DESC LIMIT 1";
    /// Where a reader of the log stands.
    READER = "SELECT lpos FROM log_reader WHERE name = $1";
    /// Moves a reader, never backwards.
    MOVE_READER = "INSERT INTO log_reader (name, lpos) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET lpos = excluded.lpos \
        WHERE excluded.lpos > log_reader.lpos";
    /// Forgets a reader.
    DROP_READER = "DELETE FROM log_reader WHERE name = $1";

    /// All sums of the digest, and under an empty kind what each entry adds that the table does not have yet. In one statement, because
    /// the table may follow the log at any time.
    ALL_DIGESTS = "SELECT kind, bucket, sum FROM repl_digest UNION ALL SELECT '', 0, digest FROM repl_log \
        WHERE lpos > (SELECT COALESCE(MAX(lpos), 0) FROM log_reader WHERE name = $1) AND digest IS NOT NULL";
    /// Writes a sum of the digest.
    PUT_DIGEST = "INSERT INTO repl_digest (kind, bucket, sum) VALUES ($1, $2, $3) \
        ON CONFLICT (kind, bucket) DO UPDATE SET sum = excluded.sum";

    /// A value that describes the database.
    META = "SELECT value FROM repl_meta WHERE name = $1";
    /// Writes a value that describes the database.
    PUT_META = "INSERT INTO repl_meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
}
