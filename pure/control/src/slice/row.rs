//! One row of a slice, as it travels.

use bytes::Bytes;
use domain::document::Document;
use domain::log::{Cell, Cells, Row, canonical};
use domain::stamp::{Dot, Stamp};
use domain::table::Held;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{SliceId, cells};
use crate::v1;

/// The first 16 bytes of the BLAKE3 hash of a row's JSON.
pub type Version = [u8; 16];

/// One row: a document as far as it decides what plays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceRow {
    /// Kind of the document, such as `schedule`.
    pub kind: String,
    /// The document.
    pub id: Uuid,
    /// What `json` says, in short.
    pub version: Version,
    /// Canonical JSON: `{"birth": dot, "cells": {name: value}}`.
    pub json: Bytes,
}

impl SliceRow {
    /// A row with this text.
    #[must_use]
    pub fn new(kind: String, id: Uuid, json: Bytes) -> Self {
        Self { version: version_of(&json), kind, id, json }
    }

    /// A document as a row: without the cells that say nothing about what plays, and without those that have their default. Cells of a
    /// newer version stay here: they could be secret.
    #[must_use]
    pub fn of<T: Document>(id: Uuid, held: &Held<T>) -> Self {
        let mut cells = cells::kept(&held.value);
        if cfg!(feature = "next") {
            cells.insert("next".to_owned(), json!(true));
        }
        let text = canonical(&json!({"birth": held.birth, "cells": cells}));
        Self::new(T::SPEC.name.to_owned(), id, Bytes::from(text))
    }

    /// What rows are sorted by.
    #[must_use]
    pub fn key(&self) -> (&str, Uuid) {
        (&self.kind, self.id)
    }

    /// As a message.
    #[must_use]
    pub fn message(&self) -> v1::Row {
        v1::Row { kind: self.kind.clone(), id: self.id.as_bytes().to_vec(), json: self.json.clone() }
    }

    /// The row as the timetable takes it; none if its JSON is not understood.
    #[must_use]
    pub fn parse(&self) -> Option<Row> {
        #[derive(Deserialize)]
        struct Text {
            birth: Dot,
            cells: Cells,
        }
        let text: Text = serde_json::from_slice(&self.json).ok()?;
        let stamp = Stamp { dot: text.birth, ..Stamp::default() };
        let cells = text.cells.into_iter().map(|(name, value)| (name, Cell { stamp, value })).collect();
        Some(Row { birth: text.birth, cells })
    }
}

/// The version of a row with this JSON.
#[must_use]
pub fn version_of(json: &[u8]) -> Version {
    let hash = blake3::hash(json);
    let (first, _) = hash.as_bytes().split_first_chunk().expect("a hash has 32 bytes");
    *first
}

/// The id of a slice of these rows, which must be sorted by kind and id: BLAKE3 of kind, a zero byte, id and version of each.
#[must_use]
pub fn id_of<'a>(rows: impl IntoIterator<Item = (&'a str, Uuid, Version)>) -> SliceId {
    let mut hasher = blake3::Hasher::new();
    for (kind, id, version) in rows {
        hasher.update(kind.as_bytes()).update(&[0]).update(id.as_bytes()).update(&version);
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::media::Media;
    use domain::table::Table;

    #[test]
    fn a_row_has_what_plays_and_nothing_else_and_reads_as_it_was_written() {
        let cells = [
            ("hash", json!("aa".repeat(32))),
            ("mime", json!("image/png")),
            ("bytes", json!(5)),
            ("name", json!("holiday.png")),
            ("attribution", json!("Ada")),
            ("mood", json!("calm")),
        ];
        let id = Uuid::from_u128(9);
        let cell = |value| Cell { stamp: Stamp::default(), value };
        let row = Row { birth: Dot::default(), cells: cells.map(|(name, value)| (name.to_owned(), cell(value))).into() };
        let mut table = Table::<Media>::default();
        table.put(id, Some(row));
        let row = SliceRow::of(id, table.held(id.into()).unwrap());
        let nil = Uuid::nil();
        let text = format!(
            r#"{{"birth":{{"actor":{{"incarnation":0,"server":"{nil}"}},"seq":0}},"cells":{{"bytes":5,"hash":"{}","mime":"image/png"}}}}"#,
            "aa".repeat(32)
        );
        assert_eq!(std::str::from_utf8(&row.json).unwrap(), text);
        let read = row.parse().unwrap();
        assert_eq!(read.cells.keys().collect::<Vec<_>>(), ["bytes", "hash", "mime"]);
        assert_eq!(SliceRow::new(String::new(), id, Bytes::from_static(b"[]")).parse(), None);
    }

    #[test]
    fn ids_follow_the_documented_recipe() {
        let (id, version) = (Uuid::from_u128(3), version_of(b"{}"));
        let bytes = [b"media\0".as_slice(), id.as_bytes(), &version].concat();
        assert_eq!(id_of([("media", id, version)]), *blake3::hash(&bytes).as_bytes());
    }
}
