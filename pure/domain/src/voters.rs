//! The servers that decide together which of them becomes the Main when the present one falls silent
//! (`docs/decisions/0014-three-servers-vote.md`).

use serde::{Deserialize, Serialize};

use crate::document::Document as _;
use crate::id::ServerId;
use crate::installation::{INSTALLATION, Installation};
use crate::lead::{Lead, is_main_only, role_of};
use crate::log::{Change, Edit};
use crate::refusal::Refusal;
use crate::server::{Server, ServerRole};
use crate::state::State;

/// The shortest time without the Main, in seconds: twice a session's silence may be mere trouble on the line, and more.
pub const SHORTEST_S: u32 = 20;
/// The longest, in seconds.
pub const LONGEST_S: u32 = 3_600;
/// So many may vote.
pub const MOST: usize = 9;
/// So many changes may wait until most of the former voters know of them.
const WAITING: usize = 4;
/// The cell.
const VOTERS: &str = "voters";

/// Who votes. It is one cell, so that it changes as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Voters {
    /// The voters; none = no server becomes the Main by itself.
    pub servers: Vec<ServerId>,
    /// Those before, each set until most of it knows of the change. Most of each set must agree until then.
    pub former: Vec<Vec<ServerId>>,
    /// After so many seconds without the Main one takes over, 20 to 3,600.
    pub seconds: u32,
}

impl Default for Voters {
    fn default() -> Self {
        Self { servers: Vec::new(), former: Vec::new(), seconds: 60 }
    }
}

impl Voters {
    /// Whether servers become the Main by themselves.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.servers.is_empty()
    }

    /// Whether the voters know of each other by now.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.former.is_empty()
    }

    /// Everybody whose word counts.
    pub fn members(&self) -> impl Iterator<Item = ServerId> {
        self.servers.iter().chain(self.former.iter().flatten()).copied()
    }
}

/// The voters as they count: without servers that were taken out.
#[must_use]
pub fn in_force(state: &State) -> Voters {
    let voters = state.rows.installation().voters;
    let lives = |id: &ServerId| state.servers.get(*id).is_some_and(|server| server.retired_at.is_none());
    let kept = |set: Vec<ServerId>| set.into_iter().filter(lives).collect::<Vec<_>>();
    let former = voters.former.into_iter().map(kept).filter(|set| !set.is_empty()).collect();
    Voters { servers: kept(voters.servers), former, seconds: voters.seconds.clamp(SHORTEST_S, LONGEST_S) }
}

/// The voters in the order in which they try to take over, without the Main: those that stand in for it, other Backups, the others.
#[must_use]
pub fn order(state: &State, lead: Option<Lead>) -> Vec<ServerId> {
    let main = lead.map(|lead| lead.server);
    let mut order: Vec<_> = in_force(state).servers.into_iter().filter(|id| Some(*id) != main).collect();
    order.sort_by_key(|id| (nearness(state, lead, *id), *id));
    order
}

/// How near a server is to taking the Main's place: 0 it stands in for it, 1 it stands in for another one, 2 it does not.
pub(crate) fn nearness(state: &State, lead: Option<Lead>, id: ServerId) -> u8 {
    let main = lead.map(|lead| lead.server);
    match state.servers.get(id).filter(|server| role_of(lead, id, server) == ServerRole::Backup) {
        Some(server) if server.parent.is_none() || server.parent == main => 0,
        Some(_) => 1,
        None => 2,
    }
}

/// Names other voters, or none.
///
/// # Errors
/// [`Refusal::Invalid`] with what would go wrong; [`Refusal::InUse`] where earlier changes have not reached most of their voters.
pub fn name(state: &State, servers: Vec<ServerId>, seconds: u32) -> Result<Vec<Edit>, Refusal> {
    check(state, &servers)?;
    if !(SHORTEST_S..=LONGEST_S).contains(&seconds) {
        let text = format!(
            "the Main may be silent for {SHORTEST_S} to {LONGEST_S} seconds, {seconds} is not among them: shorter silences are common trouble of lines"
        );
        return Err(Refusal::invalid("seconds", text));
    }
    let before = state.rows.installation().voters;
    let same = before.servers.len() == servers.len() && before.servers.iter().all(|server| servers.contains(server));
    let mut former = before.former.clone();
    if !same && before.is_on() {
        former.push(before.servers.clone());
    }
    if former.len() > WAITING {
        let text = "the last changes of the voters have not reached most of those before: connect them, or take out those that do not come back";
        return Err(Refusal::InUse(text.to_owned()));
    }
    Ok(write(&before, Voters { servers, former, seconds }))
}

/// Most of the former voters know of the present ones: the former ones count no more.
#[must_use]
pub fn settle(state: &State, known: &Voters) -> Vec<Edit> {
    let before = state.rows.installation().voters;
    // They may have been changed again meanwhile.
    if in_force(state) != *known || before.is_settled() {
        return Vec::new();
    }
    let after = Voters { former: Vec::new(), ..before.clone() };
    write(&before, after)
}

/// Whether the Main may make these edits although it has not heard from most voters lately. It may switch the voting off, so that people can go on
/// where the others do not come back.
///
/// # Errors
/// [`Refusal::Unheard`].
pub fn check_unheard(edits: &[Edit]) -> Result<(), Refusal> {
    let switches_off = |kind: &str, cell: &str, value: &serde_json::Value| {
        kind == Installation::SPEC.name && cell == VOTERS && value["servers"].as_array().is_some_and(Vec::is_empty)
    };
    let duty = |edit: &Edit| match &edit.change {
        Change::Insert(cells) | Change::Update(cells) => {
            cells.iter().any(|(cell, value)| is_main_only(&edit.kind, cell) && !switches_off(&edit.kind, cell, value))
        }
        Change::Delete => is_main_only(&edit.kind, "name"),
    };
    if edits.iter().any(duty) { Err(Refusal::Unheard) } else { Ok(()) }
}

/// Whether this cell holds the voters.
#[must_use]
pub(crate) fn is_voters(kind: &str, cell: &str) -> bool {
    kind == Installation::SPEC.name && cell == VOTERS
}

fn write(before: &Voters, after: Voters) -> Vec<Edit> {
    if *before == after {
        return Vec::new();
    }
    let value = serde_json::to_value(after).expect("cell types are plain data");
    let change = Change::Update([(VOTERS.to_owned(), value)].into());
    vec![Edit { kind: Installation::SPEC.name.to_owned(), id: INSTALLATION, change }]
}

fn check(state: &State, servers: &[ServerId]) -> Result<(), Refusal> {
    let refuse = |text: String| Err(Refusal::invalid("servers", text));
    for (place, id) in servers.iter().enumerate() {
        if servers[..place].contains(id) {
            return refuse(format!("the server {id} is named twice: each has one vote"));
        }
        match state.servers.get(*id) {
            None => return refuse(format!("there is no server {id}")),
            Some(server) => check_one(server)?,
        }
    }
    match servers.len() {
        0 => Ok(()),
        1 | 2 => refuse(
            "two servers cannot decide alone which of them is the Main: when only the line between them is cut, each hears nothing of the other, and both would take over. Name three, or promote by hand"
                .to_owned(),
        ),
        count if count.is_multiple_of(2) => refuse(format!(
            "{count} servers can be cut into two halves of which neither is most of them, so that nobody takes over: name {} or {}",
            count - 1,
            count + 1
        )),
        count if count > MOST => refuse(format!("{MOST} servers may vote, not {count}")),
        _ => Ok(()),
    }
}

fn check_one(server: &Server) -> Result<(), Refusal> {
    let refuse = |why: &str| Err(Refusal::invalid("servers", format!("{} {why}", server.name)));
    match () {
        () if server.retired_at.is_some() => refuse("was taken out, so it cannot vote: name another server"),
        () if server.read_only => refuse(
            "is a server on which people only look at things; it cannot be the Main, and does not vote: name another server",
        ),
        () => Ok(()),
    }
}

#[cfg(test)]
#[path = "voters_tests.rs"]
mod tests;
