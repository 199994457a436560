//! Which server looks after a screen, and which one tells of a server that is silent: always one, so that nobody is told twice.

use crate::id::{ServerId, ViewerId};
use crate::lead::Lead;
use crate::server::servers_of;
use crate::state::State;
use crate::viewer::Device;
use crate::voters::nearness;

/// Whether `own` tells that the server `other` is silent, and of its screens then: the Main does of all others; of the Main the one that would
/// naturally become it, the first of its Backups.
#[must_use]
pub fn tells_of(state: &State, lead: Option<Lead>, own: ServerId, other: ServerId) -> bool {
    let live = |id: ServerId| state.servers.get(id).is_some_and(|server| server.retired_at.is_none());
    let Some(main) = lead.map(|lead| lead.server).filter(|_| own != other && live(own) && live(other)) else { return false };
    if own == main || other != main {
        return own == main;
    }
    let able = state.servers.iter().filter(|(id, held)| *id != main && live(*id) && !held.value.read_only);
    able.map(|(id, _)| id).min_by_key(|id| (nearness(state, lead, *id), *id)) == Some(own)
}

/// The server that looks after a viewer with this device: the one that is in charge of it. Of a browser of which no server noted that it is,
/// its own server; none: it never came to any.
#[must_use]
pub fn looks_after(state: &State, viewer: ViewerId, device: &Device) -> Option<ServerId> {
    let native = device.certificate_until.is_some();
    match device.in_charge {
        Some(noted) => Some(noted.server),
        None if native => None,
        None => servers_of(state, viewer).first().copied(),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::document::Document as _;
    use crate::log::{Cell, Row};
    use crate::server::{InCharge, Server, ServerRole};
    use crate::stamp::{Dot, Stamp};

    fn id(id: u128) -> ServerId {
        ServerId(Uuid::from_u128(id))
    }

    fn state(servers: &[Server]) -> State {
        let mut state = State::default();
        for (number, server) in (1..).zip(servers) {
            let cells = server.changed_since(&Server::default()).into_iter();
            let cells = cells.map(|(name, value)| (name, Cell { stamp: Stamp::default(), value })).collect();
            state.put("server", Uuid::from_u128(number), Some(Row { birth: Dot::default(), cells }));
        }
        state
    }

    #[test]
    fn of_each_silent_server_one_tells() {
        let backup = |parent: Option<u128>| Server { role: ServerRole::Backup, parent: parent.map(id), ..Server::default() };
        let main = Server { role: ServerRole::Main, ..Server::default() };
        let gone = Server { retired_at: Some(1), ..backup(None) };
        let state = state(&[main, Server::default(), backup(Some(2)), gone, backup(None), backup(Some(1))]);
        let lead = crate::lead::lead(&state);
        let tell = |other: u128| (1..=6).filter(|own| tells_of(&state, lead, id(*own), id(other))).collect::<Vec<_>>();
        assert_eq!((tell(2), tell(3), tell(5)), (vec![1], vec![1], vec![1]));
        assert_eq!(tell(1), [5], "the Backup of the Main, not that of another one");
        assert_eq!(tell(4), [], "who was taken out is not missed");
        assert!(!tells_of(&state, None, id(1), id(2)));
    }

    #[test]
    fn a_screen_is_looked_after_by_the_server_in_charge() {
        let state = state(&[Server { role: ServerRole::Main, ..Server::default() }, Server::default()]);
        let viewer = ViewerId::default();
        let noted = Device { in_charge: Some(InCharge { server: id(2), epoch: 4 }), ..Device::default() };
        assert_eq!(looks_after(&state, viewer, &noted), Some(id(2)));
        assert_eq!(looks_after(&state, viewer, &Device::default()), Some(id(1)), "a browser stays with its own server");
        let native = Device { certificate_until: Some(1), ..Device::default() };
        assert_eq!(looks_after(&state, viewer, &native), None);
    }
}
