//! Naming voters.

use uuid::Uuid;

use super::*;
use crate::log::{Cell, Row};
use crate::stamp::{Dot, Stamp};

fn ids(ids: &[u128]) -> Vec<ServerId> {
    ids.iter().map(|id| ServerId(Uuid::from_u128(*id))).collect()
}

fn put(state: &mut State, kind: &str, id: Uuid, cells: crate::log::Cells) {
    let cell = |(name, value)| (name, Cell { stamp: Stamp::default(), value });
    state.put(kind, id, Some(Row { birth: Dot::default(), cells: cells.into_iter().map(cell).collect() }));
}

/// A Main, five others, and these voters.
fn state(voters: Voters) -> State {
    let mut state = State::default();
    let backup =
        |parent: Option<u128>| Server { role: ServerRole::Backup, parent: parent.map(|id| ids(&[id])[0]), ..Server::default() };
    let servers = [
        Server { role: ServerRole::Main, ..Server::default() },
        Server::default(),
        backup(Some(2)),
        backup(None),
        Server { read_only: true, name: "Window".into(), ..Server::default() },
        Server { retired_at: Some(1), name: "Gone".into(), ..Server::default() },
    ];
    for (id, server) in (1..).zip(servers) {
        put(&mut state, "server", Uuid::from_u128(id), server.changed_since(&Server::default()));
    }
    let installation = Installation { voters, ..Installation::default() };
    put(&mut state, "installation", INSTALLATION, installation.changed_since(&Installation::default()));
    state
}

fn three() -> Voters {
    Voters { servers: ids(&[1, 2, 4]), ..Voters::default() }
}

fn written(edits: &[Edit]) -> Voters {
    let [Edit { change: Change::Update(cells), .. }] = edits else { panic!("one change: {edits:?}") };
    serde_json::from_value(cells[VOTERS].clone()).unwrap()
}

#[test]
fn nobody_votes_unless_it_is_set_and_two_are_refused_with_the_reason() {
    let state = state(Voters::default());
    assert!(!in_force(&state).is_on());
    assert_eq!(name(&state, Vec::new(), 60), Ok(Vec::new()), "it is off already");
    let refused = |servers: &[u128], seconds| name(&state, ids(servers), seconds).unwrap_err().to_string();
    assert!(refused(&[1, 2], 60).contains("both would take over"));
    assert!(refused(&[1], 60).contains("Name three"));
    assert!(refused(&[1, 2, 3, 4], 60).contains("name 3 or 5"));
    assert!(refused(&[1, 2, 2], 60).contains("named twice"));
    assert!(refused(&[1, 2, 9], 60).contains("there is no server"));
    assert!(refused(&[1, 2, 5], 60).starts_with("Window is a server on which people only look"));
    assert!(refused(&[1, 2, 6], 60).starts_with("Gone was taken out"));
    assert!(refused(&[1, 2, 4], 19).contains("20 to 3600 seconds, 19"));
    assert_eq!(written(&name(&state, ids(&[1, 2, 4]), 60).unwrap()), three());
}

#[test]
fn those_before_are_asked_too_until_most_of_them_know() {
    let known = state(three());
    let after = written(&name(&known, ids(&[1, 3, 4]), 90).unwrap());
    assert_eq!(after, Voters { servers: ids(&[1, 3, 4]), former: vec![ids(&[1, 2, 4])], seconds: 90 });
    let patience = written(&name(&known, ids(&[4, 1, 2]), 90).unwrap());
    assert!(patience.is_settled(), "the same servers in another order");
    let off = written(&name(&known, Vec::new(), 60).unwrap());
    assert!(!off.is_on() && !off.is_settled());
    let changing = state(after.clone());
    assert_eq!(written(&settle(&changing, &in_force(&changing))), Voters { former: Vec::new(), ..after.clone() });
    assert_eq!(settle(&changing, &three()), Vec::new(), "they were changed again");
    let full = Voters { former: vec![ids(&[1, 2, 4]); WAITING], ..after };
    assert!(matches!(name(&state(full), Vec::new(), 60), Err(Refusal::InUse(_))));
}

#[test]
fn who_was_taken_out_counts_no_more_and_backups_of_the_main_come_first() {
    let voters = Voters { servers: ids(&[2, 3, 4]), former: vec![ids(&[6]), ids(&[1, 6])], ..Voters::default() };
    let state = state(voters);
    assert_eq!(in_force(&state).former, [ids(&[1])]);
    let main = Some(Lead { number: 0, server: ids(&[1])[0] });
    assert_eq!(order(&state, main), ids(&[4, 3, 2]));
    let promoted = Some(Lead { number: 1, server: ids(&[4])[0] });
    assert_eq!(order(&state, promoted), ids(&[3, 2]));
}

#[test]
fn an_unheard_main_may_only_switch_the_voting_off() {
    let known = state(three());
    let other = name(&known, ids(&[1, 3, 4]), 60).unwrap();
    assert_eq!(check_unheard(&other), Err(Refusal::Unheard));
    assert_eq!(check_unheard(&name(&known, Vec::new(), 60).unwrap()), Ok(()));
    let rename = |kind: &str| Edit {
        kind: kind.to_owned(),
        id: Uuid::from_u128(2),
        change: Change::Update([("name".to_owned(), serde_json::json!("Pier"))].into()),
    };
    assert_eq!(check_unheard(&[rename("server")]), Err(Refusal::Unheard));
    assert_eq!(check_unheard(&[rename("viewer")]), Ok(()));
}
