//! A document as cells: the macro that declares a kind, and the registry that lists them.
//!
//! A kind is a struct whose fields are its cells. Fields that must change together form one field of a struct type, such as
//! [`crate::schedule::When`]. A cell that is absent has its default; a cell that this version does not know, or whose value it
//! cannot read, is kept as it came.

use serde_json::Value;
use serde_path_to_error::Segment;

use crate::log::Cells;

/// Who may see a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Anybody who may see the document.
    Public,
    /// The server and its peers, never an API answer.
    Internal,
    /// Encrypted at rest; never in answers, events, audit, export or logs.
    Secret,
}

/// One cell of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellSpec {
    /// Name in the database, the log and the API.
    pub name: &'static str,
    /// Who may see it.
    pub class: Class,
}

/// One kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindSpec {
    /// Name in the database, the log and events.
    pub name: &'static str,
    /// Its cells, in the order of declaration.
    pub cells: &'static [CellSpec],
}

impl KindSpec {
    /// The cell of that name, if this version knows it.
    #[must_use]
    pub fn cell(&self, name: &str) -> Option<&'static CellSpec> {
        self.cells.iter().find(|cell| cell.name == name)
    }
}

/// A kind of document as a Rust type.
pub trait Document: Clone + Default + PartialEq + Send + Sync + 'static {
    /// Name and cells.
    const SPEC: KindSpec;
    /// The typed id.
    type Id: Copy + Ord + From<uuid::Uuid> + Into<uuid::Uuid>;

    /// Reads the cells that it knows. Returns what could not be read: unknown cells, and known ones with a value from a newer version.
    fn from_cells(cells: Cells) -> (Self, Cells);

    /// All cells with their values, default ones too.
    fn to_cells(&self) -> Cells;

    /// Sets one cell; false if this kind has no such cell.
    ///
    /// # Errors
    /// Which member of the value is not understood, and why.
    fn set_cell(&mut self, name: &str, value: Value) -> Result<bool, Unfit>;

    /// The value of one cell; none if this kind has no such cell.
    fn cell(&self, name: &str) -> Option<Value>;

    /// The cells in which `self` differs from `before`.
    fn changed_since(&self, before: &Self) -> Cells {
        let old = before.to_cells();
        self.to_cells().into_iter().filter(|(name, value)| old.get(name) != Some(value)).collect()
    }
}

/// A value that a cell cannot have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Path of the member at fault from the cell on, such as `when.recurrence.weekly.days`.
    pub path: String,
    /// What is wrong with it.
    pub text: String,
}

/// Reads the value of the cell `name` as a person gave it.
pub(crate) fn read<T: serde::de::DeserializeOwned>(name: &str, value: Value) -> Result<T, Unfit> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let mut path = name.to_owned();
        for segment in error.path() {
            match segment {
                Segment::Seq { index } => path.push_str(&format!("[{index}]")),
                Segment::Map { key: member } | Segment::Enum { variant: member } => path.push_str(&format!(".{member}")),
                Segment::Unknown => break,
            }
        }
        let text = error.into_inner().to_string();
        if let Some(missing) = text.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
            path.push_str(&format!(".{missing}"));
        }
        Unfit { path, text }
    })
}

/// Reads one cell; puts it back among the unread ones if its value is not understood.
pub(crate) fn take<T: Default + serde::de::DeserializeOwned>(cells: &mut Cells, unread: &mut Cells, name: &str) -> T {
    let Some(value) = cells.remove(name) else { return T::default() };
    serde_json::from_value(value.clone()).unwrap_or_else(|_| {
        unread.insert(name.to_owned(), value);
        T::default()
    })
}

/// The JSON of a cell's value. Types of cells are plain data, whose serialisation cannot fail.
pub(crate) fn give<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("cell types are plain data")
}

/// Declares a kind: `document! { /// doc  Viewer(ViewerId) = "viewer" { /// doc  name: String = Public, ... } }`.
macro_rules! document {
    ($(#[$doc:meta])* $name:ident($id:ty) = $kind:literal { $($(#[$field_doc:meta])* $field:ident: $type:ty = $class:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[serde(default)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $crate::document::Document for $name {
            const SPEC: $crate::document::KindSpec = $crate::document::KindSpec {
                name: $kind,
                cells: &[$($crate::document::CellSpec { name: stringify!($field), class: $crate::document::Class::$class },)*],
            };
            type Id = $id;

            fn from_cells(mut cells: $crate::log::Cells) -> (Self, $crate::log::Cells) {
                let mut unread = $crate::log::Cells::new();
                let document = Self {
                    $($field: $crate::document::take(&mut cells, &mut unread, stringify!($field)),)*
                };
                unread.append(&mut cells);
                (document, unread)
            }

            fn set_cell(&mut self, name: &str, value: serde_json::Value) -> Result<bool, $crate::document::Unfit> {
                $(if name == stringify!($field) {
                    self.$field = if value.is_null() {
                        Self::default().$field
                    } else {
                        $crate::document::read(name, value)?
                    };
                    return Ok(true);
                })*
                Ok(false)
            }

            fn cell(&self, name: &str) -> Option<serde_json::Value> {
                $(if name == stringify!($field) {
                    return Some($crate::document::give(&self.$field));
                })*
                None
            }

            fn to_cells(&self) -> $crate::log::Cells {
                [$((stringify!($field).to_owned(), $crate::document::give(&self.$field)),)*].into_iter().collect()
            }
        }
    };
}
pub(crate) use document;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Schedule;
    use crate::viewer::Viewer;
    use serde_json::json;

    #[test]
    fn cells_of_a_newer_version_survive_unread() {
        let cells: Cells = [
            ("name".to_owned(), json!("Gate 4")),
            ("rotation".to_owned(), json!("diagonal")),
            ("mood".to_owned(), json!("calm")),
        ]
        .into();
        let (viewer, unread) = Viewer::from_cells(cells);
        assert_eq!(viewer.name, "Gate 4");
        assert_eq!(viewer.rotation, Viewer::default().rotation);
        assert_eq!(unread.keys().collect::<Vec<_>>(), ["mood", "rotation"]);
    }

    #[test]
    fn a_value_that_does_not_fit_is_named_down_to_the_member() {
        let mut row = Schedule::default();
        let weekly = |rule: Value| json!({"from": "2026-01-01T00:00:00", "recurrence": {"weekly": rule}});
        for (value, path) in [
            (json!(7), "when"),
            (json!({"from": "soon"}), "when.from"),
            (json!({"until": null}), "when.from"),
            (weekly(json!({"every": 1, "days": ["xx"]})), "when.recurrence.weekly.days"),
            (weekly(json!({"every": 1, "days": [7]})), "when.recurrence.weekly.days[0]"),
            (weekly(json!({"days": ["mo"]})), "when.recurrence.weekly.every"),
            (json!({"from": "2026-01-01T00:00:00", "recurrence": {"yearly": {}}}), "when.recurrence"),
        ] {
            assert_eq!(row.set_cell("when", value.clone()).unwrap_err().path, path, "{value}");
        }
        assert_eq!(row, Schedule::default());
    }

    #[test]
    fn only_changed_cells_are_written() {
        let before = Viewer { name: "Gate 4".into(), ..Viewer::default() };
        let after = Viewer { name: "Gate 5".into(), ..before.clone() };
        assert_eq!(after.changed_since(&before).into_keys().collect::<Vec<_>>(), ["name"]);
    }
}
