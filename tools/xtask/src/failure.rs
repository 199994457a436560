//! Why a subcommand ended: one sentence for the reader, one exit code for scripts.

/// The end of a subcommand that did not do what it was asked to do.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What happened, to what, and the remedy.
    pub(crate) sentence: String,
    /// Exit code after sysexits(3).
    pub(crate) code: u8,
}

impl Failure {
    /// Wrong words on the command line (64).
    pub(crate) fn usage(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), code: 64 }
    }

    /// Something this needs is not there: a tool, a port (69).
    pub(crate) fn unavailable(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), code: 69 }
    }

    /// The work itself failed: a test, a lint, a build (1).
    pub(crate) fn failed(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), code: 1 }
    }

    /// A file could not be read or written (74).
    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self { sentence: format!("{}: {error}.", path.display()), code: 74 }
    }
}
