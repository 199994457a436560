//! What is wrong with a configuration, as one sentence for the operator.

use std::fmt;
use std::path::PathBuf;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `--set` or another option of the command line.
    CommandLine,
    /// Nobody set it.
    Default,
    /// A variable of the environment.
    Environment(String),
    /// A line of the file, counted from 1.
    File {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("--set"),
            Self::Default => f.write_str("default"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
        }
    }
}

/// Why a configuration was refused. Displays as one sentence that names key, value and remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Two settings, or a setting and the machine, do not go together.
    #[error("{place}: {key} is {value}, {reason}; {remedy}.")]
    Conflict {
        /// Where the value came from.
        place: Place,
        /// The key.
        key: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it, as the rest of a sentence.
        reason: String,
        /// What to do, as an imperative.
        remedy: String,
    },
    /// The value is not legal for its key.
    #[error("{place}: {key} is {value}; set it to {legal}.")]
    Illegal {
        /// Where the value came from.
        place: Place,
        /// The key.
        key: String,
        /// Its value.
        value: String,
        /// The legal values as a phrase.
        legal: String,
    },
    /// A `--set` without an equals sign.
    #[error("--set {text} has no value; write --set key=value, such as --set web.http-port=8080.")]
    NoValue {
        /// What was written.
        text: String,
    },
    /// The file is not TOML.
    #[error("{place}: the line is not valid TOML ({message}); correct it or compare with `signboard sample-config`.")]
    Syntax {
        /// Where.
        place: Place,
        /// What the parser says.
        message: String,
    },
    /// The file cannot be read.
    #[error("the configuration file {} cannot be read ({message}); name another with --config.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        message: String,
    },
    /// No setting has this key.
    #[error("{place}: {key} is not a setting; {remedy}.")]
    UnknownKey {
        /// Where it stands.
        place: Place,
        /// The key.
        key: String,
        /// What to do, naming the nearest key.
        remedy: String,
    },
}
