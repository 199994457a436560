//! The rules of a local commit.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use domain::commit::{CommitError, Committed, Proposal};
use domain::log::{Action, Cells, Change, Edit, MAX_ENTRY_BYTES, MAX_OPS, Position, Row};
use domain::stamp::{Actor, Hlc};
use serde_json::json;
use uuid::Uuid;

const NOON: i64 = 1_790_000_000_000;

#[derive(Default)]
struct Rows(BTreeMap<Uuid, Row>);

impl Rows {
    fn commit(&mut self, position: &mut Position, wall_ms: i64, edits: Vec<Edit>) -> Result<Committed, CommitError> {
        let proposal = Proposal { edits, wall_ms, schema: 1, ..Proposal::default() };
        let committed = replica::commit(position, proposal, &|_, id| self.0.get(&id).cloned())?;
        for change in &committed.changes {
            match &change.after {
                Some(row) => self.0.insert(change.id, row.clone()),
                None => self.0.remove(&change.id),
            };
        }
        Ok(committed)
    }
}

fn position() -> Position {
    Position::new(Actor { server: Uuid::from_u128(1), incarnation: 1 })
}

fn edit(id: u128, change: Change) -> Edit {
    Edit { kind: "viewer".into(), id: Uuid::from_u128(id), change }
}

fn name(text: &str) -> Cells {
    [("name".to_owned(), json!(text))].into()
}

#[test]
fn what_changes_nothing_gives_no_entry() {
    let (mut rows, mut position) = (Rows::default(), position());
    rows.commit(&mut position, NOON, vec![edit(1, Change::Insert(name("Gate")))]).unwrap();
    let before = position.clone();
    let edits = vec![edit(1, Change::Update(name("Gate"))), edit(2, Change::Delete)];
    let committed = rows.commit(&mut position, NOON, edits).unwrap();
    assert_eq!((committed.entry, committed.changes.len(), &position), (None, 0, &before));
}

#[test]
fn only_cells_that_differ_are_written_and_above_their_old_stamp() {
    let (mut rows, mut position) = (Rows::default(), position());
    let cells: Cells = [("name".to_owned(), json!("Gate")), ("zone".to_owned(), json!("UTC"))].into();
    rows.commit(&mut position, NOON, vec![edit(1, Change::Insert(cells.clone()))]).unwrap();
    // The stored stamp comes from a clock that is a day ahead.
    let ahead = Hlc::from_unix_ms(NOON + 86_400_000);
    rows.0.get_mut(&Uuid::from_u128(1)).unwrap().cells.get_mut("name").unwrap().stamp.hlc = ahead;
    let change = Change::Update([("name".to_owned(), json!("Pier")), ("zone".to_owned(), json!("UTC"))].into());
    let entry = rows.commit(&mut position, NOON + 1, vec![edit(1, change)]).unwrap().entry.unwrap();
    let Action::Set(writes) = &entry.ops[0].action else { panic!("{entry:?}") };
    assert_eq!(writes.keys().collect::<Vec<_>>(), ["name"]);
    assert_eq!(entry.stamp("viewer", "name", &writes["name"]).hlc, ahead.next());
    assert_eq!(position.last_hlc, Hlc::from_unix_ms(NOON + 1), "the clock itself is not pulled ahead");
}

#[test]
fn later_edits_see_earlier_ones_and_each_document_changes_once() {
    let (mut rows, mut position) = (Rows::default(), position());
    let edits = vec![
        edit(1, Change::Insert(name("Gate"))),
        edit(1, Change::Update(name("Pier"))),
        edit(2, Change::Insert(name("Quay"))),
        edit(2, Change::Delete),
    ];
    let committed = rows.commit(&mut position, NOON, edits).unwrap();
    assert_eq!(committed.changes.len(), 1);
    assert_eq!(committed.changes[0].after.as_ref().unwrap().cells["name"].value, json!("Pier"));
    assert_eq!(committed.head.cum_ops, 4);
}

#[test]
fn a_refused_edit_leaves_the_position() {
    let (mut rows, mut position) = (Rows::default(), position());
    rows.commit(&mut position, NOON, vec![edit(1, Change::Insert(name("Gate")))]).unwrap();
    let before = position.clone();
    let exists = rows.commit(&mut position, NOON, vec![edit(1, Change::Insert(name("Gate")))]);
    assert!(matches!(exists, Err(CommitError::Exists { .. })), "{exists:?}");
    let missing = rows.commit(&mut position, NOON, vec![edit(2, Change::Update(name("Gate")))]);
    assert!(matches!(missing, Err(CommitError::Missing { .. })), "{missing:?}");
    let many = (10..).take(MAX_OPS + 1).map(|id| edit(id, Change::Insert(Cells::new()))).collect();
    let many = rows.commit(&mut position, NOON, many);
    assert_eq!(many, Err(CommitError::TooManyOps { count: MAX_OPS + 1, limit: MAX_OPS }));
    let large = rows.commit(&mut position, NOON, vec![edit(3, Change::Insert(name(&"x".repeat(MAX_ENTRY_BYTES))))]);
    assert!(matches!(large, Err(CommitError::TooLarge { bytes, .. }) if bytes > MAX_ENTRY_BYTES), "{large:?}");
    assert_eq!(position, before);
}

#[test]
fn equal_histories_have_equal_chains_and_others_do_not() {
    let chain = |text: &str| {
        let (mut rows, mut position) = (Rows::default(), position());
        rows.commit(&mut position, NOON, vec![edit(1, Change::Insert(name(text)))]).unwrap();
        rows.commit(&mut position, NOON, vec![edit(2, Change::Insert(name("Quay")))]).unwrap().head.chain
    };
    assert_eq!(chain("Gate"), chain("Gate"));
    assert_ne!(chain("Gate"), chain("Pier"));
}

/// A server's document, as the first Main wrote it, in the database of `server`.
fn member(server: u128) -> (Rows, Position) {
    let (mut rows, mut first) = (Rows::default(), position());
    let cells: Cells = [("name".to_owned(), json!("Pier")), ("version".to_owned(), json!("1"))].into();
    let insert = Edit { kind: "server".into(), ..edit(1, Change::Insert(cells)) };
    let entry = rows.commit(&mut first, NOON, vec![insert]).unwrap().entry.unwrap();
    let mut position = Position::new(Actor { server: Uuid::from_u128(server), incarnation: 1 });
    replica::apply(&mut position, &entry, NOON, &|_, _| None).unwrap();
    (rows, position)
}

#[test]
fn what_a_newer_main_writes_stands_whatever_the_clocks_say() {
    let write = |server: u128, epoch: u32, wall_ms: i64, text: &str| {
        let (rows, mut position) = member(server);
        let cells: Cells = [("name".to_owned(), json!(text)), ("version".to_owned(), json!(text))].into();
        let edits = vec![Edit { kind: "server".into(), ..edit(1, Change::Update(cells)) }];
        let proposal = Proposal { edits, wall_ms, epoch, ..Proposal::default() };
        let committed = replica::commit(&mut position, proposal, &|_, id| rows.0.get(&id).cloned()).unwrap();
        (position, committed)
    };
    let (mut old, of_old) = write(2, 0, NOON + 9_000, "old Main, later");
    let (mut new, of_new) = write(3, 1, NOON + 1_000, "new Main");
    let met = |position: &mut Position, own: &Committed, other: &Committed| {
        let row = own.changes[0].after.clone();
        let lookup = |_: &str, _: Uuid| row.clone();
        match replica::apply(position, other.entry.as_ref().unwrap(), NOON, &lookup).unwrap() {
            replica::Applied::New(new) => new.changes.into_iter().next().map_or(row, |change| change.after).unwrap(),
            replica::Applied::Known => panic!("it is new"),
        }
    };
    let (at_old, at_new) = (met(&mut old, &of_old, &of_new), met(&mut new, &of_new, &of_old));
    assert_eq!(at_old, at_new);
    assert_eq!(at_old.cells["name"].value, json!("new Main"), "only the Main writes it");
    assert_eq!(at_old.cells["version"].value, json!("old Main, later"), "each server writes it");
}

#[test]
fn a_promotion_is_the_first_act_of_its_own_epoch() {
    let (mut rows, mut position) = member(1);
    let crown = Change::Update([("epoch".to_owned(), json!(4))].into());
    let entry = rows.commit(&mut position, NOON, vec![Edit { kind: "server".into(), ..edit(1, crown) }]).unwrap().entry.unwrap();
    let Action::Set(writes) = &entry.ops[0].action else { panic!("{entry:?}") };
    assert_eq!((entry.epoch, entry.stamp("server", "epoch", &writes["epoch"]).epoch), (4, 4));
    assert_eq!(rows.0[&Uuid::from_u128(1)].cells["epoch"].stamp.epoch, 4);
}
