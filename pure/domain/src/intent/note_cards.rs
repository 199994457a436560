//! Taking down the network cards that a machine reports, so that it can be woken.

use crate::card::{Card, Mac};
use crate::document::Document;
use crate::id::{CardId, ViewerId};
use crate::log::{Change, Edit};
use crate::state::State;

/// The most cards of one machine that are kept.
const MOST: usize = 8;

/// What to change so that these cards are known at the viewer. `new` brings an id for each card. A card stands at one viewer only: one that
/// stands elsewhere stays there while a device in use does too, or a person has put it there. Reported cards of a machine that stood here before go.
#[must_use]
pub fn note_cards(state: &State, viewer: ViewerId, reported: &[(CardId, Mac)], now_ms: i64) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut wanted: Vec<(CardId, Mac)> = Vec::new();
    for (id, mac) in reported.iter().copied().take(MOST) {
        if mac != Mac::default() && wanted.iter().all(|(_, other)| *other != mac) {
            wanted.push((id, mac));
        }
    }
    if wanted.is_empty() {
        return edits;
    }
    for (id, _) in state.cards_of(viewer).filter(|(_, c)| c.made_by.is_none() && wanted.iter().all(|(_, mac)| *mac != c.mac)) {
        edits.push(edit(id, Change::Delete));
    }
    for (id, mac) in wanted {
        let mut stays = false;
        for (other, owner) in state.viewers_of(mac) {
            let by_person = state.cards.get(other).is_some_and(|card| card.made_by.is_some());
            if owner == viewer || (is_live(state, owner) && (by_person || is_in_use(state, owner))) {
                stays = true;
            } else if !by_person {
                edits.push(edit(other, Change::Delete));
            }
        }
        if !stays {
            let card = Card { viewer: Some(viewer), mac, made_at: now_ms, ..Card::default() };
            edits.push(edit(id, Change::Insert(card.changed_since(&Card::default()))));
        }
    }
    edits
}

fn is_live(state: &State, viewer: ViewerId) -> bool {
    state.rows.viewers.get(viewer).is_some_and(|viewer| viewer.trashed_at.is_none())
}

/// Whether a machine stands at the viewer.
fn is_in_use(state: &State, viewer: ViewerId) -> bool {
    state.devices_of(viewer).any(|(_, device)| device.revoked_at.is_none())
}

fn edit(id: CardId, change: Change) -> Edit {
    Edit { kind: Card::SPEC.name.to_owned(), id: id.0, change }
}
