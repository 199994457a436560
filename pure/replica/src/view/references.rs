//! References to documents that are gone: what each of them means then.

use domain::log::Cells;
use serde_json::Value;
use uuid::Uuid;

/// What a reference means whose target is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// The document that refers is passed over, and shown to editors as broken.
    Hide,
    /// It counts as being without that reference.
    Null,
    /// It falls to a default, such as a viewer to no group.
    Default,
    /// The target must not be purged while this reference stands.
    Hold,
}

/// A cell that names other documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Kind of the document with the cell.
    pub kind: &'static str,
    /// The cell: an id, a list of ids, or an object whose key says the kind, such as `{"viewer": id}`.
    pub cell: &'static str,
    /// Kind of the target; empty if the cell's value says it.
    pub target: &'static str,
    /// What holds when the target is gone.
    pub repair: Repair,
}

const fn reference(kind: &'static str, cell: &'static str, target: &'static str, repair: Repair) -> Reference {
    Reference { kind, cell, target, repair }
}

/// The references between documents that decide what plays and who may do what. Who made something is not among them: that a person is
/// gone changes nothing.
pub const REFERENCES: &[Reference] = &[
    reference("folder", "parent", "folder", Repair::Default),
    reference("media", "folder", "folder", Repair::Default),
    reference("presentation", "folder", "folder", Repair::Default),
    reference("presentation", "head", "revision", Repair::Hold),
    reference("revision", "presentation", "presentation", Repair::Hide),
    reference("revision", "parent", "revision", Repair::Null),
    reference("revision", "media", "media", Repair::Hold),
    reference("playlist", "folder", "folder", Repair::Default),
    reference("playlist_item", "playlist", "playlist", Repair::Hide),
    reference("playlist_item", "content", "", Repair::Hide),
    reference("membership", "group", "group", Repair::Hide),
    reference("membership", "member", "", Repair::Hide),
    reference("device", "viewer", "viewer", Repair::Null),
    reference("network_card", "viewer", "viewer", Repair::Null),
    reference("schedule", "destination", "", Repair::Hide),
    reference("schedule", "content", "", Repair::Hold),
    reference("schedule", "priority", "priority", Repair::Default),
    reference("identity", "user", "user", Repair::Hide),
    reference("grant", "user", "user", Repair::Hide),
    reference("token", "user", "user", Repair::Hide),
];

/// A reference into nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dangling {
    /// Which reference.
    pub reference: Reference,
    /// The document that refers.
    pub document: Uuid,
    /// Kind of the target.
    pub target_kind: String,
    /// The target, which is not there.
    pub target: Uuid,
}

/// The references of one document whose targets are not there.
#[must_use]
pub fn dangling(kind: &str, document: Uuid, cells: &Cells, there: &dyn Fn(&str, Uuid) -> bool) -> Vec<Dangling> {
    let of_kind = REFERENCES.iter().filter(|reference| reference.kind == kind);
    let named = of_kind.flat_map(|reference| {
        let targets = cells.get(reference.cell).map(|value| targets(reference.target, value)).unwrap_or_default();
        targets.into_iter().map(|(target_kind, target)| Dangling { reference: *reference, document, target_kind, target })
    });
    named.filter(|dangling| !there(&dangling.target_kind, dangling.target)).collect()
}

/// The documents that a value names. Values of newer versions that name them otherwise count as naming none.
fn targets(kind: &str, value: &Value) -> Vec<(String, Uuid)> {
    match value {
        Value::String(text) => {
            text.parse().ok().filter(|_| !kind.is_empty()).map(|id| (kind.to_owned(), id)).into_iter().collect()
        }
        Value::Array(items) => items.iter().flat_map(|item| targets(kind, item)).collect(),
        Value::Object(members) if kind.is_empty() => {
            members.iter().flat_map(|(key, value)| value.as_str().map(|_| targets(key, value)).unwrap_or_default()).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::state::KINDS;
    use serde_json::json;

    #[test]
    fn the_registry_names_kinds_and_cells_that_exist() {
        for reference in REFERENCES {
            let spec = KINDS.iter().find(|spec| spec.name == reference.kind).unwrap_or_else(|| panic!("{reference:?}"));
            assert!(spec.cell(reference.cell).is_some(), "{reference:?}");
            assert!(reference.target.is_empty() || KINDS.iter().any(|spec| spec.name == reference.target), "{reference:?}");
        }
    }

    #[test]
    fn ids_lists_and_choices_are_followed() {
        let (here, gone) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let there = |kind: &str, id: Uuid| id == here && kind != "folder";
        let found = |kind: &str, cells: Value| {
            let cells: Cells = serde_json::from_value(cells).unwrap();
            let found = dangling(kind, Uuid::from_u128(9), &cells, &there);
            found.into_iter().map(|d| (d.reference.cell, d.target_kind, d.target, d.reference.repair)).collect::<Vec<_>>()
        };
        assert_eq!(found("revision", json!({"media": [here, gone]})), [("media", "media".into(), gone, Repair::Hold)]);
        assert_eq!(
            found("schedule", json!({"destination": {"viewer": gone}})),
            [("destination", "viewer".into(), gone, Repair::Hide)]
        );
        assert_eq!(found("schedule", json!({"destination": "all", "priority": here})), []);
        assert_eq!(found("media", json!({"folder": here})), [("folder", "folder".into(), here, Repair::Default)]);
        assert_eq!(found("media", json!({"folder": null, "made_by": gone})), []);
    }
}
