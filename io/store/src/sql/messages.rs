//! Statements on the queue of messages born outside a commit.

use super::statements;

statements! {
    /// Adds a message.
    PUSH = "INSERT INTO queue (topic, due, attempts, body) VALUES ($1, $2, 0, $3)";
    /// Messages that are due, oldest first.
    DUE = "SELECT n, attempts, body FROM queue WHERE topic = $1 AND due <= $2 ORDER BY due, n LIMIT $3";
    /// Puts a message off after a failed attempt.
    PUT_OFF = "UPDATE queue SET due = $2, attempts = attempts + 1 WHERE n = $1";
    /// Removes a message that was delivered.
    REMOVE = "DELETE FROM queue WHERE n = $1";
}
