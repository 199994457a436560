//! Signing in: passwords, sessions, the set-up link, and patience with wrong guesses.

pub mod password;
pub mod session;
pub mod setup_link;
pub mod throttle;
