//! Which slice a viewer has, as far as the server knows.

use super::Output;
use crate::slice::delta::{Delta, Versions, versions};
use crate::slice::{Slice, SliceId};
use crate::v1;

/// So many inventories are answered before one leads to a stored slice: a viewer that computes wrong ids shall not be sent everything
/// for ever.
const MOST_INVENTORIES: u32 = 4;

/// What a viewer has.
#[derive(Clone, Debug, Default)]
pub(super) struct Keeping {
    has: Has,
    inventories: u32,
}

#[derive(Clone, Debug, Default)]
enum Has {
    /// No slice that is whole.
    #[default]
    Nothing,
    /// One that it named.
    Named(SliceId),
    /// It was asked for an inventory.
    Asked,
    /// This one, sent or named.
    Slice(Box<Slice>),
}

/// What to send, so that a viewer has the present slice.
#[derive(Clone, Debug)]
pub enum Step {
    /// Nothing: it has it, or its inventory will come.
    Nothing,
    /// Send what differs.
    Delta(Delta),
    /// Ask for an inventory.
    AskInventory,
}

impl Keeping {
    pub(super) fn begin(&mut self, named: Option<SliceId>) {
        self.has = named.map_or(Has::Nothing, Has::Named);
        self.inventories = 0;
    }

    pub(super) fn applied(&mut self) {
        self.inventories = 0;
    }

    pub(super) fn lead(&mut self, present: &Slice, earlier: Option<&Slice>) -> Step {
        let step = match &self.has {
            Has::Nothing => Step::Delta(Delta::whole(present)),
            Has::Named(id) if *id == present.id() => Step::Nothing,
            Has::Named(id) => match earlier.filter(|earlier| earlier.id() == *id) {
                Some(earlier) => Step::Delta(Delta::between(earlier, present)),
                None => {
                    self.has = Has::Asked;
                    return Step::AskInventory;
                }
            },
            Has::Asked => return Step::Nothing,
            Has::Slice(before) if before.id() == present.id() => Step::Nothing,
            Has::Slice(before) => Step::Delta(Delta::between(before, present)),
        };
        self.has = Has::Slice(Box::new(present.clone()));
        step
    }

    pub(super) fn inventory(&mut self, inventory: &v1::Inventory) -> Output {
        self.inventories += 1;
        if self.inventories > MOST_INVENTORIES {
            return Output::refuse(
                "inventory",
                "inventories came again and again: look at how the viewer computes ids of slices",
            );
        }
        match versions(inventory) {
            Ok(versions) => Output::Inventory(versions),
            Err(text) => Output::refuse("inventory", text),
        }
    }

    pub(super) fn lead_from(&mut self, versions: &Versions, present: &Slice) -> Delta {
        self.has = Has::Slice(Box::new(present.clone()));
        Delta::from_versions(versions, present)
    }
}
