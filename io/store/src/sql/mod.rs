//! Every SQL statement of the server, as named constants that SQLite and PostgreSQL both understand.

pub(crate) mod events;
pub(crate) mod facts;
pub(crate) mod feeds;
pub(crate) mod messages;
pub(crate) mod notices;
pub(crate) mod peers;
pub(crate) mod state;

/// All statements with their names: a test prepares each on both engines.
pub const ALL: &[&[(&str, &str)]] = &[state::ALL, facts::ALL, events::ALL, feeds::ALL, messages::ALL, notices::ALL, peers::ALL];

/// Declares constants and the list of them.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: &str = $sql;)*
        /// The statements of this module with their names.
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $sql),)*];
    };
}
pub(crate) use statements;
