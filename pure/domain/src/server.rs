//! The servers of an installation, and the invitations by which further ones join.

use serde::{Deserialize, Serialize};

use crate::cell::ZoneName;
use crate::document::document;
use crate::id::{ServerId, ServerInvitationId, UserId, ViewerId};
use crate::lead::{lead, role_of};
use crate::line_limit::LineLimit;
use crate::state::State;

/// Which media a server keeps; the rest it fetches when somebody asks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Keeps {
    /// As its role is: Main and Backup all, Sub what its screens need.
    #[default]
    ByRole,
    /// All.
    All,
    /// What its screens need within the days of their plans, and what stands in where nothing is scheduled.
    Needed,
}

/// What a server is in its installation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ServerRole {
    /// Has the duties that only one server can have.
    Main,
    /// Serves a place, and follows Main.
    #[default]
    Sub,
    /// Stands in for another server.
    Backup,
}

/// Where a server answers. A port of 0 is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ServerAddress {
    /// Host name or address; an IPv6 address stands without brackets.
    pub host: String,
    /// Port of the control protocol.
    pub control_port: u16,
    /// Port of HTTPS.
    pub https_port: u16,
    /// Port of HTTP.
    pub http_port: u16,
}

/// Whose session with a device counts. The device numbers its sessions upwards, so that of two servers the one with the higher number is right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct InCharge {
    /// The server.
    pub server: ServerId,
    /// The number of the first session that it had with the device since it is in charge, from 1.
    pub epoch: u64,
}

document! {
    /// A server of the installation. Its id is the one that its database was made with.
    Server(ServerId) = "server" {
        /// Name, shown to people.
        name: String = Public,
        /// What it was set up as; [`crate::lead::role_of`] says what it is.
        role: ServerRole = Public,
        /// The server that it follows besides Main, or stands in for; none = Main.
        parent: Option<ServerId> = Public,
        /// Whether people may only look at things on it.
        read_only: bool = Public,
        /// SHA-256 of its public key (SubjectPublicKeyInfo in DER, RFC 5280 section 4.1), 64 hexadecimal digits.
        key: String = Public,
        /// Where it answers, as it says itself.
        addresses: Vec<ServerAddress> = Public,
        /// The place where it stands; servers of the same place fetch files from each other first. Empty = a place of its own.
        site: String = Public,
        /// Which media it keeps.
        keeps: Keeps = Public,
        /// Zone in which the hours of its limits count; none = the installation's.
        zone: Option<ZoneName> = Public,
        /// How fast files may travel between it and each other server. The first that holds counts; none holds = unlimited.
        limits: Vec<LineLimit> = Public,
        /// Version of its program.
        version: String = Public,
        /// When it joined, Unix milliseconds.
        joined_at: i64 = Public,
        /// When it was taken out for good, Unix milliseconds.
        retired_at: Option<i64> = Public,
        /// By the how-manieth promotion it became the Main; 0 = it was never promoted. The largest one leads.
        epoch: u32 = Public,
        /// When it was promoted last, Unix milliseconds.
        promoted_at: Option<i64> = Public,
        /// Since when it asks the Main to hand over, Unix milliseconds; none = it does not.
        asked_main_at: Option<i64> = Public,
    }
}

document! {
    /// A one-time token by which a server joins.
    ServerInvitation(ServerInvitationId) = "server_invitation" {
        /// Name that the server will have; empty = that of its computer.
        name: String = Public,
        /// Role that it will have.
        role: ServerRole = Public,
        /// The server that it will follow besides Main, or stand in for; none = Main.
        parent: Option<ServerId> = Public,
        /// Whether people may only look at things on it.
        read_only: bool = Public,
        /// SHA-256 of the token's secret, 64 hexadecimal digits.
        #[serde(skip)]
        secret_hash: String = Secret,
        /// Who made it; none = somebody at the server's command line.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
        /// When it ends, Unix milliseconds.
        expires_at: i64 = Public,
        /// The server that joined by it; none = nobody yet.
        used_by: Option<ServerId> = Public,
    }
}

impl Server {
    /// Whether it keeps all media in this role ([`crate::lead::role_of`]). Main always does: the others rely on it.
    #[must_use]
    pub fn keeps_all(&self, role: ServerRole) -> bool {
        match self.keeps {
            _ if role == ServerRole::Main => true,
            Keeps::ByRole => role == ServerRole::Backup,
            Keeps::All => true,
            Keeps::Needed => false,
        }
    }

    /// Whether this is its key: SHA-256 of the public key.
    #[must_use]
    pub fn has_key(&self, key: &[u8; 32]) -> bool {
        !self.key.is_empty() && self.key == crate::cell::Hash(*key).to_string()
    }
}

impl ServerInvitation {
    /// Whether a server may join by it at this time, Unix milliseconds.
    #[must_use]
    pub fn counts(&self, now_ms: i64) -> bool {
        self.used_by.is_none() && now_ms < self.expires_at
    }
}

/// The server with this public key, retired ones too.
#[must_use]
pub fn server_by_key<'a>(state: &'a State, key: &[u8; 32]) -> Option<(ServerId, &'a Server)> {
    state.servers.iter().map(|(id, held)| (id, &held.value)).find(|(_, server)| server.has_key(key))
}

/// How far another server is when files are fetched, the smaller the nearer: at the same site, its parent or the one that stands in for
/// it, the others.
#[must_use]
pub fn distance(state: &State, own: ServerId, other: ServerId) -> u8 {
    let (Some(me), Some(them)) = (state.servers.get(own), state.servers.get(other)) else { return 2 };
    match !me.site.is_empty() && me.site == them.site {
        true => 0,
        false if me.parent == Some(other) || them.parent == Some(own) => 1,
        false => 2,
    }
}

/// The servers with which `own` holds a session, in the order of their ids: Main with everybody, each with its parent, and those that vote for
/// the Main with each other. Empty while the state does not know `own`.
#[must_use]
pub fn partners(state: &State, own: ServerId) -> Vec<ServerId> {
    let Some(me) = state.servers.get(own).filter(|me| me.retired_at.is_none()) else { return Vec::new() };
    let others = state.servers.iter().filter(|(id, held)| *id != own && held.value.retired_at.is_none());
    let main = lead(state).map(|lead| lead.server);
    let voters: Vec<ServerId> = crate::voters::in_force(state).members().collect();
    let meets = |id: ServerId, other: &Server| {
        main == Some(own)
            || main == Some(id)
            || me.parent == Some(id)
            || other.parent == Some(own)
            || (voters.contains(&own) && voters.contains(&id))
    };
    others.filter(|(id, held)| meets(*id, &held.value)).map(|(id, _)| id).collect()
}

/// The servers that a viewer goes to, the first one it belongs to: its own, those that stand in for that one, the one that it follows, Main, and those
/// that stand in for Main. Empty while there is but one server, which has no document.
#[must_use]
pub fn servers_of(state: &State, viewer: ViewerId) -> Vec<ServerId> {
    let live = || state.servers.iter().map(|(id, held)| (id, &held.value)).filter(|(_, server)| server.retired_at.is_none());
    let lead = lead(state);
    let main = live().find(|(id, _)| lead.is_some_and(|lead| lead.server == *id));
    let chosen = state.rows.viewers.get(viewer).and_then(|viewer| viewer.server);
    let own = live().find(|(id, _)| Some(*id) == chosen).or(main);
    let stands_in = |whose: ServerId| {
        let is_main = main.is_some_and(|(main, _)| main == whose);
        live().filter(move |(id, server)| {
            role_of(lead, *id, server) == ServerRole::Backup
                && (server.parent == Some(whose) || (is_main && server.parent.is_none()))
        })
    };
    let around = |(id, _): (ServerId, _)| std::iter::once(id).chain(stands_in(id).map(|(id, _)| id));
    let follows = own.and_then(|(_, server)| server.parent).filter(|parent| live().any(|(id, _)| id == *parent));
    let mut order = Vec::new();
    for id in own.into_iter().flat_map(around).chain(follows).chain(main.into_iter().flat_map(around)) {
        if !order.contains(&id) {
            order.push(id);
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::document::Document as _;
    use crate::log::{Cell, Row};
    use crate::stamp::{Dot, Stamp};

    fn put(state: &mut State, id: u128, server: &Server) {
        let cell = |(name, value)| (name, Cell { stamp: Stamp::default(), value });
        let cells = server.changed_since(&Server::default()).into_iter().map(cell).collect();
        state.put(Server::SPEC.name, Uuid::from_u128(id), Some(Row { birth: Dot::default(), cells }));
    }

    fn ids(ids: &[u128]) -> Vec<ServerId> {
        ids.iter().map(|id| ServerId(Uuid::from_u128(*id))).collect()
    }

    #[test]
    fn servers_meet_as_a_tree() {
        let mut state = State::default();
        put(&mut state, 1, &Server { role: ServerRole::Main, ..Server::default() });
        put(&mut state, 2, &Server::default());
        put(&mut state, 3, &Server::default());
        let backup = Server { role: ServerRole::Backup, parent: Some(ServerId(Uuid::from_u128(2))), ..Server::default() };
        put(&mut state, 4, &backup);
        put(&mut state, 5, &Server { retired_at: Some(1), ..Server::default() });
        let of = |own: u128| partners(&state, ServerId(Uuid::from_u128(own)));
        assert_eq!(of(1), ids(&[2, 3, 4]));
        assert_eq!(of(2), ids(&[1, 4]));
        assert_eq!(of(3), ids(&[1]));
        assert_eq!(of(4), ids(&[1, 2]));
        assert_eq!(of(5), ids(&[]), "who was taken out meets nobody");
        assert_eq!(of(9), ids(&[]));
        let voters = crate::voters::Voters { servers: ids(&[1, 3, 4]), ..Default::default() };
        let installation = crate::installation::Installation { voters, ..Default::default() };
        let cells = installation.changed_since(&Default::default()).into_iter();
        let cells = cells.map(|(name, value)| (name, Cell { stamp: Stamp::default(), value })).collect();
        let id = crate::installation::INSTALLATION;
        state.put("installation", id, Some(Row { birth: Dot::default(), cells }));
        let of = |own: u128| partners(&state, ServerId(Uuid::from_u128(own)));
        assert_eq!((of(3), of(2)), (ids(&[1, 4]), ids(&[1, 4])), "voters meet without the Main");
    }

    #[test]
    fn those_of_one_site_are_nearest_and_media_follow_the_role() {
        let mut state = State::default();
        let at = |site: &str| Server { site: site.into(), ..Server::default() };
        put(&mut state, 1, &Server { role: ServerRole::Main, ..at("Harbour") });
        put(&mut state, 2, &at("Pier"));
        put(&mut state, 3, &Server { parent: Some(ServerId(Uuid::from_u128(2))), ..at("") });
        put(&mut state, 4, &at("Pier"));
        put(&mut state, 5, &at(""));
        let from = |own: u128| [1, 2, 3, 4, 5].map(|other| distance(&state, ids(&[own])[0], ids(&[other])[0]));
        assert_eq!(from(2), [2, 0, 1, 0, 2]);
        assert_eq!(from(3), [2, 1, 2, 2, 2], "no site is no place that two could share");
        let of = |role, keeps| Server { keeps, ..Server::default() }.keeps_all(role);
        assert!(of(ServerRole::Main, Keeps::Needed) && of(ServerRole::Backup, Keeps::ByRole) && of(ServerRole::Sub, Keeps::All));
        assert!(!of(ServerRole::Sub, Keeps::ByRole) && !of(ServerRole::Backup, Keeps::Needed));
    }

    #[test]
    fn a_viewer_goes_to_its_own_server_then_to_whoever_stands_in_then_to_main() {
        let mut state = State::default();
        let of = |id: u128| ServerId(Uuid::from_u128(id));
        let viewer = ViewerId(Uuid::from_u128(7));
        let belongs = |state: &mut State, server: Option<ServerId>| {
            let cells = crate::viewer::Viewer { server, ..Default::default() }.changed_since(&Default::default());
            let cells = cells.into_iter().map(|(name, value)| (name, Cell { stamp: Stamp::default(), value })).collect();
            state.put("viewer", viewer.0, Some(Row { birth: Dot::default(), cells }));
        };
        belongs(&mut state, None);
        assert_eq!(servers_of(&state, viewer), ids(&[]), "one server has no document");
        put(&mut state, 1, &Server { role: ServerRole::Main, ..Server::default() });
        put(&mut state, 2, &Server::default());
        put(&mut state, 3, &Server { parent: Some(of(2)), ..Server::default() });
        let backup = |parent| Server { role: ServerRole::Backup, parent, ..Server::default() };
        put(&mut state, 4, &backup(Some(of(2))));
        put(&mut state, 5, &backup(None));
        put(&mut state, 6, &backup(Some(of(1))));
        let mut order = |server: Option<u128>| {
            belongs(&mut state, server.map(of));
            servers_of(&state, viewer)
        };
        assert_eq!(order(None), ids(&[1, 5, 6]));
        assert_eq!(order(Some(2)), ids(&[2, 4, 1, 5, 6]));
        assert_eq!(order(Some(3)), ids(&[3, 2, 1, 5, 6]));
        assert_eq!(order(Some(4)), ids(&[4, 2, 1, 5, 6]));
        assert_eq!(order(Some(9)), ids(&[1, 5, 6]), "one that is not there");
        put(&mut state, 2, &Server { retired_at: Some(1), ..Server::default() });
        belongs(&mut state, Some(of(2)));
        assert_eq!(servers_of(&state, viewer), ids(&[1, 5, 6]), "one that was taken out");
        // A Backup was promoted: who was Main stands in for it now.
        put(&mut state, 5, &Server { epoch: 1, ..backup(None) });
        belongs(&mut state, None);
        assert_eq!(servers_of(&state, viewer), ids(&[5, 1]));
    }

    #[test]
    fn a_server_is_known_by_its_key_and_an_invitation_counts_once() {
        let mut state = State::default();
        let key = crate::cell::Hash([7; 32]).to_string();
        put(&mut state, 1, &Server { key, ..Server::default() });
        put(&mut state, 2, &Server::default());
        assert_eq!(server_by_key(&state, &[7; 32]).map(|(id, _)| id), Some(ServerId(Uuid::from_u128(1))));
        assert_eq!(server_by_key(&state, &[0; 32]).map(|(id, _)| id), None);
        let invitation = ServerInvitation { expires_at: 100, ..ServerInvitation::default() };
        assert!(invitation.counts(99) && !invitation.counts(100));
        assert!(!ServerInvitation { used_by: Some(ServerId::default()), ..invitation }.counts(0));
    }
}
