//! The slice: a viewer that has it makes the same plan as its server, however it came by it.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "tests"
)]

mod installation;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use control::plan::Plan;
use control::planner::{BodyFacts, Material, plan};
use control::slice::delta::{Delta, PART_BYTES, versions};
use control::slice::holding::Taken;
use control::slice::row::SliceRow;
use control::slice::{Holding, Slice, Slicer};
use domain::cell::Hash;
use domain::id::{MediaId, ViewerId};
use domain::rows::Rows;
use installation::{DAY, Made};
use uuid::Uuid;

/// The media of each body, as the whole installation knows them.
fn bodies(rows: &Rows) -> BTreeMap<Hash, Vec<MediaId>> {
    rows.revisions.iter().map(|(_, held)| (held.value.body, held.value.media.clone())).collect()
}

fn made(rows: &Rows, viewer: ViewerId, bodies: &BTreeMap<Hash, Vec<MediaId>>) -> Plan {
    let body = |hash: Hash| Some(BodyFacts { media: bodies.get(&hash)?.clone(), ..BodyFacts::default() });
    plan(rows, viewer, DAY + 5, &Material { body: &body, fonts: &[], horizon_days: 14 }).unwrap()
}

fn take(holding: &mut Holding, delta: &Delta) -> Taken {
    let mut taken = Taken::Partly;
    for part in delta.messages(false) {
        assert_eq!(taken, Taken::Partly);
        taken = holding.take(part);
    }
    taken
}

#[test]
fn a_viewer_makes_the_same_plan_from_its_slice_as_the_server_from_everything() {
    let (mut rows_sent, mut rows_all, mut busy) = (0, 0, 0);
    for seed in 0..300 {
        let installation = Made::new(seed);
        let (rows, mut slicer) = (&installation.rows, Slicer::default());
        // Two revisions may have one body here, which no server makes: then the body's media are those of the last.
        let bodies = bodies(rows);
        for viewer in installation.viewers() {
            let slice = slicer.slice(rows, viewer).unwrap();
            let mut holding = Holding::default();
            assert!(matches!(take(&mut holding, &Delta::whole(&slice)), Taken::Applied { .. }));
            let there = holding.rows();
            let own = bodies_of(&there, &bodies);
            let (here, there) = (made(rows, viewer, &own), made(&there, viewer, &own));
            assert_eq!(here, there, "seed {seed}, {viewer}");
            assert_eq!(here.id, there.id);
            busy += usize::from(here.slots.len() > 1);
            rows_sent += slice.len();
            rows_all += 1 + 5 * 6 + 12 + 6 + 18 + 18;
        }
    }
    assert!(busy > 500, "only {busy} plans have more than one slot");
    assert!(rows_sent * 2 < rows_all, "slices are not small: {rows_sent} of {rows_all} rows");
}

/// Bodies whose revision names the media that the slice has for it.
fn bodies_of(there: &Rows, all: &BTreeMap<Hash, Vec<MediaId>>) -> BTreeMap<Hash, Vec<MediaId>> {
    let mut own = bodies(there);
    own.retain(|hash, _| all.contains_key(hash));
    own
}

#[test]
fn deltas_lead_from_any_slice_to_any_other() {
    for seed in 0..60 {
        let (mut installation, mut slicer) = (Made::new(seed), Slicer::default());
        let viewer = installation.viewers()[0];
        let mut before = slicer.slice(&installation.rows, viewer).unwrap();
        let mut holding = Holding::default();
        take(&mut holding, &Delta::whole(&before));
        for step in 0..60 {
            installation.alter();
            slicer.turn();
            let after = slicer.slice(&installation.rows, viewer).unwrap();
            let fresh = Slicer::default().slice(&installation.rows, viewer).unwrap();
            assert_eq!(after.id(), fresh.id(), "what is remembered is what is true");
            let delta = Delta::between(&before, &after);
            let inventory = versions(&holding.inventory()).unwrap();
            let told = Delta::from_versions(&inventory, &after);
            let shape = |delta: &Delta| (delta.base, delta.slice, delta.put.clone(), delta.gone.clone());
            assert_eq!(shape(&delta), shape(&told), "seed {seed}, step {step}");
            if after.id() == before.id() {
                assert!(delta.put.is_empty() && delta.gone.is_empty());
                continue;
            }
            let Taken::Applied { slice, .. } = take(&mut holding, &delta) else { panic!("seed {seed}, step {step}") };
            assert_eq!(slice, after.id());
            let stored = holding.iter().map(|row| (row.kind.clone(), row.id, row.json.clone()));
            assert_eq!(Holding::of(stored).slice(), Some(after.id()), "stored rows come back as the same slice");
            before = after;
        }
    }
}

fn row(n: u128, bytes: usize) -> Arc<SliceRow> {
    Arc::new(SliceRow::new("sign".to_owned(), Uuid::from_u128(n), Bytes::from(vec![b'x'; bytes])))
}

#[test]
fn a_long_delta_comes_in_parts_and_is_applied_as_one() {
    let slice = Slice::of((0..40).map(|n| row(n, 100_000)).collect());
    let parts = Delta::whole(&slice).messages(true);
    assert_eq!(parts.iter().map(|part| part.put.len()).sum::<usize>(), 40);
    assert!(parts.len() > 3 && parts.iter().all(|part| prost::Message::encoded_len(part) <= PART_BYTES + 1_000));
    let mut holding = Holding::default();
    let (last, first) = parts.split_last().unwrap();
    for part in first {
        assert_eq!(holding.take(part.clone()), Taken::Partly);
        assert_eq!(holding.slice(), None);
    }
    assert!(matches!(holding.take(last.clone()), Taken::Applied { urgent: true, ref put, .. } if put.len() == 40));
    assert_eq!(holding.slice(), Some(slice.id()));
    assert_eq!(holding.rows().viewers.len(), 0, "rows of unknown kinds are kept and change nothing");
}

#[test]
fn a_delta_that_does_not_fit_changes_nothing_and_asks_for_an_inventory() {
    let (a, b) = (Slice::of(vec![row(1, 5), row(2, 5)]), Slice::of(vec![row(1, 5), row(3, 5)]));
    let delta = Delta::between(&a, &b);
    let mut empty = Holding::default();
    assert_eq!(take(&mut empty, &delta), Taken::Astray, "it starts from another slice");
    let mut holding = Holding::default();
    take(&mut holding, &Delta::whole(&a));
    let wrong = Delta { slice: [9; 32], ..delta.clone() };
    assert_eq!(take(&mut holding, &wrong), Taken::Astray, "it leads elsewhere");
    assert_eq!(holding.slice(), Some(a.id()));
    let mut broken = delta.messages(false);
    broken[0].put[0].id.pop();
    assert_eq!(holding.take(broken.remove(0)), Taken::Astray);
    assert!(matches!(take(&mut holding, &delta), Taken::Applied { ref gone, .. } if gone.len() == 1));
    assert_eq!(holding.slice(), Some(b.id()));
}

#[test]
fn viewers_at_which_the_same_is_scheduled_share_their_rows() {
    let installation = Made::new(4);
    let mut slicer = Slicer::default();
    let slices: Vec<Slice> = installation.viewers().iter().map(|v| slicer.slice(&installation.rows, *v).unwrap()).collect();
    let mut seen: BTreeMap<(String, Uuid), Arc<SliceRow>> = BTreeMap::new();
    for row in slices.iter().flat_map(Slice::rows) {
        let first = seen.entry((row.kind.clone(), row.id)).or_insert_with(|| row.clone());
        assert!(Arc::ptr_eq(first, row), "{} is held twice", row.kind);
    }
    let kinds: Vec<&str> = slices[0].rows().map(|row| row.kind.as_str()).collect();
    assert!(kinds.is_sorted() && slicer.slice(&installation.rows, ViewerId::default()).is_none());
}
