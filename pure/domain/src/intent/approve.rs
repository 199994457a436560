//! Giving a device its place: as a new viewer, or in the place of another device.

use crate::group::{Group, Member, Membership};
use crate::id::{DeviceId, MembershipId, ViewerId};
use crate::log::Edit;
use crate::noun::{create, find, update};
use crate::refusal::Refusal;
use crate::state::State;
use crate::viewer::{Device, Viewer};

/// Where the device shall stand.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// At a viewer that exists; the devices that stood there are revoked.
    At(ViewerId),
    /// At a viewer that exists, beside the devices that stand there: for demonstrations.
    Beside(ViewerId),
    /// At a new viewer, in these groups.
    New(ViewerId, Box<Viewer>, Vec<(MembershipId, crate::id::GroupId)>),
}

/// Approves a device. `device` brings key, screen and approver; its `viewer` is set here. A new viewer belongs to the server that its document
/// names.
///
/// # Errors
/// [`Refusal`] when the viewer or a group does not exist, or the name is taken.
pub fn approve(
    state: &State,
    id: DeviceId,
    device: Device,
    standing: &Standing,
    now_ms: i64,
) -> Result<(ViewerId, Vec<Edit>), Refusal> {
    let mut edits = Vec::new();
    let viewer = match standing {
        Standing::At(viewer) => {
            if find::<Viewer>(state, viewer.0)?.trashed_at.is_some() {
                return Err(Refusal::invalid("viewer", "this screen is in the trash: restore it first"));
            }
            for (old, before) in state.devices_of(*viewer).filter(|(old, d)| *old != id && d.revoked_at.is_none()) {
                edits.extend(update(state, old.0, &Device { revoked_at: Some(now_ms), ..before.clone() })?);
            }
            *viewer
        }
        Standing::Beside(viewer) => {
            find::<Viewer>(state, viewer.0)?;
            *viewer
        }
        Standing::New(viewer, document, groups) => {
            edits.push(create(state, viewer.0, document.as_ref())?);
            for (membership, group) in groups {
                if find::<Group>(state, group.0)?.trashed_at.is_some() {
                    return Err(Refusal::invalid("groups", format!("there is no group {group}")));
                }
                let member = Membership { group: *group, member: Some(Member::Viewer(*viewer)) };
                edits.push(insert_unchecked(membership.0, &member));
            }
            *viewer
        }
    };
    let device = Device { viewer: Some(viewer), revoked_at: None, ..device };
    match state.devices.get(id) {
        Some(before) => edits.extend(edit_of(id, before, &device)),
        None => edits.push(insert_unchecked(id.0, &device)),
    }
    Ok((viewer, edits))
}

/// An insert whose references are made by the same change, so that `check` cannot see them yet.
fn insert_unchecked<T: crate::document::Document>(id: uuid::Uuid, document: &T) -> Edit {
    let cells = document.changed_since(&T::default());
    Edit { kind: T::SPEC.name.to_owned(), id, change: crate::log::Change::Insert(cells) }
}

fn edit_of(id: DeviceId, before: &Device, after: &Device) -> Option<Edit> {
    use crate::document::Document;
    let cells = after.changed_since(before);
    let change = crate::log::Change::Update(cells.clone());
    (!cells.is_empty()).then(|| Edit { kind: Device::SPEC.name.to_owned(), id: id.0, change })
}
