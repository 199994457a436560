//! Rows from JSON, with names instead of ids.

use std::collections::BTreeMap;

use domain::document::Document;
use domain::id::ViewerId;
use domain::installation::{INSTALLATION, Installation};
use domain::log::{Cell, Row};
use domain::rows::Rows;
use domain::stamp::{Dot, Stamp};
use serde_json::Value;
use uuid::Uuid;

/// The id that a name such as `@gate` stands for.
pub(crate) fn id(name: &str) -> Uuid {
    let hash = blake3::hash(name.trim_start_matches('@').as_bytes());
    uuid::Builder::from_bytes(hash.as_bytes()[..16].try_into().unwrap()).with_version(uuid::Version::SortRand).into_uuid()
}

/// The viewer of that name.
pub(crate) fn viewer(name: &str) -> ViewerId {
    ViewerId(id(name))
}

/// A text with every name such as `@gate` replaced by its id. Fills `names` for the way back.
pub(crate) fn with_ids(text: &str, names: &mut BTreeMap<Uuid, String>) -> String {
    let mut parts = text.split('@');
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(part.len());
        names.insert(id(&part[..end]), format!("@{}", &part[..end]));
        result += &id(&part[..end]).to_string();
        result += &part[end..];
    }
    result
}

/// Rows from `{kind: {id: cells}}`. Fails on a cell that the domain does not read, so that a case cannot mean something else.
pub(crate) fn rows(kinds: &Value) -> Rows {
    let mut rows = Rows::default();
    for (kind, documents) in kinds.as_object().unwrap() {
        for (id, cells) in documents.as_object().unwrap() {
            let id = if kind == Installation::SPEC.name { INSTALLATION } else { id.parse().unwrap() };
            put(&mut rows, kind, id, cells);
        }
    }
    let unread = rows.schedules.iter().filter(|(_, held)| held.unread.is_some()).count()
        + rows.media.iter().filter(|(_, held)| held.unread.is_some()).count()
        + rows.items.iter().filter(|(_, held)| held.unread.is_some()).count()
        + rows.revisions.iter().filter(|(_, held)| held.unread.is_some()).count()
        + rows.memberships.iter().filter(|(_, held)| held.unread.is_some()).count()
        + rows.viewers.iter().filter(|(_, held)| held.unread.is_some()).count();
    assert_eq!(unread, 0, "some cells were not understood");
    rows
}

/// Puts one document.
pub(crate) fn put(rows: &mut Rows, kind: &str, id: Uuid, cells: &Value) {
    let cell = |value: &Value| Cell { stamp: Stamp::default(), value: value.clone() };
    let cells = cells.as_object().unwrap().iter().map(|(name, value)| (name.clone(), cell(value))).collect();
    assert!(rows.put(kind, id, Some(Row { birth: Dot::default(), cells })), "{kind} is no kind of the timetable");
}

/// Puts a document given as a value.
pub(crate) fn insert<T: Document>(rows: &mut Rows, id: Uuid, document: &T) {
    let cells: serde_json::Map<String, Value> = document.to_cells().into_iter().collect();
    put(rows, T::SPEC.name, id, &Value::Object(cells));
}
