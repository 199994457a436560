//! A full disk is said in words of its own, and nothing is half done. Needs root, to mount a small file system.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::desk::png;
use crate::server::Site;
use crate::uploads::upload;

/// A small file system, unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Over this folder. None where mounting is not allowed: the test is named as skipped.
    fn over(folder: &Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(folder);
        let mounted = mount.status().is_ok_and(|status| status.success());
        if !mounted {
            testkit::skip("mounting a small disk needs root").unwrap();
        }
        mounted.then(|| Self(folder.to_owned()))
    }

    /// Takes all that is left.
    fn fill(&self) -> PathBuf {
        let path = self.0.join("filler");
        let mut file = std::fs::File::create(&path).unwrap();
        for size in [65_536, 4_096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_changes_and_uploads_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::over(folder.path()) else { return };
    let site = Site::on(folder, &[]).await;
    let ada = site.stranger().set_up(&site.link()).await;
    let filler = disk.fill();
    let mut refused = 0;
    for n in 0..400 {
        // Small changes find room in pages that the database has already, for a while.
        let answer = ada.post("/viewers", &json!({"name": format!("Screen {n} {}", "x".repeat(150))})).await;
        match answer.status {
            201 => {}
            _ => {
                answer.refused(507, "disk_full", "");
                refused += 1;
                break;
            }
        }
    }
    assert_eq!(refused, 1, "the disk never filled up");
    let tus = ada.with("tus-resumable", "1.0.0").with("upload-length", "1000");
    tus.act("/uploads").await.refused(507, "disk_full", "");
    let before = ada.get("/viewers").await.ok()["total"].as_u64().unwrap();

    std::fs::remove_file(filler).unwrap();
    ada.post("/viewers", &json!({"name": "There is room again"})).await.created();
    assert_eq!(ada.get("/viewers").await.ok()["total"], before + 1);
    assert_eq!(upload(&ada, "a.png", &png(30, 20, [1, 2, 3]), None).await["state"], "done");
    drop(site.stop().await);
    drop(disk);
}

#[tokio::test]
async fn a_first_start_on_a_full_disk_is_refused_and_leaves_nothing_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::over(folder.path()) else { return };
    let filler = disk.fill();
    let mut server = Command::new("timeout");
    server.args(["60", env!("CARGO_BIN_EXE_signboard"), "server", "--data"]).arg(folder.path());
    for setting in ["bind.address=127.0.0.1", "web.http-port=0", "web.https-port=0", "control.port=0", "time.enabled=false"] {
        server.args(["--set", setting]);
    }
    let output = server.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(74), 1), "{said}");
    let dir = format!("data.dir = {} is full", folder.path().display());
    assert!(said.contains(&dir) && said.contains("free some space"), "{said}");

    std::fs::remove_file(filler).unwrap();
    let site = Site::on(folder, &[]).await;
    site.stranger().set_up(&site.link()).await;
    drop(site.stop().await);
    drop(disk);
}
