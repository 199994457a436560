//! What a disk spoils is found: pages, documents and entries, whether they can still be read or not.
#![allow(clippy::unwrap_used, reason = "tests")]

mod ground;

use std::path::Path;

use ground::{classes, insert, open, open_folder, update};
use sqlx::{Connection as _, SqliteConnection};
use store::{Error, Options, Origin, look_at};
use tempfile::TempDir;

/// Bytes of a page.
const PAGE: usize = 4_096;

/// A closed store with documents and their log.
async fn written() -> TempDir {
    let folder = TempDir::new().unwrap();
    let site = open_folder(folder.path()).await;
    for n in 0..300 {
        site.writer.write(Origin::default(), vec![insert("viewer", n, &format!("Gate {n}"))]).await.unwrap();
    }
    site.writer.write(Origin::default(), vec![update("viewer", 7, "Pier")]).await.unwrap();
    assert_eq!(site.store.check().await.unwrap(), None);
    let all = site.store.read_log(0, 1_000).await.unwrap();
    assert_eq!((all.len(), &site.store.read_sound(0, 1_000).await.unwrap()), (301, &all));
    site.close().await;
    folder
}

/// Runs a statement that the store does not know of.
async fn tamper(folder: &Path, sql: &'static str) {
    let url = format!("sqlite://{}", folder.join("signboard.db").display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    assert_eq!(sqlx::query(sql).execute(&mut connection).await.unwrap().rows_affected(), 1);
    connection.close().await.unwrap();
}

#[tokio::test]
async fn each_page_that_is_spoilt_is_found_at_the_opening_or_by_the_check() {
    let folder = written().await;
    let path = folder.path().join("signboard.db");
    let whole = std::fs::read(&path).unwrap();
    assert!(whole.len() > 20 * PAGE, "{}", whole.len());
    let (mut at_opening, mut by_check) = (0, 0);
    for page in 0..whole.len() / PAGE {
        let mut spoilt = whole.clone();
        spoilt[page * PAGE..(page + 1) * PAGE].fill(0xa5);
        std::fs::write(&path, spoilt).unwrap();
        for journal in ["signboard.db-wal", "signboard.db-shm"] {
            let _ = std::fs::remove_file(folder.path().join(journal));
        }
        assert!(look_at(folder.path()).unwrap().is_some(), "page {page}");
        match open(Options::new(folder.path(), classes())).await {
            Err(error) => {
                assert!(error.is_damaged(), "page {page}: {error}");
                assert!(error.to_string().contains("backup"), "{error}");
                at_opening += 1;
            }
            Ok(site) => {
                assert!(site.store.check().await.unwrap().is_some(), "page {page}");
                site.close().await;
                by_check += 1;
            }
        }
    }
    assert_eq!(at_opening + by_check, whole.len() / PAGE);
}

#[tokio::test]
async fn a_document_that_became_another_one_is_found() {
    let folder = written().await;
    tamper(folder.path(), "UPDATE document SET body = replace(body, 'Gate 9\"', 'Gate 8\"') WHERE body LIKE '%Gate 9\"%'").await;
    assert_eq!(look_at(folder.path()).unwrap(), None, "its pages are in order");
    let site = open_folder(folder.path()).await;
    let damage = site.store.check().await.unwrap().unwrap();
    assert!(damage.contains("viewer"), "{damage}");
    // Whoever is given the state refuses it.
    let mut bytes = Vec::new();
    site.store.snapshot(site.store.standing().installation, &mut bytes).await.unwrap();
    let other = TempDir::new().unwrap();
    let other = open_folder(other.path()).await;
    let refused = other.writer.join(site.store.standing().installation, std::io::Cursor::new(bytes)).await;
    assert!(matches!(refused, Err(store::JoinFailed::Broken(_))), "{refused:?}");
    site.close().await;
    other.close().await;
}

#[tokio::test]
async fn an_entry_that_became_another_one_is_found_and_not_handed_out() {
    let folder = written().await;
    tamper(folder.path(), "UPDATE repl_log SET body = replace(body, 'Gate 9\"', 'Gate 8\"') WHERE body LIKE '%Gate 9\"%'").await;
    let site = open_folder(folder.path()).await;
    let damage = site.store.check().await.unwrap().unwrap();
    assert!(damage.contains("log entry") && damage.contains("10"), "{damage}");
    let before = site.store.read_sound(0, 100).await.unwrap();
    assert_eq!(before.len(), 9, "all before it");
    let refused = site.store.read_sound(before[8].lpos, 100).await;
    assert!(matches!(refused, Err(Error::Damaged { .. })), "{refused:?}");
    let after = site.store.read_sound(before[8].lpos + 1, 1_000).await.unwrap();
    assert_eq!(after.len(), 291, "each is judged by the hash before it");
    site.close().await;
}
