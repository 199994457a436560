//! A program: the items that play in turn, over and over.

use serde::{Deserialize, Serialize};

use super::item::{Item, Play, Show};
use crate::cell::Transition;
use crate::id::PlaylistId;

/// How long one round of the standby page takes, in milliseconds.
const STANDBY_MS: u64 = 60_000;

/// The items that play in turn, over and over. Serialised as in section 3 of `docs/protocols/viewer-session.md`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The items; none where nothing can play.
    pub items: Vec<Item>,
    /// Whether each round has its own order.
    pub shuffle: Option<Shuffle>,
}

/// How the rounds are shuffled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shuffle {
    /// What makes the order of one playlist differ from another's.
    pub seed: PlaylistId,
    /// Indexes of items that stay together, such as the pages of one presentation.
    pub blocks: Vec<Vec<usize>>,
}

impl Program {
    /// The player's own page, for screens that have nothing to show.
    #[must_use]
    pub fn standby() -> Self {
        let item = Item {
            id: "standby".to_owned(),
            show: Show::Standby,
            duration_ms: STANDBY_MS,
            transition: Transition::default(),
            play: Play::default(),
        };
        Self { items: vec![item], shuffle: None }
    }

    /// Whether nothing can play.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How long one round takes, in milliseconds.
    #[must_use]
    pub fn length_ms(&self) -> u64 {
        self.items.iter().fold(0, |sum, item| sum.saturating_add(item.duration_ms))
    }
}
