//! Joining the sources of the configuration.

use std::path::{Path, PathBuf};

use super::file::{SyntaxError, assignments};
use super::nearest::nearest;
use super::{Config, Place, Problem, Value};

/// The file that is read when none is named and it exists.
pub const DEFAULT_FILE: &str = "/etc/signboard/signboard.toml";

const VARIABLE_PREFIX: &str = "SIGNBOARD_";

/// Where the configuration comes from, besides the defaults.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// A file that must exist.
    pub file: Option<PathBuf>,
    /// Variables of the environment; those that do not begin with `SIGNBOARD_` are passed over.
    pub environment: Vec<(String, String)>,
    /// `key=value` from the command line, the later ones win.
    pub set: Vec<String>,
}

impl Sources {
    /// The sources of this process: `file` if named, else [`DEFAULT_FILE`] if that exists.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>, set: Vec<String>) -> Self {
        let file = file.or_else(|| Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.exists()));
        let environment =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect();
        Self { file, environment, set }
    }
}

impl Config {
    /// Reads all sources and checks that the settings go together.
    ///
    /// # Errors
    /// The first [`Problem`], in the order file, environment, command line, then what does not go together.
    pub fn load(sources: &Sources) -> Result<Self, Problem> {
        let mut config = Self::default();
        if let Some(path) = &sources.file {
            config.take_file(path)?;
        }
        for (name, value) in &sources.environment {
            config.take_variable(name, value)?;
        }
        for text in &sources.set {
            let (key, value) = text.split_once('=').ok_or(Problem::NoValue { text: text.clone() })?;
            config.take(key.trim(), Some(&Value::Plain(value.trim().to_owned())), Place::CommandLine)?;
        }
        config.check()?;
        Ok(config)
    }

    fn take_file(&mut self, path: &Path) -> Result<(), Problem> {
        let place = |line| Place::File { path: path.to_owned(), line };
        let text = std::fs::read_to_string(path)
            .map_err(|error| Problem::Unreadable { path: path.to_owned(), message: error.to_string() })?;
        let assignments =
            assignments(&text).map_err(|SyntaxError { line, message }| Problem::Syntax { place: place(line), message })?;
        for assignment in assignments {
            self.take(&assignment.key, assignment.value.as_ref(), place(assignment.line))?;
        }
        Ok(())
    }

    fn take_variable(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        if !name.starts_with(VARIABLE_PREFIX) {
            return Ok(());
        }
        let keys = Self::keys();
        let place = Place::Environment(name.to_owned());
        match keys.iter().find(|key| variable(key) == name) {
            Some(key) => self.take(key, Some(&Value::Plain(value.to_owned())), place),
            None => {
                let variables: Vec<String> = keys.iter().map(|key| variable(key)).collect();
                Err(Problem::UnknownKey { place, key: name.to_owned(), remedy: remedy(name, &variables) })
            }
        }
    }

    fn take(&mut self, key: &str, value: Option<&Value>, place: Place) -> Result<(), Problem> {
        match value.and_then(|value| self.apply(key, value).map(|applied| (value, applied))) {
            Some((_, Ok(()))) => {
                self.origins.insert(key.to_owned(), place);
                Ok(())
            }
            Some((value, Err(illegal))) => {
                Err(Problem::Illegal { place, key: key.to_owned(), value: value.to_string(), legal: illegal.0 })
            }
            None if value.is_none() && Self::sections().iter().any(|(name, ..)| *name == key) => Ok(()),
            None => Err(Problem::UnknownKey { place, key: key.to_owned(), remedy: remedy(key, &Self::keys()) }),
        }
    }
}

/// Name of the environment variable for a key: `web.http-port` is `SIGNBOARD_WEB_HTTP_PORT`.
fn variable(key: &str) -> String {
    let name = key.replace(['.', '-'], "_").to_ascii_uppercase();
    format!("{VARIABLE_PREFIX}{name}")
}

fn remedy(key: &str, known: &[String]) -> String {
    match nearest(key, known) {
        Some(candidate) => format!("the nearest is {candidate}"),
        None => "`signboard sample-config` lists all of them".to_owned(),
    }
}
