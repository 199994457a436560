//! Statements on what other servers have, and on what is sent to them.

use super::statements;

statements! {
    /// All other servers.
    ALL_PEERS = "SELECT server_id, acked_vv, last_seen, state, reason FROM repl_peer ORDER BY server_id";
    /// Writes what is known of another server.
    PUT_PEER = "INSERT INTO repl_peer (server_id, acked_vv, last_seen, state, reason) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (server_id) DO UPDATE SET acked_vv = excluded.acked_vv, last_seen = excluded.last_seen, \
        state = excluded.state, reason = excluded.reason";
    /// Forgets another server.
    DROP_PEER = "DELETE FROM repl_peer WHERE server_id = $1";

    /// What is no longer in the log.
    ALL_FLOORS = "SELECT aidx, seq FROM repl_floor";
    /// What is there as state only.
    PUT_FLOOR = "INSERT INTO repl_floor (aidx, seq, cum_ops, chain) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (aidx) DO UPDATE SET seq = excluded.seq, cum_ops = excluded.cum_ops, chain = excluded.chain \
        WHERE excluded.seq > repl_floor.seq";
    /// How far an actor had come with one of its entries, as the log or a floor has it.
    MARK = "SELECT lpos, cum_ops, chain FROM repl_log WHERE aidx = $1 AND seq = $2 \
        UNION ALL SELECT 0, cum_ops, chain FROM repl_floor WHERE aidx = $1 AND seq = $2 AND chain IS NOT NULL LIMIT 1";
    /// The first entry of an actor after one of its entries.
    NEXT_OF_ACTOR = "SELECT lpos, hlc FROM repl_log WHERE aidx = $1 AND seq > $2 ORDER BY seq LIMIT 1";
    /// One entry.
    ONE_ENTRY = "SELECT lpos, aidx, seq, hlc, request, body FROM repl_log WHERE aidx = $1 AND seq = $2";

    /// Empties the state and all that says where it came from, for a server that is about to become a part of another installation.
    CLEAR_DOCUMENTS = "DELETE FROM document";
    /// As above: the log.
    CLEAR_LOG = "DELETE FROM repl_log";
    /// As above: the heads.
    CLEAR_HEADS = "DELETE FROM repl_vv";
    /// As above: the floors.
    CLEAR_FLOORS = "DELETE FROM repl_floor";
    /// As above: the digest.
    CLEAR_DIGESTS = "DELETE FROM repl_digest";
    /// As above: what people should look at.
    CLEAR_NOTICES = "DELETE FROM notice";
}
