//! Which server is the Main, and what only the Main may write.
//!
//! Nobody stores "the Main". Each promotion gives the promoted server the next number, and the server with the largest number leads; so all
//! servers with the same documents name the same one, also after two promotions at once (`docs/decisions/0011-the-main-is-computed.md`).

use crate::authority::Authority;
use crate::document::Document as _;
use crate::id::ServerId;
use crate::log::{Change, Edit};
use crate::refusal::Refusal;
use crate::server::{Server, ServerInvitation, ServerRole};
use crate::state::State;
use crate::voters::is_voters;

/// Cells of a server that only the Main writes: the list of members, and who leads.
const MEMBER: [&str; 9] = ["name", "role", "parent", "read_only", "key", "joined_at", "retired_at", "epoch", "promoted_at"];
/// The cell that counts promotions.
const EPOCH: &str = "epoch";

/// A reign: the larger one holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lead {
    /// Counts promotions; 0 = the first Main.
    pub number: u32,
    /// The Main.
    pub server: ServerId,
}

/// Who leads by what the documents say: of the servers that were not taken out, the one that was promoted last. None: this is the only
/// server, or its state has not come yet.
#[must_use]
pub fn lead(state: &State) -> Option<Lead> {
    let members = state.servers.iter().filter(|(_, held)| held.value.retired_at.is_none());
    let reigns = members.filter(|(_, held)| held.value.epoch > 0 || held.value.role == ServerRole::Main);
    reigns.map(|(server, held)| Lead { number: held.value.epoch, server }).max()
}

/// Who leads, given also what other servers said whose documents have not come yet.
#[must_use]
pub fn lead_with(state: &State, heard: Lead) -> Option<Lead> {
    let gone = state.servers.get(heard.server).is_some_and(|server| server.retired_at.is_some());
    let heard = Some(heard).filter(|heard| heard.number > 0 && !gone);
    lead(state).max(heard)
}

/// The largest number of any promotion, also of servers that were taken out.
#[must_use]
pub fn epoch(state: &State) -> u32 {
    state.servers.iter().map(|(_, held)| held.value.epoch).max().unwrap_or(0)
}

/// What a server is, given who leads. One that led before stands in for the Main.
#[must_use]
pub fn role_of(lead: Option<Lead>, id: ServerId, server: &Server) -> ServerRole {
    match server.role {
        _ if lead.is_some_and(|lead| lead.server == id) => ServerRole::Main,
        ServerRole::Main => ServerRole::Backup,
        other => other,
    }
}

/// Whether only the Main writes this cell. Of two concurrent writes the one of the newer Main stands, whatever the clocks say.
#[must_use]
pub fn is_main_only(kind: &str, cell: &str) -> bool {
    match kind {
        kind if kind == Server::SPEC.name => MEMBER.contains(&cell),
        kind if is_voters(kind, cell) => true,
        kind => kind == ServerInvitation::SPEC.name || kind == Authority::SPEC.name,
    }
}

/// The number that an edit gives to a promoted server; 0 = none.
#[must_use]
pub fn claimed(edit: &Edit) -> u32 {
    let (Change::Insert(cells) | Change::Update(cells)) = &edit.change else { return 0 };
    let number = cells.get(EPOCH).filter(|_| edit.kind == Server::SPEC.name).and_then(serde_json::Value::as_u64);
    number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}

/// Whether `own` may make these edits.
///
/// # Errors
/// [`Refusal::NotMain`] where another server leads and one of the edits is for the Main alone.
pub fn check(state: &State, own: ServerId, heard: Lead, edits: &[Edit]) -> Result<(), Refusal> {
    let theirs = |edit: &Edit| match &edit.change {
        Change::Insert(cells) | Change::Update(cells) => cells.keys().any(|cell| is_main_only(&edit.kind, cell)),
        Change::Delete => is_main_only(&edit.kind, "name"),
    };
    if !edits.iter().any(theirs) {
        return Ok(());
    }
    match lead_with(state, heard) {
        Some(lead) if lead.server != own => Err(not_main(state, lead)),
        _ => Ok(()),
    }
}

/// The refusal that names the Main.
#[must_use]
pub fn not_main(state: &State, lead: Lead) -> Refusal {
    let name = state.servers.get(lead.server).map(|server| server.name.clone());
    Refusal::NotMain { main: name.unwrap_or_else(|| lead.server.to_string()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::log::{Cell, Row};
    use crate::stamp::{Dot, Stamp};

    fn id(id: u128) -> ServerId {
        ServerId(Uuid::from_u128(id))
    }

    fn state(servers: &[(u128, Server)]) -> State {
        let mut state = State::default();
        for (id, server) in servers {
            let cell = |(name, value)| (name, Cell { stamp: Stamp::default(), value });
            let cells = server.changed_since(&Server::default()).into_iter().map(cell).collect();
            state.put(Server::SPEC.name, Uuid::from_u128(*id), Some(Row { birth: Dot::default(), cells }));
        }
        state
    }

    fn main() -> Server {
        Server { role: ServerRole::Main, ..Server::default() }
    }

    fn backup(epoch: u32) -> Server {
        Server { role: ServerRole::Backup, epoch, ..Server::default() }
    }

    #[test]
    fn the_one_that_was_promoted_last_leads_and_the_others_know_what_they_are() {
        assert_eq!(lead(&State::default()), None);
        let first = state(&[(1, main()), (2, backup(0))]);
        assert_eq!(lead(&first), Some(Lead { number: 0, server: id(1) }));
        let promoted = state(&[(1, main()), (2, backup(1)), (3, Server::default())]);
        let now = lead(&promoted);
        assert_eq!(now, Some(Lead { number: 1, server: id(2) }));
        let role = |n: u128| role_of(now, id(n), promoted.servers.get(id(n)).unwrap());
        assert_eq!([role(1), role(2), role(3)], [ServerRole::Backup, ServerRole::Main, ServerRole::Sub]);
        let both = state(&[(1, main()), (2, backup(1)), (3, backup(1))]);
        assert_eq!(lead(&both), Some(Lead { number: 1, server: id(3) }), "two promotions at once have an order");
        let back = state(&[(1, Server { epoch: 2, ..main() }), (2, backup(1))]);
        assert_eq!(lead(&back).map(|lead| lead.server), Some(id(1)));
    }

    #[test]
    fn who_was_taken_out_does_not_lead_but_its_number_is_never_used_again() {
        let gone = state(&[(1, main()), (2, Server { retired_at: Some(5), ..backup(4) })]);
        assert_eq!(lead(&gone), Some(Lead { number: 0, server: id(1) }));
        assert_eq!(epoch(&gone), 4);
        assert_eq!(lead_with(&gone, Lead { number: 9, server: id(2) }).map(|lead| lead.server), Some(id(1)));
    }

    #[test]
    fn what_was_only_heard_counts_before_its_documents_come() {
        let old = state(&[(1, main()), (2, backup(0))]);
        assert_eq!(lead_with(&old, Lead::default()).map(|lead| lead.server), Some(id(1)));
        let heard = Lead { number: 1, server: id(2) };
        assert_eq!(lead_with(&old, heard), Some(heard));
        assert_eq!(lead_with(&State::default(), Lead::default()), None);
    }

    #[test]
    fn the_list_of_members_is_the_mains_and_where_a_server_answers_is_its_own() {
        let state = state(&[(1, main()), (2, backup(0))]);
        let edit = |cell: &str, value| Edit {
            kind: "server".into(),
            id: Uuid::from_u128(2),
            change: Change::Update([(cell.to_owned(), value)].into()),
        };
        let refused = check(&state, id(2), Lead::default(), &[edit("name", json!("Pier"))]).unwrap_err();
        assert!(refused.to_string().contains("only the Main"), "{refused}");
        assert_eq!(check(&state, id(1), Lead::default(), &[edit("name", json!("Pier"))]), Ok(()));
        assert_eq!(check(&state, id(2), Lead::default(), &[edit("version", json!("1.0"))]), Ok(()));
        let heard = Lead { number: 1, server: id(2) };
        assert!(check(&state, id(1), heard, &[edit("name", json!("Pier"))]).is_err(), "the old one heard of the new one");
        assert_eq!(claimed(&edit("epoch", json!(7))), 7);
        assert_eq!(claimed(&edit("name", json!(7))), 0);
    }
}
