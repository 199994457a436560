//! What happens when the disk is full, on a real file system of 2 MiB. Needs root, to mount it.
#![allow(clippy::unwrap_used, reason = "tests")]

mod ground;

use std::io::{Cursor, Write};
use std::process::Command;

use ground::{insert, open_folder};
use store::{ApplyFailed, Done, Failed, JoinFailed, Origin};
use tempfile::TempDir;
use uuid::Uuid;

/// A small file system, unmounted when dropped.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// None where mounting is not allowed: the test is named as skipped.
    fn mount() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(folder.path());
        let mounted = mount.status().is_ok_and(|status| status.success());
        if !mounted {
            testkit::skip("mounting a small disk needs root").unwrap();
        }
        mounted.then_some(Self(folder))
    }

    /// Takes all that is left.
    fn fill(&self) -> std::path::PathBuf {
        let path = self.0.path().join("filler");
        let mut file = std::fs::File::create(&path).unwrap();
        for size in [65_536, 4_096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn media_that_do_not_fit_have_their_own_error_and_leave_nothing() {
    let Some(disk) = SmallDisk::mount() else { return };
    let site = open_folder(disk.0.path()).await;
    let media = site.store.media();
    let error = media.put(vec![1; 2_500_000]).await.unwrap_err();
    assert!(error.is_full(), "{error}");
    assert_eq!(std::fs::read_dir(disk.0.path().join("tmp")).unwrap().count(), 0);
    let stored = media.put(vec![1; 1_000]).await.unwrap();
    assert_eq!(media.size(stored.hash), Some(1_000));
    site.close().await;
}

#[tokio::test]
async fn changes_are_refused_while_the_disk_is_full_and_go_on_afterwards() {
    let Some(disk) = SmallDisk::mount() else { return };
    let site = open_folder(disk.0.path()).await;
    site.writer.write(Origin::default(), vec![insert("viewer", 1, "Gate")]).await.unwrap();
    let before = site.writer.state();
    let filler = disk.fill();
    // The journal may have room left from before; it does not last for long.
    let mut acknowledged = 1;
    let failed = loop {
        match site.writer.write(Origin::default(), vec![insert("viewer", acknowledged + 1, &"x".repeat(20_000))]).await {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
        assert!(acknowledged < 200, "a full disk must be noticed");
    };
    assert_eq!(failed, Failed::Full);
    assert!(site.writer.state().0.len() as u128 == acknowledged && !before.0.is_empty());
    std::fs::remove_file(filler).unwrap();
    let done = site.writer.write(Origin::default(), vec![insert("viewer", 1_000, "Pier")]).await.unwrap();
    assert!(matches!(done, Done::New { lpos, .. } if lpos == acknowledged as i64 + 1), "{done:?}");
    let state = site.writer.state();
    site.close().await;
    let site = open_folder(disk.0.path()).await;
    assert_eq!(*site.writer.state(), *state);
    assert_eq!(site.store.read_log(0, 1_000).await.unwrap().len() as u128, acknowledged + 1);
    site.close().await;
}

#[tokio::test]
async fn entries_and_states_of_others_wait_until_there_is_room() {
    others_wait_until_there_is_room(20, 20_000).await;
}

/// So many entries are written while they are judged.
#[tokio::test]
async fn large_batches_of_others_wait_until_there_is_room() {
    others_wait_until_there_is_room(100, 2_000).await;
}

async fn others_wait_until_there_is_room(count: usize, size: usize) {
    let Some(disk) = SmallDisk::mount() else { return };
    let there = TempDir::new().unwrap();
    let (one, two) = (open_folder(there.path()).await, open_folder(disk.0.path()).await);
    for id in 1..=count {
        one.writer.write(Origin::default(), vec![insert("viewer", id as u128, &"x".repeat(size))]).await.unwrap();
    }
    two.writer.write(Origin::default(), vec![insert("group", 1, "Here first")]).await.unwrap();
    let installation = Uuid::from_u128(1);
    let mut snapshot = Vec::new();
    one.store.snapshot(installation, &mut snapshot).await.unwrap();
    let entries: Vec<_> = one.store.read_log(0, 1_000).await.unwrap().into_iter().map(|logged| logged.entry).collect();
    let before = (two.writer.state(), two.store.standing());
    let filler = disk.fill();
    assert_eq!(two.writer.apply(entries.clone()).await, Err(ApplyFailed::Full));
    assert_eq!(two.writer.join(installation, Cursor::new(snapshot.clone())).await, Err(JoinFailed::Full));
    assert_eq!((&two.writer.state(), &two.store.standing()), (&before.0, &before.1));
    std::fs::remove_file(filler).unwrap();
    let half = count / 2;
    let applied = two.writer.apply(entries[..half].to_vec()).await.unwrap();
    assert_eq!((applied.new, applied.lpos), (half, half as i64 + 1));
    two.writer.join(installation, Cursor::new(snapshot)).await.unwrap();
    let state = two.writer.state();
    assert_eq!(state.0.len(), count + 1);
    two.close().await;
    let two = open_folder(disk.0.path()).await;
    assert_eq!(*two.writer.state(), *state);
    one.close().await;
    two.close().await;
}
