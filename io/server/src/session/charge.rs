//! Who is in charge of a device: the server to which it came with the highest number of a session. The device numbers its sessions, so that it is the
//! arbiter between servers that do not hear each other; each server notes in the device's document when it comes to be in charge.

use domain::document::Document as _;
use domain::id::{DeviceId, ServerId};
use domain::log::{Change, Edit};
use domain::server::InCharge;
use domain::state::State;
use domain::viewer::Device;

use crate::app::App;

/// No session has a higher number, so that it stays exact wherever it is read: 2^52.
const HIGHEST: u64 = 1 << 52;

/// How a session stands to what is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charge {
    /// This server is in charge.
    Ours,
    /// The device has come here since, and that is not noted yet.
    Unsaid,
    /// The device has gone to another server since.
    Theirs,
}

/// The number of a session that the device gave this number: a higher one where a higher one is known. 0 = the device does not number them.
pub(super) fn number(state: &State, device: DeviceId, said: u64) -> u64 {
    let known = state.devices.get(device).and_then(|device| device.in_charge).map_or(0, |noted| noted.epoch);
    if said == 0 { 0 } else { said.max(known.saturating_add(1)).min(HIGHEST) }
}

/// How a session of this number stands.
pub(super) fn charge(state: &State, own: ServerId, device: DeviceId, epoch: u64) -> Charge {
    match state.devices.get(device).and_then(|device| device.in_charge) {
        Some(noted) if noted.server == own || epoch == 0 => Charge::Ours,
        Some(noted) if noted.epoch > epoch => Charge::Theirs,
        _ => Charge::Unsaid,
    }
}

/// Notes beside that this server is in charge, where another one was or nobody. A server that is alone notes nothing, and one that may only read cannot.
pub(super) fn take(app: &App, device: DeviceId, epoch: u64) {
    let own = ServerId(app.core.server_id());
    let state = app.core.state();
    let writes = state.servers.get(own).is_some_and(|server| !server.read_only && server.retired_at.is_none());
    if epoch == 0 || !writes || charge(&state, own, device, epoch) != Charge::Unsaid {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        let noted = app.core.change_own(move |state| {
            let edit = state.devices.get(device).and_then(|before| edit(state, own, device, before, epoch));
            Ok((edit.into_iter().collect(), ()))
        });
        if let Err(error) = noted.await {
            tracing::warn!(device.id = %device, ?error, "that this server is in charge of a viewer could not be noted");
        }
    });
}

fn edit(state: &State, own: ServerId, id: DeviceId, before: &Device, epoch: u64) -> Option<Edit> {
    let after = Device { in_charge: Some(InCharge { server: own, epoch }), ..before.clone() };
    let change = || Change::Update(after.changed_since(before));
    (charge(state, own, id, epoch) == Charge::Unsaid).then(|| Edit {
        kind: Device::SPEC.name.to_owned(),
        id: id.0,
        change: change(),
    })
}

#[cfg(test)]
mod tests {
    use domain::log::{Cell, Row};
    use domain::stamp::{Dot, Stamp};
    use uuid::Uuid;

    use super::*;

    const DEVICE: DeviceId = DeviceId(Uuid::from_u128(9));

    fn noted(server: u128, epoch: u64) -> State {
        let in_charge = Some(InCharge { server: of(server), epoch });
        let cells = Device { in_charge, ..Device::default() }.changed_since(&Device::default());
        let cells = cells.into_iter().map(|(name, value)| (name, Cell { stamp: Stamp::default(), value })).collect();
        let mut state = State::default();
        state.put(Device::SPEC.name, DEVICE.0, Some(Row { birth: Dot::default(), cells }));
        state
    }

    fn of(server: u128) -> ServerId {
        ServerId(Uuid::from_u128(server))
    }

    #[test]
    fn the_highest_number_is_in_charge() {
        assert_eq!(charge(&State::default(), of(1), DEVICE, 100), Charge::Unsaid);
        let state = noted(2, 105);
        assert_eq!(charge(&state, of(2), DEVICE, 110), Charge::Ours);
        assert_eq!(charge(&state, of(1), DEVICE, 100), Charge::Theirs);
        assert_eq!(charge(&state, of(1), DEVICE, 110), Charge::Unsaid);
        assert_eq!(charge(&state, of(1), DEVICE, 0), Charge::Ours, "one that does not number its sessions");
    }

    #[test]
    fn a_device_that_lost_its_count_is_given_a_higher_one() {
        let state = noted(2, 105);
        assert_eq!([0, 7, 105, 106, u64::MAX].map(|said| number(&state, DEVICE, said)), [0, 106, 106, 106, HIGHEST]);
        assert_eq!(number(&State::default(), DEVICE, 7), 7);
    }
}
