//! Why a change is refused.

/// A refused change. Each says what is wrong and what helps, in a sentence that an editor understands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The caller's roles do not allow it.
    #[error("your roles do not allow this: {0}")]
    Forbidden(String),
    /// Something still needs it.
    #[error("{0}")]
    InUse(String),
    /// A member's value is not possible.
    #[error("{text}")]
    Invalid {
        /// Path of the member at fault, such as `when.until`.
        field: String,
        /// What is wrong and what is possible.
        text: String,
    },
    /// Another one has this name.
    #[error("the name {0:?} is taken: choose another one")]
    NameTaken(String),
    /// Only the Main of the installation does this.
    #[error("only the Main may do this: do it on {main}, or make this server the Main first")]
    NotMain {
        /// Name of the Main.
        main: String,
    },
    /// There is no such document.
    #[error("there is no {kind} {id}")]
    NotFound {
        /// Kind of the document.
        kind: &'static str,
        /// What was asked for.
        id: String,
    },
    /// The Main has not heard from most voters lately, so that another server may have become the Main.
    #[error(
        "most of the servers that vote for the Main have not been heard lately, so another one may be the Main by now: connect them; if they do not come back, switch off under Servers that servers take over by themselves"
    )]
    Unheard,
    /// Somebody changed it in the meantime.
    #[error("somebody else changed this in the meantime: load it again")]
    VersionConflict {
        /// The present version.
        version: String,
    },
}

impl Refusal {
    /// A member's value is not possible.
    #[must_use]
    pub fn invalid(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), text: text.into() }
    }

    /// There is no such document.
    #[must_use]
    pub fn not_found(kind: &'static str, id: impl ToString) -> Self {
        Self::NotFound { kind, id: id.to_string() }
    }
}
