//! The trash keeps what was deleted for 30 days; then it goes for good, with its history and its files, and nothing else goes.

use domain::cell::Hash;
use domain::id::MediaId;
use serde_json::json;
use server::now::now_ms;
use server::readers::janitor::{TRASH_MS, clean};

use crate::desk::{picture, presentation};
use crate::server::Site;

fn hash(site: &Site, media: &str) -> Hash {
    site.app.core.state().rows.media.get(MediaId(media.parse().unwrap())).unwrap().hash
}

#[tokio::test]
async fn what_was_deleted_stays_thirty_days_and_then_goes_with_all_that_only_it_needed() {
    let (site, ada) = Site::set_up(&[]).await;
    // Sessions end within 30 days, tokens without an end do not.
    let program = ada.program(&ada.token("administrator").await);
    let (boat, kept) = (picture(&ada, "boat.png", [9, 9, 200]).await, picture(&ada, "kept.png", [200, 9, 9]).await);
    let (boat_file, kept_file) = (hash(&site, &boat), hash(&site, &kept));
    let (old, live) = (presentation(&ada, "Old").await, presentation(&ada, "Live").await);
    let list = ada.make("/playlists", json!({"name": "Day"})).await;
    ada.make(&format!("/playlists/{list}/items"), json!({"content": {"media": kept}})).await;
    let paths = [format!("/media/{boat}"), format!("/presentations/{old}"), format!("/playlists/{list}")];
    for path in &paths {
        ada.delete(path).await.cleared();
    }
    let deleted = now_ms();

    clean(&site.app, deleted + TRASH_MS - 60_000).await.unwrap();
    for path in &paths {
        program.act(&format!("{path}/restore")).await.ok();
        program.delete(path).await.cleared();
    }
    let files = site.app.core.store().media();
    assert!(files.size(boat_file).is_some(), "what can come back has its file");

    clean(&site.app, now_ms() + TRASH_MS + 60_000).await.unwrap();
    for path in &paths {
        program.get(path).await.refused(404, "not_found", "");
        program.act(&format!("{path}/restore")).await.refused(404, "not_found", "");
    }
    assert_eq!(program.ids("/revisions").await.len(), 1, "the history of the other presentation");
    assert!(program.ids("/playlist-items").await.is_empty());
    program.get(&format!("/presentations/{live}")).await.ok();
    assert_eq!((files.size(boat_file), files.size(kept_file).is_some()), (None, true));
    assert_eq!(program.get(&format!("/media/{kept}/file")).await.status, 307);
}
