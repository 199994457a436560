//! A server becomes the Main: by itself, or because the Main hands over.

use serde_json::{Value, json};

use crate::document::Document as _;
use crate::id::ServerId;
use crate::lead::{Lead, epoch, lead_with, not_main};
use crate::log::{Change, Edit};
use crate::refusal::Refusal;
use crate::server::Server;
use crate::state::State;

/// Makes `own` the Main, whatever the present one does. `heard` is what others said of who leads, `voted` the number of the last vote that was
/// given here; it is not used for this. No edits where it leads already.
///
/// # Errors
/// [`Refusal::InUse`] with the remedy for a server that cannot lead.
pub fn promote(state: &State, own: ServerId, heard: Lead, voted: u32, now_ms: i64) -> Result<Vec<Edit>, Refusal> {
    let Some(server) = may_lead(state, own, heard)? else { return Ok(Vec::new()) };
    Ok(vec![crown(own, server, after(epoch(state).max(heard.number).max(voted))?, now_ms)])
}

/// Makes `own` the Main under the number for which most voters voted. No edits where it leads already.
///
/// # Errors
/// [`Refusal::InUse`] for a server that cannot lead, or where a promotion with that number or a later one is known.
pub fn elected(state: &State, own: ServerId, heard: Lead, number: u32, now_ms: i64) -> Result<Vec<Edit>, Refusal> {
    if epoch(state).max(heard.number) >= number {
        return Err(Refusal::InUse(format!("a promotion with the number {number} or a later one is known")));
    }
    let server = may_lead(state, own, heard)?;
    Ok(server.map(|server| crown(own, server, number, now_ms)).into_iter().collect())
}

/// Asks the Main to hand over to `own`. No edits where it leads already.
///
/// # Errors
/// As [`promote`].
pub fn ask(state: &State, own: ServerId, heard: Lead, now_ms: i64) -> Result<Vec<Edit>, Refusal> {
    let Some(_) = may_lead(state, own, heard)? else { return Ok(Vec::new()) };
    Ok(vec![update(own, [("asked_main_at", json!(now_ms))])])
}

/// Takes the question back.
#[must_use]
pub fn withdraw(state: &State, own: ServerId) -> Vec<Edit> {
    let asked = state.servers.get(own).is_some_and(|server| server.asked_main_at.is_some());
    asked.then(|| update(own, [("asked_main_at", Value::Null)])).into_iter().collect()
}

/// The Main `own` makes `to` the Main, if that still asks for it.
///
/// # Errors
/// [`Refusal::NotMain`] if `own` does not lead any more; [`Refusal::InUse`] if `to` cannot lead.
pub fn hand_over(state: &State, own: ServerId, to: ServerId, heard: Lead, now_ms: i64) -> Result<Vec<Edit>, Refusal> {
    if let Some(lead) = lead_with(state, heard).filter(|lead| lead.server != own) {
        return Err(not_main(state, lead));
    }
    let server = may_lead(state, to, heard)?.filter(|server| server.asked_main_at.is_some());
    server.map(|server| Ok(crown(to, server, next(state, heard)?, now_ms))).into_iter().collect()
}

/// The server, if it can lead and does not yet.
fn may_lead(state: &State, own: ServerId, heard: Lead) -> Result<Option<&Server>, Refusal> {
    let refuse = |text: &str| Err(Refusal::InUse(text.to_owned()));
    let Some(server) = state.servers.get(own) else {
        return refuse("this is the only server of its installation, and has all duties: there is nothing to take over");
    };
    if server.retired_at.is_some() {
        return refuse("this server was taken out: start it with an empty data folder and let it join by a new token");
    }
    if server.read_only {
        return refuse("people may only look at things on this server, so it cannot be the Main: promote another one");
    }
    Ok(lead_with(state, heard).is_none_or(|lead| lead.server != own).then_some(server))
}

fn next(state: &State, heard: Lead) -> Result<u32, Refusal> {
    after(epoch(state).max(heard.number))
}

fn after(newest: u32) -> Result<u32, Refusal> {
    newest
        .checked_add(1)
        .ok_or_else(|| Refusal::InUse("the Main was changed four thousand million times: no number is left".to_owned()))
}

fn crown(id: ServerId, server: &Server, number: u32, now_ms: i64) -> Edit {
    let after = Server { epoch: number, promoted_at: Some(now_ms), asked_main_at: None, ..server.clone() };
    Edit { kind: Server::SPEC.name.to_owned(), id: id.0, change: Change::Update(after.changed_since(server)) }
}

fn update<const N: usize>(id: ServerId, cells: [(&str, Value); N]) -> Edit {
    let cells = cells.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Edit { kind: Server::SPEC.name.to_owned(), id: id.0, change: Change::Update(cells) }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::lead::lead;
    use crate::log::{Cell, Row};
    use crate::server::ServerRole;
    use crate::stamp::{Dot, Stamp};

    const MAIN: ServerId = ServerId(Uuid::from_u128(1));
    const PIER: ServerId = ServerId(Uuid::from_u128(2));

    fn put(state: &mut State, id: ServerId, server: &Server) {
        let cell = |(name, value)| (name, Cell { stamp: Stamp::default(), value });
        let cells = server.to_cells().into_iter().map(cell).collect();
        state.put(Server::SPEC.name, id.0, Some(Row { birth: Dot::default(), cells }));
    }

    fn two(pier: Server) -> State {
        let mut state = State::default();
        put(&mut state, MAIN, &Server { role: ServerRole::Main, name: "Harbour".into(), ..Server::default() });
        put(&mut state, PIER, &pier);
        state
    }

    fn applied(state: &State, edits: Vec<Edit>) -> State {
        let mut state = state.clone();
        for edit in edits {
            let Change::Update(cells) = edit.change else { panic!("only updates") };
            let mut server = state.servers.get(ServerId(edit.id)).unwrap().clone();
            for (name, value) in cells {
                server.set_cell(&name, value).unwrap();
            }
            put(&mut state, ServerId(edit.id), &server);
        }
        state
    }

    #[test]
    fn a_promotion_counts_on_from_all_that_is_known() {
        let state = two(Server::default());
        let promoted = applied(&state, promote(&state, PIER, Lead::default(), 0, 7).unwrap());
        assert_eq!(lead(&promoted), Some(Lead { number: 1, server: PIER }));
        assert_eq!(promoted.servers.get(PIER).unwrap().promoted_at, Some(7));
        assert_eq!(promote(&promoted, PIER, Lead::default(), 0, 8), Ok(Vec::new()), "it leads already");
        let heard = Lead { number: 5, server: MAIN };
        let later = applied(&promoted, promote(&promoted, PIER, heard, 0, 9).unwrap());
        assert_eq!(lead(&later), Some(Lead { number: 6, server: PIER }));
    }

    #[test]
    fn an_election_has_its_own_number_and_a_hand_avoids_it() {
        let state = two(Server::default());
        let won = applied(&state, elected(&state, PIER, Lead::default(), 4, 7).unwrap());
        assert_eq!(lead(&won), Some(Lead { number: 4, server: PIER }));
        let late = elected(&won, PIER, Lead::default(), 4, 8);
        assert!(matches!(late, Err(Refusal::InUse(_))), "{late:?}");
        assert!(elected(&state, PIER, Lead { number: 9, server: MAIN }, 9, 7).is_err(), "a newer one was heard of");
        let by_hand = applied(&state, promote(&state, PIER, Lead::default(), 4, 7).unwrap());
        assert_eq!(lead(&by_hand), Some(Lead { number: 5, server: PIER }), "it voted for another one under 4");
    }

    #[test]
    fn a_handing_over_needs_the_question_and_the_mains_own_hand() {
        let state = two(Server::default());
        assert_eq!(hand_over(&state, MAIN, PIER, Lead::default(), 9), Ok(Vec::new()), "nobody asked");
        let asked = applied(&state, ask(&state, PIER, Lead::default(), 5).unwrap());
        let given_back = applied(&asked, withdraw(&asked, PIER));
        assert_eq!(hand_over(&given_back, MAIN, PIER, Lead::default(), 9), Ok(Vec::new()));
        assert_eq!(withdraw(&given_back, PIER), Vec::new());
        let refused = hand_over(&asked, PIER, PIER, Lead::default(), 9);
        assert_eq!(refused, Err(Refusal::NotMain { main: "Harbour".into() }));
        let done = applied(&asked, hand_over(&asked, MAIN, PIER, Lead::default(), 9).unwrap());
        assert_eq!(lead(&done), Some(Lead { number: 1, server: PIER }));
        assert_eq!(done.servers.get(PIER).unwrap().asked_main_at, None);
    }

    #[test]
    fn who_cannot_lead_is_told_why() {
        let refused = |state: &State| promote(state, PIER, Lead::default(), 0, 1).unwrap_err().to_string();
        assert!(refused(&two(Server { read_only: true, ..Server::default() })).contains("only look"));
        assert!(refused(&two(Server { retired_at: Some(1), ..Server::default() })).contains("taken out"));
        assert!(refused(&State::default()).contains("only server"));
        let last = Lead { number: u32::MAX, server: MAIN };
        assert!(promote(&two(Server::default()), PIER, last, 0, 1).unwrap_err().to_string().contains("no number"));
    }
}
