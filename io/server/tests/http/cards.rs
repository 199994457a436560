//! Network cards: lists of them, and what of a card's password is shown.

use domain::log::{Change, Edit};
use serde_json::json;
use server::now::new_id;

use crate::server::Site;

#[tokio::test]
async fn a_list_that_is_sent_again_answers_as_the_first_time() {
    let (site, ada) = Site::set_up(&[]).await;
    let pier = ada.make("/viewers", json!({"name": "Pier"})).await;
    ada.make("/network-cards", json!({"viewer": pier, "mac": "52:54:00:00:00:01"})).await;
    let lines = json!([
        {"viewer": "pier", "mac": "52-54-00-00-00-01"},
        {"viewer": pier, "mac": "52:54:00:00:00:02"},
        {"viewer": "Pier", "mac": "52:54:00:00:00:03"},
    ]);
    let keyed = ada.with("idempotency-key", "5b1c9a3e-3f43-4b27-9a4e-1f58a0f6f101");
    let end = |site: &Site| site.app.core.end();
    let first = keyed.post("/network-cards/list", &lines).await;
    let reached = end(&site);
    let again = keyed.post("/network-cards/list", &lines).await;
    assert_eq!(first.ok(), json!({"made": 2, "known": 1}));
    assert_eq!((again.ok(), again.header("signboard-dot")), (first.ok(), first.header("signboard-dot")));
    assert_eq!(end(&site), reached, "nothing was made twice");
    let anew = ada.post("/network-cards/list", &lines).await;
    assert_eq!(anew.ok(), json!({"made": 0, "known": 3}));
}

#[tokio::test]
async fn a_name_that_two_screens_have_is_refused_with_its_line() {
    let (site, ada) = Site::set_up(&[]).await;
    let pier = ada.make("/viewers", json!({"name": "Pier"})).await;
    // One of this name was made on another server before the two met.
    let cells = [("name".to_owned(), json!("PIER"))].into();
    let twin = Edit { kind: "viewer".to_owned(), id: new_id(), change: Change::Insert(cells) };
    site.app.core.change_own(move |_| Ok((vec![twin], ()))).await.unwrap();

    let lines = json!([{"viewer": pier, "mac": "52:54:00:00:00:01"}, {"viewer": "Pier", "mac": "52:54:00:00:00:02"}]);
    let refused = ada.post("/network-cards/list", &lines).await;
    refused.refused(422, "invalid", "[1].viewer");
    let text = refused.text();
    assert!(text.contains("line 2: several screens have the name") && text.contains("give the id of one"), "{text}");
    assert!(ada.ids("/network-cards").await.is_empty(), "all lines or none");
}

#[tokio::test]
async fn a_card_says_whether_it_has_a_password_and_not_which() {
    let (_site, ada) = Site::set_up(&[]).await;
    let pier = ada.make("/viewers", json!({"name": "Pier"})).await;
    let card = ada.make("/network-cards", json!({"viewer": pier, "mac": "52:54:00:00:00:01"})).await;
    let path = format!("/network-cards/{card}");
    assert_eq!(ada.get(&path).await.ok()["has_secure_on"], false);
    let given = ada.patch(&path, &json!({"secure_on": "52:54:00:aa:bb:cc"})).await.ok();
    assert_eq!((&given["has_secure_on"], given.get("secure_on")), (&json!(true), None));
    ada.patch(&path, &json!({"has_secure_on": false})).await.refused(422, "invalid", "has_secure_on");
    assert_eq!(ada.get("/network-cards").await.ok()["items"][0]["has_secure_on"], true);
    assert_eq!(ada.patch(&path, &json!({"secure_on": null})).await.ok()["has_secure_on"], false);
}
