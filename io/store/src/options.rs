//! What the store needs to know to open.

use std::path::PathBuf;

use crate::migrate::{MIGRATIONS, Migration};
use crate::secret::Classes;

/// Which database holds documents, log and facts. Key and media lie in the data folder in either case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// A file in the data folder.
    #[default]
    Sqlite,
    /// A PostgreSQL server.
    Postgres {
        /// Its address, as `postgres://user@host/database`.
        url: String,
    },
}

/// How to open a data folder.
#[derive(Clone)]
pub struct Options {
    /// The data folder; made if it is not there.
    pub dir: PathBuf,
    /// The database.
    pub engine: Engine,
    /// Says which cells are secret.
    pub classes: Classes,
    /// The versions of the data up to the one of this server; [`MIGRATIONS`] but in tests.
    pub migrations: &'static [Migration],
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("dir", &self.dir).field("engine", &self.engine).finish_non_exhaustive()
    }
}

impl Options {
    /// SQLite in `dir`.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>, classes: Classes) -> Self {
        Self { dir: dir.into(), engine: Engine::default(), classes, migrations: MIGRATIONS }
    }
}
