//! Network cards.

use uuid::Uuid;

use super::Noun;
use crate::card::{Card, Mac};
use crate::id::ViewerId;
use crate::permission::Object;
use crate::refusal::Refusal;
use crate::state::State;
use crate::table::Table;
use crate::viewer::Viewer;

impl Noun for Card {
    const EDITABLE: &'static [&'static str] = &["viewer", "mac", "secure_on"];

    fn table(state: &State) -> &Table<Self> {
        &state.cards
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        self.viewer.map_or(Object::System, Object::Viewer)
    }

    fn check(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        let Some(viewer) = self.viewer else {
            return Err(Refusal::invalid("viewer", "give the id of the screen whose machine has the card"));
        };
        if super::find::<Viewer>(state, viewer.0).is_err() {
            return Err(Refusal::invalid("viewer", format!("there is no screen {viewer}")));
        }
        if self.mac == Mac::default() {
            return Err(Refusal::invalid("mac", "give the card's hardware address, such as 00:11:22:aa:bb:cc"));
        }
        // The other screen is not named: the caller may not be allowed to see it.
        match state.viewers_of(self.mac).find(|(other, owner)| other.0 != id && is_live(state, *owner)) {
            Some((_, owner)) if owner == viewer => {
                Err(Refusal::invalid("mac", format!("{} stands at this screen already", self.mac)))
            }
            Some(_) => Err(Refusal::invalid("mac", format!("{} belongs to another screen: remove it there first", self.mac))),
            None => Ok(()),
        }
    }
}

/// A screen in the trash keeps its cards and stands in nobody's way.
fn is_live(state: &State, viewer: ViewerId) -> bool {
    state.rows.viewers.get(viewer).is_some_and(|viewer| viewer.trashed_at.is_none())
}
