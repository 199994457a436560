//! Statements on what goes from server to server beside the log.

use super::statements;

statements! {
    /// How far one feed is with another server; `inc` 0: what it has of this one's.
    FEED_POSITION = "SELECT n, dropped FROM feed WHERE server_id = $1 AND inc = $2 AND feed = $3";
    /// Notes how far one feed is.
    PUT_FEED = "INSERT INTO feed (server_id, inc, feed, n, dropped) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (server_id, inc, feed) DO UPDATE SET n = excluded.n, dropped = excluded.dropped";
    /// Adds to what another server never got.
    ADD_DROPPED = "INSERT INTO feed (server_id, inc, feed, n, dropped) VALUES ($1, 0, $2, $3, $4) \
        ON CONFLICT (server_id, inc, feed) DO UPDATE SET dropped = feed.dropped + excluded.dropped";
    /// Forgets how far all feeds are, for a server that is about to become a part of another installation.
    CLEAR_FEEDS = "DELETE FROM feed";

    /// Play records in the order in which they came.
    PLAYS_AFTER = "SELECT arrived, device, stream, n, viewer, at, duration, content, detail FROM play WHERE arrived > $1 \
        ORDER BY arrived LIMIT $2";
    /// How many came after a place.
    COUNT_PLAYS_AFTER = "SELECT COUNT(*) FROM play WHERE arrived > $1";
    /// How many of those begun before a time came after a place.
    COUNT_OLD_PLAYS_AFTER = "SELECT COUNT(*) FROM play WHERE at < $1 AND arrived > $2";
    /// The last of so many after a place.
    PLAY_PLACE = "SELECT arrived FROM play WHERE arrived > $1 ORDER BY arrived LIMIT 1 OFFSET $2";
    /// Drops play records between two places.
    DROP_PLAYS = "DELETE FROM play WHERE arrived > $1 AND arrived <= $2";
    /// Events in the order in which they came.
    EVENTS_AFTER = "SELECT arrived, device, stream, n, viewer, at, level, code, text FROM event WHERE arrived > $1 \
        ORDER BY arrived LIMIT $2";
    /// How many came after a place.
    COUNT_EVENTS_AFTER = "SELECT COUNT(*) FROM event WHERE arrived > $1";
    /// How many of those from before a time came after a place.
    COUNT_OLD_EVENTS_AFTER = "SELECT COUNT(*) FROM event WHERE at < $1 AND arrived > $2";
    /// The last of so many after a place.
    EVENT_PLACE = "SELECT arrived FROM event WHERE arrived > $1 ORDER BY arrived LIMIT 1 OFFSET $2";
    /// Drops events between two places.
    DROP_EVENTS = "DELETE FROM event WHERE arrived > $1 AND arrived <= $2";
    /// How many notices changed after a place.
    COUNT_NOTICES_AFTER = "SELECT COUNT(*) FROM notice WHERE n > $1";
}
