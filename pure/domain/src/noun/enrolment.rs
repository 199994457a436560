//! Tokens by which machines enrol, the list of expected machines, and the settings.

use uuid::Uuid;

use super::{Noun, check_name, taken};
use crate::card::Mac;
use crate::enrolment::{ENROLMENT, Enrolment, EnrolmentToken, ExpectedDevice};
use crate::id::GroupId;
use crate::permission::Object;
use crate::refusal::Refusal;
use crate::state::State;
use crate::table::Table;

/// The most machines that may use one token.
const MOST_USES: u32 = 100_000;

impl Noun for EnrolmentToken {
    const EDITABLE: &'static [&'static str] = &["name", "viewer", "group", "uses", "expires_at"];

    fn table(state: &State) -> &Table<Self> {
        &state.enrolment_tokens
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::System
    }

    fn check(&self, state: &State, _: Uuid) -> Result<(), Refusal> {
        check_name("name", &self.name)?;
        if !(1..=MOST_USES).contains(&self.uses) {
            return Err(Refusal::invalid("uses", format!("a token may be used 1 to {MOST_USES} times")));
        }
        if let Some(viewer) = self.viewer {
            if state.rows.viewers.get(viewer).is_none_or(|viewer| viewer.trashed_at.is_some()) {
                return Err(Refusal::invalid("viewer", format!("there is no screen {viewer}")));
            }
            if self.uses > 1 {
                return Err(Refusal::invalid("uses", "a token for one screen is used once: leave uses out, or the screen"));
            }
            if self.group.is_some() {
                return Err(Refusal::invalid(
                    "group",
                    "a token for a screen that exists puts it in no group: leave the group out",
                ));
            }
        }
        check_group(state, self.group)
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Noun for ExpectedDevice {
    const EDITABLE: &'static [&'static str] = &["serial", "mac", "name", "group"];

    fn table(state: &State) -> &Table<Self> {
        &state.expected_devices
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::System
    }

    fn check(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        let serial = self.serial.trim().to_lowercase();
        if serial.is_empty() && self.mac.is_none() {
            return Err(Refusal::invalid(
                "serial",
                "give the machine's serial number, or the hardware address of one of its cards",
            ));
        }
        if serial.len() > 200 || serial.chars().any(char::is_control) {
            return Err(Refusal::invalid("serial", "a serial number has at most 200 characters"));
        }
        if self.mac == Some(Mac::default()) {
            return Err(Refusal::invalid("mac", "give the card's hardware address, such as 00:11:22:aa:bb:cc"));
        }
        if !self.name.is_empty() {
            check_name("name", &self.name)?;
        }
        let expected = |other: &Self| other.device.is_none();
        if self.device.is_none() {
            if !serial.is_empty() && taken(state, id, |o: &Self| expected(o) && o.serial.trim().to_lowercase() == serial) {
                return Err(Refusal::invalid("serial", format!("the serial number {:?} is expected already", self.serial)));
            }
            if self.mac.is_some() && taken(state, id, |other: &Self| expected(other) && other.mac == self.mac) {
                return Err(Refusal::invalid("mac", "a machine with this hardware address is expected already"));
            }
        }
        check_group(state, self.group)
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Noun for Enrolment {
    const EDITABLE: &'static [&'static str] = &["by_list", "automatic"];

    fn table(state: &State) -> &Table<Self> {
        &state.enrolments
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::System
    }

    fn check(&self, _: &State, id: Uuid) -> Result<(), Refusal> {
        if id == ENROLMENT { Ok(()) } else { Err(Refusal::not_found("enrolment", id)) }
    }
}

fn check_group(state: &State, group: Option<GroupId>) -> Result<(), Refusal> {
    match group {
        Some(group) if state.rows.groups.get(group).is_none_or(|g| g.trashed_at.is_some()) => {
            Err(Refusal::invalid("group", format!("there is no group {group}")))
        }
        _ => Ok(()),
    }
}
