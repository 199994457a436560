//! Opening data folders: locks, versions, keys, samples of earlier versions.
#![allow(clippy::unwrap_used, reason = "tests")]

mod ground;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Instant;

use domain::log::Change;
use ground::{classes, edit, insert, name, open, open_folder};
use serde_json::json;
use store::{Error, MIGRATIONS, Migration, Options, Origin};
use tempfile::TempDir;
use uuid::Uuid;

/// A version after the present one.
fn next() -> &'static [Migration] {
    let mut all = MIGRATIONS.to_vec();
    all.push(Migration { version: 99, sqlite: "ALTER TABLE alert ADD COLUMN level INTEGER NOT NULL DEFAULT 0", postgres: "" });
    all.leak()
}

#[tokio::test]
async fn a_second_server_is_kept_out() {
    let folder = TempDir::new().unwrap();
    let site = open_folder(folder.path()).await;
    let second = open(Options::new(folder.path(), classes())).await;
    assert!(matches!(second, Err(Error::InUse(ref dir)) if dir == folder.path()));
    site.close().await;
    open_folder(folder.path()).await.close().await;
}

#[tokio::test]
async fn the_database_is_copied_before_it_is_migrated() {
    let folder = TempDir::new().unwrap();
    let site = open_folder(folder.path()).await;
    site.writer.write(Origin::default(), vec![insert("viewer", 1, "Gate")]).await.unwrap();
    let state = site.writer.state();
    site.close().await;
    let copy = folder.path().join("backup/before-0099.db");
    assert!(!copy.exists());
    let newer = Options { migrations: next(), ..Options::new(folder.path(), classes()) };
    let site = open(newer.clone()).await.unwrap();
    assert_eq!(*site.writer.state(), *state);
    site.close().await;

    // The copy is a whole database of the earlier version.
    let restored = TempDir::new().unwrap();
    std::fs::copy(&copy, restored.path().join("signboard.db")).unwrap();
    std::fs::copy(folder.path().join("secret.key"), restored.path().join("secret.key")).unwrap();
    let site = open_folder(restored.path()).await;
    assert_eq!(*site.writer.state(), *state);
    site.close().await;

    std::fs::remove_file(&copy).unwrap();
    open(newer).await.unwrap().close().await;
    assert!(!copy.exists(), "nothing was migrated the second time");
}

#[tokio::test]
async fn data_of_a_newer_version_is_left_alone() {
    let folder = TempDir::new().unwrap();
    open(Options { migrations: next(), ..Options::new(folder.path(), classes()) }).await.unwrap().close().await;
    let bytes = std::fs::read(folder.path().join("signboard.db")).unwrap();
    let error = open(Options::new(folder.path(), classes())).await.err().unwrap();
    let present = MIGRATIONS.last().unwrap().version;
    assert!(matches!(error, Error::Newer { found: 99, known, .. } if known == present), "{error}");
    assert!(std::fs::read(folder.path().join("signboard.db")).unwrap() == bytes, "not a byte was changed");
}

#[tokio::test]
async fn the_key_is_private_and_must_fit() {
    let folder = TempDir::new().unwrap();
    open_folder(folder.path()).await.close().await;
    let key = folder.path().join("secret.key");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::write(&key, "00".repeat(32)).unwrap();
    let error = open(Options::new(folder.path(), classes())).await.err().unwrap().to_string();
    assert!(error.contains("does not fit the database"), "{error}");
    std::fs::write(&key, "short").unwrap();
    let error = open(Options::new(folder.path(), classes())).await.err().unwrap().to_string();
    assert!(error.contains("is damaged"), "{error}");
}

#[tokio::test]
async fn many_documents_are_loaded() {
    let folder = TempDir::new().unwrap();
    let site = open_folder(folder.path()).await;
    for part in 0..4_u128 {
        let edits = (0..2_500).map(|n| insert("viewer", part * 10_000 + n, &format!("Gate {n}"))).collect();
        site.writer.write(Origin::default(), edits).await.unwrap();
    }
    let state = site.writer.state();
    site.close().await;
    let start = Instant::now();
    let site = open_folder(folder.path()).await;
    let took = start.elapsed();
    assert_eq!(site.loaded.documents["viewer"], 10_000);
    assert_eq!(*site.writer.state(), *state);
    // Only a gross mistake, such as a query for each document, takes that long in a test build.
    assert!(took.as_secs() < 20, "{took:?}");
    site.close().await;
}

/// Copies the files of a sample, so that opening does not change it.
fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[tokio::test]
async fn samples_of_all_versions_open() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    let mut count = 0;
    for sample in std::fs::read_dir(samples).unwrap() {
        let folder = TempDir::new().unwrap();
        copy(&sample.unwrap().path(), folder.path());
        let site = open_folder(folder.path()).await;
        let state = site.writer.state();
        assert_eq!(state.cell("viewer", Uuid::from_u128(1), "name"), Some(&json!("Gate 4")));
        assert_eq!(state.cell("user", Uuid::from_u128(2), "password"), Some(&json!("harbour")));
        assert_eq!(site.store.check().await.unwrap(), None);
        let log = site.store.read_log(0, 100).await.unwrap();
        assert_eq!(log.len(), 3);
        let chain = log.iter().fold([0; 16], |chain, logged| replica::chain::chain(&chain, &logged.entry));
        let position = &site.loaded.position;
        assert_eq!(position.heads[&position.actor].chain, chain);
        site.writer.write(Origin::default(), vec![insert("viewer", 9, "new")]).await.unwrap();
        site.close().await;
        count += 1;
    }
    assert_eq!(count, MIGRATIONS.len(), "one sample for each version");
}

/// Writes the sample of the present version; run by hand when a version is finished.
#[tokio::test]
#[ignore = "writes into the repository: run by hand at the end of a version, with XTASK_SAMPLE set to the new folder"]
async fn write_sample() {
    let Ok(folder) = std::env::var("XTASK_SAMPLE") else { return };
    let site = open_folder(Path::new(&folder)).await;
    let password = [("password".to_owned(), json!("harbour")), ("name".to_owned(), json!("Ann"))].into();
    site.writer.write(Origin::default(), vec![insert("viewer", 1, "Gate"), insert("viewer", 3, "gone")]).await.unwrap();
    site.writer.write(Origin::default(), vec![edit("user", 2, Change::Insert(password))]).await.unwrap();
    let edits = vec![edit("viewer", 1, Change::Update(name("Gate 4"))), edit("viewer", 3, Change::Delete)];
    site.writer.write(Origin::default(), edits).await.unwrap();
    site.close().await;
}
