//! Whole files only, bounded, and nothing lost by a power cut.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use domain::cell::Hash;
use proptest::prelude::*;

use super::{Cache, NoRoom, Quota, Verdict};
use crate::disk::Local;
use crate::disk::replay::{Recorder, Unsynced, replay};
use crate::screen::Library as _;

fn cache(folder: &std::path::Path) -> Cache {
    Cache::open(folder, Arc::new(Local)).unwrap()
}

#[test]
fn files_are_found_again_after_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let hash = cache(folder.path()).put(b"picture").unwrap();
    let cache = cache(folder.path());
    assert!(cache.has(&hash));
    assert_eq!(std::fs::read(cache.path(&hash).unwrap()).unwrap(), b"picture");
    assert_eq!((cache.used(), cache.read(&hash).as_deref()), (7, Some(&b"picture"[..])));
    assert_eq!(cache.path(&Hash::of(b"other")), None);
}

#[test]
fn a_corrupt_file_is_never_handed_out() {
    for spoil in [&b"pictvre"[..], b"", b"picture and more"] {
        let folder = tempfile::tempdir().unwrap();
        let hash = cache(folder.path()).put(b"picture").unwrap();
        let place = cache(folder.path()).place(&hash);
        std::fs::write(&place, spoil).unwrap();
        let cache = cache(folder.path());
        assert_eq!(cache.path(&hash), None);
        assert_eq!(cache.take_corrupt(), [hash], "it is fetched again");
        assert!(!cache.has(&hash) && !place.exists());
        assert!(cache.take_corrupt().is_empty());
        cache.put(b"picture").unwrap();
        assert_eq!(cache.check(&hash), Verdict::Sound);
    }
}

#[test]
fn what_cannot_be_read_for_a_moment_is_not_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let hash = cache.put(b"picture").unwrap();
    let (place, aside) = (cache.place(&hash), folder.path().join("aside"));
    // Reading a folder is an error that says nothing of what a disk holds.
    std::fs::rename(&place, &aside).unwrap();
    std::fs::create_dir(&place).unwrap();
    assert_eq!(cache.check(&hash), Verdict::Unreadable);
    std::fs::remove_dir(&place).unwrap();
    std::fs::rename(&aside, &place).unwrap();
    assert_eq!(cache.check(&hash), Verdict::Sound);
    assert!(cache.take_corrupt().is_empty());
}

#[test]
fn files_are_looked_at_again_in_idle_time() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (cache(folder.path()).put(b"one").unwrap(), cache(folder.path()).put(b"two").unwrap());
    let cache = cache(folder.path());
    let first = cache.stale(Duration::from_secs(3_600)).unwrap();
    assert_eq!(cache.check(&first), Verdict::Sound);
    let second = cache.stale(Duration::from_secs(3_600)).unwrap();
    assert_eq!(BTreeSet::from([first, second]), BTreeSet::from([one, two]));
    std::fs::remove_file(cache.place(&second)).unwrap();
    assert_eq!(cache.check(&second), Verdict::Gone);
    assert_eq!(cache.stale(Duration::from_secs(3_600)), None);
    assert_eq!(cache.stale(Duration::ZERO), Some(first));
}

#[test]
fn the_oldest_that_is_not_needed_goes_first() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let hashes: Vec<Hash> = [b"aaaa", b"bbbb", b"cccc"].iter().map(|bytes| cache.put(*bytes).unwrap()).collect();
    for (seconds, hash) in (1_u64..).zip(&hashes) {
        cache.touch(&BTreeSet::from([*hash]), SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    }
    // The order outlives the program.
    let cache = self::cache(folder.path());
    let quota = Quota { bytes: 14, reserve: 100 };
    let keep = BTreeSet::from([hashes[0]]);
    assert_eq!(cache.make_room_of(12, &keep, quota, 1_000), Err(NoRoom { wanted: 12, possible: 10 }));
    assert_eq!(cache.used(), 12, "a refusal costs nothing");
    cache.make_room_of(5, &keep, quota, 1_000).unwrap();
    assert_eq!(hashes.iter().map(|hash| cache.has(hash)).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(cache.make_room_of(5, &keep, quota, 100), Err(NoRoom { wanted: 5, possible: 4 }), "a disk that is nearly full");
    cache.clear();
    assert_eq!(cache.used(), 0);
}

#[test]
fn a_full_disk_leaves_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(Recorder::default());
    let cache = Cache::open(folder.path(), disk.clone()).unwrap();
    let one = cache.put(b"one").unwrap();
    disk.set_full(true);
    assert_eq!(cache.put(b"two").unwrap_err().kind(), std::io::ErrorKind::StorageFull);
    assert_eq!((cache.has(&one), cache.has(&Hash::of(b"two"))), (true, false));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Puts and removals, and a power cut after any step: what stands under a hash has that hash, and what was stored is there.
    #[test]
    fn a_power_cut_leaves_whole_files_only(acts in prop::collection::vec((0_u8..5, any::<bool>()), 1..7)) {
        let folder = tempfile::tempdir().unwrap();
        let disk = Arc::new(Recorder::default());
        let cache = Cache::open(folder.path(), disk.clone()).unwrap();
        let mut history = vec![(0, BTreeSet::new())];
        let mut there = BTreeSet::new();
        for (n, puts) in acts {
            let bytes = vec![n; 100 + usize::from(n)];
            if puts {
                there.insert(cache.put(&bytes).unwrap());
            } else {
                cache.give_up(&Hash::of(&bytes));
                there.remove(&Hash::of(&bytes));
            }
            history.push((disk.steps().len(), there.clone()));
        }
        let steps = disk.steps();
        for count in 0..=steps.len() {
            let before = &history.iter().rev().find(|(done, _)| *done <= count).unwrap().1;
            let after = &history.iter().find(|(done, _)| *done >= count).unwrap().1;
            for unsynced in [Unsynced::Kept, Unsynced::Lost, Unsynced::Torn] {
                let second = tempfile::tempdir().unwrap();
                replay(&steps, count, unsynced, folder.path(), second.path());
                let cache = self::cache(second.path());
                for n in 0..5_u8 {
                    let bytes = vec![n; 100 + usize::from(n)];
                    let hash = Hash::of(&bytes);
                    let found = cache.path(&hash).map(|path| std::fs::read(path).unwrap());
                    prop_assert!(found.is_none() || found == Some(bytes));
                    if before.contains(&hash) && after.contains(&hash) {
                        prop_assert!(found.is_some(), "{hash} is lost after {count} steps");
                    }
                }
                prop_assert!(cache.take_corrupt().is_empty(), "nothing torn ever stands under a name");
            }
        }
    }
}
