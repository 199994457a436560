//! A history, and what there is at its end.

use std::collections::BTreeMap;

/// Members of a document with their values, as text.
pub type Cells = BTreeMap<String, String>;

/// What a client asks of its server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A new document. Its id comes with the answer, so that nobody knows it where the answer was lost.
    Make {
        /// The document.
        document: String,
        /// What it begins with. Each value occurs once in a history.
        cells: Cells,
    },
    /// One member gets another value, if the document is still as its author saw it.
    Edit {
        /// The document.
        document: String,
        /// The member.
        cell: String,
        /// What it becomes. Each value occurs once in a history.
        value: String,
        /// What it was when the author looked.
        saw: String,
    },
    /// A document goes for good, if it is still as seen.
    Remove {
        /// The document.
        document: String,
        /// What it was when the author looked.
        saw: Cells,
    },
    /// A look at a document.
    Read {
        /// The document.
        document: String,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A change was acknowledged; with the address of its entry, as servers give it.
    Done(String),
    /// A look found this.
    Found(Cells),
    /// A look found nothing.
    Absent,
    /// It was refused: nothing has happened, and nothing will.
    Refused,
    /// No answer came: it may have happened, or may yet.
    Unknown,
}

/// One question with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The question.
    pub act: Act,
    /// The answer.
    pub outcome: Outcome,
}

/// One client, which asks one server one thing after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// For people.
    pub name: String,
    /// In order.
    pub calls: Vec<Call>,
}

/// A change that a server says was lost to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The document.
    pub document: String,
    /// The member.
    pub cell: String,
    /// The address of the entry.
    pub dot: String,
    /// The lost value, where the server kept it.
    pub value: Option<String>,
}

/// What a server says is on its way between it and another one, in operations; none = it does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The other one.
    pub peer: String,
    /// To it.
    pub outgoing: Option<u64>,
    /// From it.
    pub incoming: Option<u64>,
}

/// What one server shows at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The server.
    pub name: String,
    /// All documents by their ids; also members that nobody wrote, such as versions, must be the same everywhere.
    pub documents: BTreeMap<String, Cells>,
    /// What was lost to concurrent changes.
    pub notices: Vec<Lost>,
    /// What is on its way.
    pub pending: Vec<Pending>,
}

/// What there is when all lines are whole again and nothing happens any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// Each server.
    pub servers: Vec<Shown>,
}
