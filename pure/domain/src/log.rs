//! The log: what one commit is made of, before and after it got its place in the order.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::lead::is_main_only;
use crate::stamp::{Actor, Dot, Hlc, Stamp, VersionVector};

/// Cells by name. A value is JSON; equality and hashes go by [`canonical`].
pub type Cells = BTreeMap<String, Value>;

/// The largest number of operations in one entry.
pub const MAX_OPS: usize = 5_000;
/// The largest encoded entry in bytes.
pub const MAX_ENTRY_BYTES: usize = 4 * 1024 * 1024;

/// What `decide` asks for: one wish about one document, without place or stamp.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Kind of the document, such as `viewer`.
    pub kind: String,
    /// The document.
    pub id: Uuid,
    /// What shall become of it.
    pub change: Change,
}

/// The three things that can happen to a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// It comes into being with these cells.
    Insert(Cells),
    /// These cells get new values, the others stay.
    Update(Cells),
    /// It is removed for good.
    Delete,
}

/// One operation of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Op {
    /// Kind of the document.
    pub kind: String,
    /// The document.
    pub id: Uuid,
    /// What happens to it.
    pub action: Action,
}

/// What an operation does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Inserts the document; its birth is the entry's dot.
    Ins(BTreeMap<String, CellWrite>),
    /// Writes cells.
    Set(BTreeMap<String, CellWrite>),
    /// Removes the document.
    Del,
}

/// A cell's new value with its stamp.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellWrite {
    /// The value.
    pub value: Value,
    /// The stamp's clock where it differs from the entry's ("cell bump"); the rest of the stamp is the entry's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hlc: Option<Hlc>,
}

/// One commit with its place in the order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Who committed it, and as the how-manieth.
    pub dot: Dot,
    /// When, by the committer's hybrid clock.
    pub hlc: Hlc,
    /// What the committer's database contained, as far as it changed since its previous entry.
    pub deps: VersionVector,
    /// The operations, applied together.
    pub ops: Vec<Op>,
    /// The user or device on whose behalf; none for the server itself.
    pub author: Option<Uuid>,
    /// The request that led to it, looked up before a retry.
    pub request: Option<Uuid>,
    /// Version of the registry of kinds that wrote it.
    pub schema: u32,
    /// Epoch of the Main server as the committer knew it.
    pub epoch: u32,
}

impl Entry {
    /// The stamp of a cell written by this entry: with the epoch where only the Main writes it.
    #[must_use]
    pub fn stamp(&self, kind: &str, cell: &str, write: &CellWrite) -> Stamp {
        let epoch = if self.epoch > 0 && is_main_only(kind, cell) { self.epoch } else { 0 };
        Stamp { epoch, hlc: write.hlc.unwrap_or(self.hlc), dot: self.dot }
    }
}

/// A stored document: cells with their stamps, and the entry that brought it into being.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The inserting entry.
    pub birth: Dot,
    /// Cells by name, with the stamp of the last writer.
    pub cells: BTreeMap<String, Cell>,
}

/// A stored cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Last writer.
    pub stamp: Stamp,
    /// Its value.
    pub value: Value,
}

/// Where a server stands: what the next commit continues from.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// The server as a writer.
    pub actor: Actor,
    /// What its database contains.
    pub vector: VersionVector,
    /// The largest clock value used so far.
    pub last_hlc: Hlc,
    /// What is known of each actor in `vector`.
    pub heads: BTreeMap<Actor, Head>,
}

impl Position {
    /// An empty database written by `actor`.
    #[must_use]
    pub fn new(actor: Actor) -> Self {
        Self { actor, vector: VersionVector::default(), last_hlc: Hlc::default(), heads: BTreeMap::new() }
    }
}

/// First 16 bytes of BLAKE3 over the previous chain hash and an entry: equal for equal histories of an actor.
pub type Chain = [u8; 16];

/// The end of one actor's history as far as a database contains it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Operations in all of the actor's entries so far.
    pub cum_ops: u64,
    /// Hash of the actor's history.
    pub chain: Chain,
    /// What the actor's database contained at its last entry, without the actor's own entries: the sum of its `deps`.
    pub seen: VersionVector,
}

/// Canonical JSON text of a value: object keys sorted by code point, no white space, numbers and strings as `serde_json` writes them.
///
/// Independent of the map type that `serde_json` was built with.
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text).expect("writing to a string cannot fail");
    text
}

/// Writes the text of [`canonical`] to the end of something: it runs several times for every cell of every change.
///
/// # Errors
/// Only those of `text`.
pub fn write_canonical(value: &Value, text: &mut impl fmt::Write) -> fmt::Result {
    match value {
        Value::Array(items) => {
            text.write_char('[')?;
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.write_char(',')?;
                }
                write_canonical(item, text)?;
            }
            text.write_char(']')
        }
        Value::Object(map) => {
            let mut sorted: Vec<(&String, &Value)> = map.iter().collect();
            sorted.sort_unstable_by_key(|(key, _)| *key);
            text.write_char('{')?;
            for (index, (key, item)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    text.write_char(',')?;
                }
                write_canonical_text(key, text)?;
                text.write_char(':')?;
                write_canonical(item, text)?;
            }
            text.write_char('}')
        }
        Value::String(value) => write_canonical_text(value, text),
        Value::Bool(true) => text.write_str("true"),
        Value::Bool(false) => text.write_str("false"),
        Value::Null => text.write_str("null"),
        Value::Number(number) => write!(text, "{number}"),
    }
}

/// Writes a string as `serde_json` does. Most need no escapes.
///
/// # Errors
/// Only those of `text`.
pub fn write_canonical_text(value: &str, text: &mut impl fmt::Write) -> fmt::Result {
    if value.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        text.write_str(&Value::from(value).to_string())
    } else {
        text.write_char('"')?;
        text.write_str(value)?;
        text.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn canonical_text_sorts_keys_at_every_depth() {
        let value = json!({"b": [1, {"z": null, "a": "ü\""}], "a": true});
        assert_eq!(canonical(&value), r#"{"a":true,"b":[1,{"a":"ü\"","z":null}]}"#);
    }

    #[test]
    fn texts_and_numbers_are_written_as_serde_json_writes_them() {
        let texts = ["", "plain", "ü€😀", "tab\t", "line\n", "quote\"", "back\\slash", "\u{0}\u{1f}\u{7f}", "/"];
        for text in texts {
            assert_eq!(canonical(&json!(text)), json!(text).to_string());
            assert_eq!(canonical(&json!({text: 1})), json!({text: 1}).to_string());
        }
        for number in [json!(0), json!(-1), json!(u64::MAX), json!(0.1), json!(1e300), json!(1.0)] {
            assert_eq!(canonical(&number), number.to_string());
        }
    }
}
