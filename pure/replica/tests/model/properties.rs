//! Properties of apply, join and encoding on generated histories.

use std::collections::BTreeMap;

use domain::log::{Action, CellWrite, Change, Edit, Entry, Op};
use domain::stamp::{Actor, Dot, Hlc, VersionVector};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use replica::encoding::{decode, encode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::db::{Db, KIND};
use crate::run::Mutant;

/// One step of a history: which of three servers does what.
#[derive(Clone, Debug)]
enum Step {
    Insert,
    Update(usize, u8, u16),
    Delete(usize),
    Send(usize),
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let step = prop_oneof![
        2 => Just(Step::Insert),
        4 => (any::<usize>(), 0..3_u8, any::<u16>()).prop_map(|(row, cell, value)| Step::Update(row, cell, value)),
        1 => any::<usize>().prop_map(Step::Delete),
        2 => (0..3_usize).prop_map(Step::Send),
    ];
    vec((0..3_usize, step), 1..60)
}

/// Three servers after a history.
fn play(steps: &[(usize, Step)]) -> Vec<Db> {
    let actor = |n: u128| Actor { server: Uuid::from_u128(n), incarnation: 1 };
    let mut dbs: Vec<Db> = (1..=3).map(|n| Db::new(actor(n))).collect();
    for (time, (at, step)) in steps.iter().enumerate() {
        let row = |row: usize| dbs[*at].rows.keys().nth(row % dbs[*at].rows.len().max(1)).copied();
        let wall = 1_790_000_000_000 + time as i64;
        let edit = match step {
            Step::Insert => {
                let cells = (0..3).map(|cell| (format!("c{cell}"), json!(time))).collect();
                Some((Uuid::from_u128(1000 + time as u128), Change::Insert(cells)))
            }
            Step::Update(which, cell, value) => {
                let value = json!([value, time]);
                row(*which).map(|id| (id, Change::Update([(format!("c{cell}"), value)].into())))
            }
            Step::Delete(which) => row(*which).map(|id| (id, Change::Delete)),
            Step::Send(to) => {
                let log = dbs[*at].log.clone();
                log.iter().for_each(|entry| dbs[*to].apply(entry, wall).unwrap());
                None
            }
        };
        if let Some((id, change)) = edit {
            dbs[*at].commit(Edit { kind: KIND.into(), id, change }, wall, Mutant::None).unwrap();
        }
    }
    dbs
}

/// What `db` holds once it has taken in the logs of the others, in that order.
fn applied(db: &Db, others: &[&Db]) -> Db {
    let mut db = db.clone();
    for other in others {
        other.log.iter().for_each(|entry| db.apply(entry, 1_790_000_001_000).unwrap());
    }
    db
}

fn joined(db: &Db, others: &[&Db]) -> Db {
    let mut db = db.clone();
    others.iter().for_each(|other| db.join(other, Mutant::None));
    db
}

fn same(a: &Db, b: &Db) -> Result<(), TestCaseError> {
    prop_assert_eq!(&a.rows, &b.rows);
    prop_assert_eq!(&a.digest, &b.digest);
    prop_assert_eq!(&a.position.vector, &b.position.vector);
    prop_assert_eq!(&a.position.heads, &b.position.heads);
    Ok(())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e12..1e12_f64).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(".{0,6}", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let dot = || {
        (any::<u128>(), any::<u32>(), any::<u64>())
            .prop_map(|(server, incarnation, seq)| Dot { actor: Actor { server: Uuid::from_u128(server), incarnation }, seq })
    };
    let write = || (value(), proptest::option::of(any::<i64>().prop_map(Hlc))).prop_map(|(value, hlc)| CellWrite { value, hlc });
    let cells = || btree_map("[a-z]{1,8}", write(), 0..4);
    let action = prop_oneof![cells().prop_map(Action::Ins), cells().prop_map(Action::Set), Just(Action::Del)];
    let op = ("[a-z_]{1,8}", any::<u128>(), action).prop_map(|(kind, id, action)| Op { kind, id: Uuid::from_u128(id), action });
    let id = || proptest::option::of(any::<u128>().prop_map(Uuid::from_u128));
    let deps = vec(dot(), 0..3).prop_map(VersionVector::from_iter);
    (dot(), any::<i64>(), deps, vec(op, 0..5), id(), id(), any::<u32>(), any::<u32>()).prop_map(
        |(dot, hlc, deps, ops, author, request, schema, epoch)| Entry {
            dot,
            hlc: Hlc(hlc),
            deps,
            ops,
            author,
            request,
            schema,
            epoch,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_senders_does_not_matter(steps in steps()) {
        let dbs = play(&steps);
        let once = applied(&dbs[0], &[&dbs[1], &dbs[2]]);
        same(&once, &applied(&dbs[0], &[&dbs[2], &dbs[1]]))?;
        same(&once, &applied(&dbs[1], &[&dbs[2], &dbs[0]]))?;
        let twice = applied(&once, &[&dbs[1], &dbs[0]]);
        same(&once, &twice)?;
        prop_assert_eq!(once.log.len(), twice.log.len());
    }

    #[test]
    fn a_join_does_what_applying_does(steps in steps()) {
        let dbs = play(&steps);
        let all = applied(&dbs[0], &[&dbs[1], &dbs[2]]);
        same(&all, &joined(&dbs[0], &[&dbs[1], &dbs[2]]))?;
        same(&all, &joined(&dbs[2], &[&dbs[0], &dbs[1]]))?;
        same(&all, &joined(&applied(&dbs[1], &[&dbs[2]]), &[&dbs[0]]))?;
    }

    #[test]
    fn joins_commute_and_repeat(steps in steps()) {
        let dbs = play(&steps);
        let (ab, ba) = (joined(&dbs[0], &[&dbs[1]]), joined(&dbs[1], &[&dbs[0]]));
        same(&ab, &ba)?;
        same(&ab, &joined(&ab, &[&dbs[1]]))?;
        same(&joined(&ab, &[&dbs[2]]), &joined(&dbs[0], &[&joined(&dbs[1], &[&dbs[2]])]))?;
    }

    #[test]
    fn entries_come_back_from_their_bytes(entry in entry(), cut in any::<prop::sample::Index>()) {
        let bytes = encode(&entry);
        let read = decode(&bytes).unwrap();
        prop_assert_eq!(encode(&read), bytes.clone());
        prop_assert_eq!(read.ops.len(), entry.ops.len());
        prop_assert_eq!((read.dot, read.hlc, read.deps, read.author), (entry.dot, entry.hlc, entry.deps, entry.author));
        prop_assert!(decode(&bytes[..cut.index(bytes.len())]).is_err());
        let mut longer = bytes;
        longer.push(0);
        prop_assert!(decode(&longer).is_err());
    }
}

#[test]
fn bytes_of_an_entry_stay_as_they_are() {
    let actor = Actor { server: Uuid::from_u128(7), incarnation: 2 };
    let write = CellWrite { value: json!({"b": 1, "a": "é"}), hlc: Some(Hlc(5)) };
    let op = Op { kind: "viewer".into(), id: Uuid::from_u128(9), action: Action::Set(BTreeMap::from([("name".into(), write)])) };
    let entry = Entry {
        dot: Dot { actor, seq: 300 },
        hlc: Hlc(4),
        deps: VersionVector::default(),
        ops: vec![op],
        author: None,
        request: None,
        schema: 1,
        epoch: 0,
    };
    let expected = concat!(
        "01",
        "00000000000000000000000000000007",
        "02",
        "ac02",
        "0000000000000004",
        "00",
        "01",
        "06766965776572",
        "00000000000000000000000000000009",
        "01",
        "01",
        "046e616d65",
        "010000000000000005",
        "107b2261223a22c3a9222c2262223a317d",
        "00",
        "00",
        "01",
        "00",
    );
    let hex: String = encode(&entry).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, expected);
}
