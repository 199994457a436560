//! What the API can do with every kind of document: find, make, change, put into the trash, restore, remove.

pub mod any;
mod card;
mod enrolment;
mod library;
mod people;
mod place;
pub mod reach;
mod schedule;
mod server;
mod task;
mod viewer_settings;
mod watch;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::document::Document;
use crate::log::{Change, Edit};
use crate::permission::Object;
use crate::refusal::Refusal;
use crate::state::State;
use crate::table::Table;

/// What every kind with a name and a trash has alike.
macro_rules! trashable {
    () => {
        fn trash(&mut self) -> Option<&mut Option<i64>> {
            Some(&mut self.trashed_at)
        }

        fn name(&self) -> &str {
            &self.name
        }
    };
}
use trashable;

/// A kind of document that people see and change as a resource.
pub trait Noun: Document {
    /// Members that a caller may set; the others are set by the server.
    const EDITABLE: &'static [&'static str];

    /// Its table.
    fn table(state: &State) -> &Table<Self>;

    /// What permission on it depends on.
    fn object(&self, state: &State, id: Uuid) -> Object;

    /// Whether the document may stand as it is.
    ///
    /// # Errors
    /// [`Refusal`] naming the member at fault.
    fn check(&self, state: &State, id: Uuid) -> Result<(), Refusal>;

    /// The cell that says when it was put into the trash; none if this kind has no trash.
    fn trash(&mut self) -> Option<&mut Option<i64>> {
        None
    }

    /// Its name, for lists; empty if it has none.
    fn name(&self) -> &str {
        ""
    }

    /// Whether something stands in the way of removing it.
    ///
    /// # Errors
    /// [`Refusal::InUse`] saying by what it is needed.
    fn removable(&self, _state: &State, _id: Uuid) -> Result<(), Refusal> {
        Ok(())
    }
}

/// Whether the document lies in the trash.
#[must_use]
pub fn is_trashed<T: Noun>(document: &T) -> bool {
    document.clone().trash().is_some_and(|cell| cell.is_some())
}

/// The document, trashed ones too.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn find<T: Noun>(state: &State, id: Uuid) -> Result<&T, Refusal> {
    T::table(state).get(T::Id::from(id)).ok_or_else(|| Refusal::not_found(T::SPEC.name, id))
}

/// Makes a document.
///
/// # Errors
/// [`Refusal`] when it may not stand like this.
pub fn create<T: Noun>(state: &State, id: Uuid, document: &T) -> Result<Edit, Refusal> {
    document.check(state, id)?;
    Ok(Edit { kind: T::SPEC.name.to_owned(), id, change: Change::Insert(document.changed_since(&T::default())) })
}

/// Sets members by name; null sets the default. Returns the changed document.
///
/// # Errors
/// [`Refusal::Invalid`] for members that do not exist, are set by the server, or have an impossible value.
pub fn set_members<T: Noun>(document: &T, members: &Map<String, Value>) -> Result<T, Refusal> {
    let mut changed = document.clone();
    for (name, value) in members {
        if !T::EDITABLE.contains(&name.as_str()) {
            let text = match T::SPEC.cell(name) {
                Some(_) => format!("{name} is set by the server: leave it out"),
                None => format!("there is no member {name:?}: possible are {}", T::EDITABLE.join(", ")),
            };
            return Err(Refusal::invalid(name, text));
        }
        changed.set_cell(name, value.clone()).map_err(|unfit| Refusal::invalid(unfit.path, unfit.text))?;
    }
    Ok(changed)
}

/// Changes members. None if everything is as it was.
///
/// # Errors
/// [`Refusal`] when the document is gone, was changed in the meantime, or may not stand like this.
pub fn patch<T: Noun>(
    state: &State,
    id: Uuid,
    expected: Option<&str>,
    members: &Map<String, Value>,
) -> Result<Option<Edit>, Refusal> {
    let before = find::<T>(state, id)?;
    expect_version::<T>(state, id, expected)?;
    update(state, id, &set_members(before, members)?)
}

/// Replaces a document by a changed one. None if everything is as it was.
///
/// # Errors
/// [`Refusal`] when the document is gone or may not stand like this.
pub fn update<T: Noun>(state: &State, id: Uuid, after: &T) -> Result<Option<Edit>, Refusal> {
    let edit = alter(state, id, after)?;
    if edit.is_some() {
        after.check(state, id)?;
    }
    Ok(edit)
}

/// As [`update`], for changes that leave alone what the document refers to: that may have been deleted since.
///
/// # Errors
/// [`Refusal::NotFound`].
pub(crate) fn alter<T: Noun>(state: &State, id: Uuid, after: &T) -> Result<Option<Edit>, Refusal> {
    let cells = after.changed_since(find::<T>(state, id)?);
    Ok((!cells.is_empty()).then(|| Edit { kind: T::SPEC.name.to_owned(), id, change: Change::Update(cells) }))
}

/// Demands that the document still has the version that the caller knows; none demands nothing.
///
/// # Errors
/// [`Refusal::VersionConflict`] with the present version.
pub fn expect_version<T: Noun>(state: &State, id: Uuid, expected: Option<&str>) -> Result<(), Refusal> {
    let held = T::table(state).held(T::Id::from(id)).ok_or_else(|| Refusal::not_found(T::SPEC.name, id))?;
    let version = held.version.tag();
    match expected {
        Some(expected) if expected != version => Err(Refusal::VersionConflict { version }),
        _ => Ok(()),
    }
}

/// Puts a document into the trash, or removes it for good where its kind has no trash.
///
/// # Errors
/// [`Refusal`] when it is gone or something needs it.
pub fn discard<T: Noun>(state: &State, id: Uuid, now_ms: i64) -> Result<Option<Edit>, Refusal> {
    let mut document = find::<T>(state, id)?.clone();
    document.removable(state, id)?;
    let before = document.clone();
    match document.trash() {
        None => Ok(Some(Edit { kind: T::SPEC.name.to_owned(), id, change: Change::Delete })),
        Some(Some(_)) => Ok(None),
        Some(empty) => {
            *empty = Some(now_ms);
            let change = Change::Update(document.changed_since(&before));
            Ok(Some(Edit { kind: T::SPEC.name.to_owned(), id, change }))
        }
    }
}

/// Takes a document out of the trash. None if it was not in it.
///
/// # Errors
/// [`Refusal`] when it is gone or its name was taken since.
pub fn restore<T: Noun>(state: &State, id: Uuid) -> Result<Option<Edit>, Refusal> {
    let mut document = find::<T>(state, id)?.clone();
    match document.trash() {
        Some(cell @ Some(_)) => *cell = None,
        _ => return Ok(None),
    }
    update(state, id, &document)
}

/// A name that people gave: 1 to 200 characters, not blank, no control characters.
pub(crate) fn check_name(field: &str, name: &str) -> Result<(), Refusal> {
    let length = name.chars().count();
    if name.trim().is_empty() || length > 200 || name.chars().any(char::is_control) {
        return Err(Refusal::invalid(field, format!("{field} must have 1 to 200 characters, not only blanks")));
    }
    Ok(())
}

/// Refuses a name that another live document among those that count has already, whatever its case.
pub(crate) fn name_free<T: Noun>(document: &T, state: &State, id: Uuid, counts: impl Fn(&T) -> bool) -> Result<(), Refusal> {
    let name = document.name().to_lowercase();
    match !is_trashed(document) && taken(state, id, |other: &T| counts(other) && other.name().to_lowercase() == name) {
        true => Err(Refusal::NameTaken(document.name().to_owned())),
        false => Ok(()),
    }
}

/// Another live document of the kind is such.
pub(crate) fn taken<T: Noun>(state: &State, id: Uuid, same: impl Fn(&T) -> bool) -> bool {
    T::table(state).iter().any(|(other, held)| other.into() != id && !is_trashed(&held.value) && same(&held.value))
}
