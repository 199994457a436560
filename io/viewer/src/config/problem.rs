//! What is wrong with a configuration, as one sentence for the operator.

use std::path::PathBuf;

/// Why a configuration was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A value is not legal, or a key is unknown.
    #[error("{place}: {message}; every setting is explained in /usr/share/doc/signboard-viewer/viewer.toml.")]
    Illegal {
        /// Where it stands.
        place: String,
        /// What is wrong.
        message: String,
    },
    /// A `--set` without an equals sign.
    #[error("--set {0} has no value; write --set key=value, such as --set server.address=signage.example.org.")]
    NoValue(String),
    /// The file cannot be read.
    #[error("the configuration file {} cannot be read ({message}); name another with --config.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        message: String,
    },
    /// The file cannot be written.
    #[error("{} cannot be written ({message}); run this as the viewer's user, or as root.", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        message: String,
    },
}
