//! Adding an entry to a playlist, and moving one.

use crate::id::{PlaylistId, PlaylistItemId};
use crate::log::Edit;
use crate::noun::{alter, create, find};
use crate::order::between;
use crate::playlist::{Playlist, PlaylistItem};
use crate::refusal::Refusal;
use crate::state::State;

/// Where an entry goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Behind this entry.
    After(PlaylistItemId),
    /// To the very beginning.
    First,
    /// To the very end.
    Last,
}

/// Adds an entry; its `playlist` and `order` are set here.
///
/// # Errors
/// [`Refusal`] when the playlist or the entry before does not exist, or the content cannot stand in a playlist.
pub fn insert(
    state: &State,
    playlist: PlaylistId,
    id: PlaylistItemId,
    item: PlaylistItem,
    place: Place,
) -> Result<Edit, Refusal> {
    find::<Playlist>(state, playlist.0)?;
    let order = order_at(state, playlist, id, place)?;
    create(state, id.0, &PlaylistItem { playlist, order, ..item })
}

/// Moves an entry within its playlist. None if it stands there already.
///
/// # Errors
/// [`Refusal`] when one of the entries does not exist.
pub fn move_to(state: &State, id: PlaylistItemId, place: Place) -> Result<Option<Edit>, Refusal> {
    let item = find::<PlaylistItem>(state, id.0)?;
    let order = order_at(state, item.playlist, id, place)?;
    alter(state, id.0, &PlaylistItem { order, ..item.clone() })
}

fn order_at(state: &State, playlist: PlaylistId, moved: PlaylistItemId, place: Place) -> Result<String, Refusal> {
    let others: Vec<_> = state.rows.items_of(playlist).filter(|(id, _)| *id != moved).collect();
    let at = match place {
        Place::First => 0,
        Place::Last => others.len(),
        Place::After(after) => {
            let found = others.iter().position(|(id, _)| *id == after);
            found.ok_or_else(|| Refusal::invalid("after", format!("there is no entry {after} in this playlist")))? + 1
        }
    };
    let order = |index: usize| others.get(index).map_or("", |(_, item)| item.order.as_str());
    Ok(between(at.checked_sub(1).map_or("", order), order(at)))
}
