//! Playlists keep the order that people give them.

use serde_json::{Value, json};

use crate::caller::Caller;
use crate::desk::picture;
use crate::desk::presentation;
use crate::server::Site;

/// Asserts that the playlist has these entries in this order.
async fn order(ada: &Caller, list: &str, expected: &[&String]) {
    let found = ada.ids(&format!("/playlist-items?playlist={list}&sort=order")).await;
    assert_eq!(found.iter().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn entries_are_added_moved_and_removed() {
    let (_site, ada) = Site::set_up(&[]).await;
    let media = picture(&ada, "red.png", [200, 0, 0]).await;
    let list = ada.make("/playlists", json!({"name": "Loop"})).await;
    let items = format!("/playlists/{list}/items");
    let add = |after: Option<Value>| {
        let mut wish = json!({"content": {"media": media}, "duration_ms": 4000});
        if let Some(after) = after {
            wish["after"] = after;
        }
        let (ada, items) = (ada.clone(), items.clone());
        async move { ada.make(&items, wish).await }
    };
    let (a, b) = (add(None).await, add(None).await);
    let first = add(Some(json!(null))).await;
    let between = add(Some(json!(a))).await;
    order(&ada, &list, &[&first, &a, &between, &b]).await;
    ada.post(&format!("/playlist-items/{b}/move"), &json!({"after": null})).await.ok();
    ada.post(&format!("/playlist-items/{first}/move"), &json!({"after": between})).await.ok();
    order(&ada, &list, &[&b, &a, &between, &first]).await;
    ada.delete(&format!("/playlist-items/{a}")).await.cleared();
    order(&ada, &list, &[&b, &between, &first]).await;
    assert_eq!(ada.patch(&format!("/playlist-items/{b}"), &json!({"duration_ms": 9})).await.ok()["duration_ms"], 9);

    let stranger = json!("0192e4a0-7c1e-7cc3-98c4-dc0c0c07398f");
    ada.post(&format!("/playlist-items/{b}/move"), &json!({"after": stranger})).await.refused(422, "invalid", "after");
    for (wish, field) in [
        (json!({"content": {"playlist": list}}), "content"),
        (json!({"content": {"media": stranger}}), "content"),
        (json!({"content": {"media": media}, "duration_ms": 0}), "duration_ms"),
        (
            json!({"content": {"media": media}, "validity": {"from": "2026-02-01T00:00:00", "until": "2026-01-01T00:00:00", "zone": null}}),
            "validity.until",
        ),
    ] {
        ada.post(&items, &wish).await.refused(422, "invalid", field);
    }
    order(&ada, &list, &[&b, &between, &first]).await;
}

#[tokio::test]
async fn entries_can_be_moved_although_one_was_trashed() {
    let (_site, ada) = Site::set_up(&[]).await;
    let (gone, stays) = (presentation(&ada, "Gone").await, presentation(&ada, "Stays").await);
    let list = ada.make("/playlists", json!({"name": "Loop"})).await;
    let items = format!("/playlists/{list}/items");
    let a = ada.make(&items, json!({"content": {"presentation": gone}})).await;
    let b = ada.make(&items, json!({"content": {"presentation": stays}})).await;
    ada.delete(&format!("/presentations/{gone}")).await.cleared();
    ada.post(&format!("/playlist-items/{a}/move"), &json!({"after": b})).await.ok();
    order(&ada, &list, &[&b, &a]).await;
}
