//! The facts of one viewer, from the state and its live values.

use api::viewer::{PlanState, ViewerStatus};
use domain::alert::{Disk, Facts, Probe, on_since};
use domain::id::ViewerId;
use domain::state::State;

/// The certificate of the device that stands at a viewer, and whether there is a device at all: it was approved and may still play.
pub(super) struct Standing {
    /// When the device's certificate ends, Unix milliseconds; none for a browser.
    pub(super) certificate_until: Option<i64>,
}

/// The device at a viewer; none if nobody was ever approved there, or if it lost its place.
pub(super) fn device(state: &State, viewer: ViewerId) -> Option<Standing> {
    let mut devices = state.devices_of(viewer).filter(|(id, device)| device.revoked_at.is_none() && !state.is_suspended(id.0));
    let (_, first) = devices.next()?;
    Some(Standing { certificate_until: first.certificate_until })
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::viewer::{MachineStatus, PlanStatus};

    #[test]
    fn facts_are_those_of_the_machine_and_of_no_time_before_the_start() {
        let state = State::default();
        let standing = Standing { certificate_until: Some(77) };
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
