//! The facts of one viewer, from the state and its live values.

use api::viewer::{PlanState, ViewerStatus};
use domain::alert::{Disk, Facts, Probe, looks_after, on_since};
use domain::id::{ServerId, ViewerId};
use domain::state::State;

/// The device that stands at a viewer: it was approved and may still play.
pub(super) struct Standing {
    /// When the device's certificate ends, Unix milliseconds; none for a browser.
    pub(super) certificate_until: Option<i64>,
    /// Another server that looks after it; none: this one does.
    pub(super) elsewhere: Option<ServerId>,
}

/// The device at a viewer; none if nobody was ever approved there, or if it lost its place. `is_here` says that it came to this
/// server since that started.
pub(super) fn device(state: &State, own: ServerId, viewer: ViewerId, is_here: bool) -> Option<Standing> {
    let mut devices = state.devices_of(viewer).filter(|(id, device)| device.revoked_at.is_none() && !state.is_suspended(id.0));
    let (_, first) = devices.next()?;
    let after = looks_after(state, viewer, first).filter(|server| *server != own);
    // A browser notes nothing: it is where it was seen.
    let elsewhere = after.filter(|_| first.in_charge.is_some() || !is_here);
    Some(Standing { certificate_until: first.certificate_until, elsewhere })
}

/// What is known of a viewer that has a device. `started` is when the server started: before that nobody was absent. Times are Unix milliseconds.
pub(super) fn facts(state: &State, status: &ViewerStatus, standing: &Standing, started: i64, now: i64) -> Facts {
    let incomplete = status.plan.as_ref().filter(|plan| plan.state == PlanState::Incomplete).map(|plan| plan.at);
    let machine = status.machine.as_deref();
    Facts {
        online: status.online,
        since: status.since.unwrap_or(started).max(started),
        on_since: if status.online { Some(i64::MIN) } else { on_since(state, status.viewer, now) },
        certificate_until: standing.certificate_until,
        incomplete_since: incomplete,
        probe: machine.map_or(Probe::Unknown, |machine| Probe::of(&machine.probe)),
        disk: machine.and_then(|machine| Disk::of(machine.disk_free, machine.disk_size)),
        // Browsers play by the server's clock, so that their own may go as it likes.
        clock_offset_ms: machine.map(|_| status.offset_ms),
        spoilt: None,
        silent: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::viewer::{MachineStatus, PlanStatus};
    use domain::document::Document as _;
    use domain::log::{Cell, Row};
    use domain::server::InCharge;
    use domain::stamp::{Dot, Stamp};
    use domain::viewer::Device;

    #[test]
    fn a_viewer_that_went_to_another_server_is_looked_after_there() {
        let viewer = ViewerId(uuid::Uuid::from_u128(1));
        let of = |server: u128| ServerId(uuid::Uuid::from_u128(server));
        let at = |in_charge: Option<InCharge>| {
            let device = Device { viewer: Some(viewer), in_charge, ..Device::default() };
            let cell = |(name, value)| (name, Cell { stamp: Stamp::default(), value });
            let cells = device.changed_since(&Device::default()).into_iter().map(cell).collect();
            let mut state = State::default();
            for (kind, id, cells) in
                [("viewer", viewer.0, std::collections::BTreeMap::new()), ("device", uuid::Uuid::from_u128(2), cells)]
            {
                state.put(kind, id, Some(Row { birth: Dot::default(), cells }));
            }
            super::device(&state, of(7), viewer, false).map(|standing| standing.elsewhere.is_none())
        };
        let by = |server: u128| Some(InCharge { server: of(server), epoch: 9 });
        assert_eq!([at(None), at(by(7)), at(by(8))], [Some(true), Some(true), Some(false)]);
    }

    #[test]
    fn facts_are_those_of_the_machine_and_of_no_time_before_the_start() {
        let state = State::default();
        let standing = Standing { certificate_until: Some(77), elsewhere: None };
        let absent = facts(&state, &ViewerStatus::default(), &standing, 5_000, 9_000);
        assert_eq!((absent.online, absent.since, absent.on_since), (false, 5_000, Some(i64::MIN)));
        assert_eq!((absent.disk, absent.clock_offset_ms, absent.certificate_until), (None, None, Some(77)));
        let machine = MachineStatus { disk_free: 5, disk_size: 100, probe: "frozen".into(), ..MachineStatus::default() };
        let plan = PlanStatus { id: "p".into(), state: PlanState::Incomplete, at: 6_000 };
        let (machine, plan) = (Some(Box::new(machine)), Some(plan));
        let native =
            ViewerStatus { online: true, since: Some(7_000), machine, plan, offset_ms: -40.0, ..ViewerStatus::default() };
        let native = facts(&state, &native, &standing, 5_000, 9_000);
        assert_eq!((native.since, native.probe, native.disk), (7_000, Probe::Frozen, Disk::of(5, 100)));
        assert_eq!((native.clock_offset_ms, native.incomplete_since), (Some(-40.0), Some(6_000)));
    }
}
