//! Nothing acknowledged is lost, and no number stands for two records.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use uuid::Uuid;

use super::{Batch, Journal, Limits};
use crate::disk::Local;
use crate::disk::replay::{Recorder, Unsynced, replay};

const SMALL: Limits = Limits { segment: 4, segments: 2, records: 1_000, bytes: 1 << 20 };

fn record(n: usize) -> Vec<u8> {
    format!("record {n}").into_bytes()
}

fn open(folder: &Path, limits: Limits, start: u128) -> Journal {
    Journal::open(folder, Arc::new(Local), limits, Uuid::from_u128(start)).unwrap()
}

/// Everything that waits, as a server would get it: by numbering and number.
fn drain(journal: &mut Journal) -> Vec<Batch> {
    let mut batches = Vec::new();
    while let Some(batch) = journal.batch(3) {
        journal.acknowledge(batch.stream, batch.first + batch.records.len() as u64 - 1);
        batches.push(batch);
    }
    batches
}

fn records(batches: &[Batch]) -> Vec<Vec<u8>> {
    batches.iter().flat_map(|batch| batch.records.clone()).collect()
}

#[test]
fn what_was_appended_comes_out_in_order_also_after_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(folder.path(), SMALL, 1);
    (0..30).for_each(|n| journal.append(&[record(n)]));
    let first = journal.batch(3).unwrap();
    assert_eq!((first.first, first.records.len()), (1, 3));
    journal.acknowledge(first.stream, 2);
    assert_eq!(journal.batch(1).unwrap().first, 3, "an acknowledgement may stop within a batch");
    drop(journal);
    let mut journal = open(folder.path(), SMALL, 2);
    assert_eq!(journal.len(), 30, "what was acknowledged is sent again, which does no harm");
    assert_eq!(records(&drain(&mut journal)), (0..30).map(record).collect::<Vec<_>>());
    assert!(journal.is_empty());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left on disk");
}

#[test]
fn numbers_run_without_gaps_within_their_stream() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(folder.path(), SMALL, 1);
    (0..50).for_each(|n| journal.append(&[record(n)]));
    let mut last: BTreeMap<Uuid, u64> = BTreeMap::new();
    for batch in drain(&mut journal) {
        assert_eq!(batch.first, last.get(&batch.stream).copied().unwrap_or(0) + 1);
        last.insert(batch.stream, batch.first + batch.records.len() as u64 - 1);
    }
    assert!(last.len() > 4, "numberings end before they grow long: {last:?}");
}

#[test]
fn a_week_without_server_loses_nothing() {
    let week = 7 * 24 * 360;
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(folder.path(), Limits::default(), 1);
    // As large as a play record becomes.
    let large: Vec<Vec<u8>> = (0..week).map(|n| format!("{n:0>260}").into_bytes()).collect();
    large.chunks(64).for_each(|chunk| journal.append(chunk));
    assert_eq!((journal.len(), journal.lost()), (week, 0));
    drop(journal);
    assert_eq!(open(folder.path(), Limits::default(), 2).len(), week);
}

#[test]
fn too_much_costs_the_oldest_numbering_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(folder.path(), Limits { records: 20, ..SMALL }, 1);
    (0..23).for_each(|n| journal.append(&[record(n)]));
    assert_eq!(journal.lost(), 8);
    let batches = drain(&mut journal);
    assert_eq!(batches[0].first, 1);
    assert_eq!(records(&batches), (8..23).map(record).collect::<Vec<_>>());
}

#[test]
fn a_full_disk_is_told_and_costs_nothing_while_the_program_runs() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(Recorder::default());
    let mut journal = Journal::open(folder.path(), disk.clone(), SMALL, Uuid::from_u128(1)).unwrap();
    journal.append(&[record(0)]);
    disk.set_full(true);
    journal.append(&[record(1)]);
    journal.append(&[record(2)]);
    assert_eq!(journal.trouble(), Some(std::io::ErrorKind::StorageFull));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "what was not written leaves no name");
    disk.set_full(false);
    journal.append(&[record(3)]);
    assert_eq!(journal.trouble(), None);
    let batches = drain(&mut journal);
    assert_eq!(records(&batches), (0..4).map(record).collect::<Vec<_>>());
    assert!(batches.iter().all(|batch| batch.first == 1), "each has a numbering of its own: {batches:?}");
}

#[test]
fn what_cannot_be_read_for_a_moment_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(folder.path(), SMALL, 1);
    journal.append(&[record(0)]);
    let place = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let aside = tempfile::tempdir().unwrap();
    // Reading a folder is an error that says nothing of what a disk holds.
    std::fs::rename(&place, aside.path().join("records")).unwrap();
    std::fs::create_dir(&place).unwrap();
    assert_eq!(journal.batch(3), None);
    assert_eq!((journal.len(), journal.lost()), (1, 0));
    assert!(open(folder.path(), SMALL, 2).is_empty());
    std::fs::remove_dir(&place).unwrap();
    std::fs::rename(aside.path().join("records"), &place).unwrap();
    assert_eq!(records(&drain(&mut journal)), [record(0)]);
    // One that was taken away is lost, and said to be.
    journal.append(&[record(1)]);
    std::fs::read_dir(folder.path()).unwrap().for_each(|file| std::fs::remove_file(file.unwrap().path()).unwrap());
    assert_eq!((journal.batch(3), journal.lost()), (None, 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A power cut between any two steps, with unsynced bytes kept, lost or torn: what had been sent keeps its number, and what had been
    /// stored and not acknowledged is still there.
    #[test]
    fn a_power_cut_between_any_two_steps_loses_nothing(sizes in prop::collection::vec(1_usize..6, 1..8), sends in prop::collection::vec(any::<bool>(), 8)) {
        let folder = tempfile::tempdir().unwrap();
        let disk = Arc::new(Recorder::default());
        let mut journal = Journal::open(folder.path(), disk.clone(), SMALL, Uuid::from_u128(7)).unwrap();
        let mut appended = 0;
        // How much was stored, how much acknowledged, and what had been sent, once so many steps were done.
        let mut history = vec![(0, 0, 0)];
        let mut sent: BTreeMap<(Uuid, u64), Vec<u8>> = BTreeMap::new();
        let mut acknowledged = 0;
        for (size, sends) in sizes.iter().zip(&sends) {
            let chunk: Vec<_> = (appended..appended + size).map(record).collect();
            journal.append(&chunk);
            appended += size;
            history.push((disk.steps().len(), appended, acknowledged));
            if *sends && let Some(batch) = journal.batch(3) {
                for (n, bytes) in (batch.first..).zip(&batch.records) {
                    prop_assert!(sent.insert((batch.stream, n), bytes.clone()).is_none_or(|before| before == *bytes));
                }
                acknowledged += batch.records.len();
                journal.acknowledge(batch.stream, batch.first + batch.records.len() as u64 - 1);
                history.push((disk.steps().len(), appended, acknowledged));
            }
        }
        let steps = disk.steps();
        for count in 0..=steps.len() {
            let (_, stored, _) = history.iter().rev().find(|(done, ..)| *done <= count).copied().unwrap();
            // Steps under way may already have removed what the next entry acknowledges.
            let gone = history.iter().find(|(done, ..)| *done >= count).map_or(acknowledged, |(_, _, acknowledged)| *acknowledged);
            for unsynced in [Unsynced::Kept, Unsynced::Lost, Unsynced::Torn] {
                let after = tempfile::tempdir().unwrap();
                replay(&steps, count, unsynced, folder.path(), after.path());
                let mut journal = open(after.path(), SMALL, 8);
                let batches = drain(&mut journal);
                for batch in &batches {
                    for (n, bytes) in (batch.first..).zip(&batch.records) {
                        if let Some(before) = sent.get(&(batch.stream, n)) {
                            prop_assert_eq!(before, bytes, "a number stands for two records");
                        }
                    }
                }
                let there = records(&batches);
                for n in gone..stored {
                    prop_assert!(there.contains(&record(n)), "{n} of {stored} is lost after {count} steps, {unsynced:?}");
                }
            }
        }
    }
}
