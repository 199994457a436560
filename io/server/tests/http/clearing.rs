//! What is taken away leaves connected screens with the next thing that they hear, and those that cannot be told are named. How soon
//! that is stands among the figures (`cargo xtask bench`).

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::caller::Caller;
use crate::desk::{body, picture, presentation, row};
use crate::screen::{Device, Session};
use crate::server::Site;

/// A connected screen, and one that is switched off.
struct Pair {
    session: Session,
    on: Value,
    off: Value,
}

async fn two_screens(site: &Site, ada: &Caller) -> Pair {
    let (mut session, on) = Device::new(&site.base).pair(ada, "Pier").await;
    session.hear("plan").await;
    let (mut dark, off) = Device::new(&site.base).pair(ada, "Dark").await;
    dark.hear("plan").await;
    drop(dark);
    loop {
        let status = ada.get("/viewers/status").await.ok();
        let seen = status.as_array().unwrap().iter().find(|status| status["viewer"] == off.as_str()).unwrap().clone();
        if seen["online"] == false {
            break;
        }
        tokio::task::yield_now().await;
    }
    Pair { session, on: json!({"id": on, "name": "Pier"}), off: json!({"id": off, "name": "Dark"}) }
}

impl Pair {
    /// The next plan after something was added.
    async fn gains(&mut self) {
        assert_eq!(self.session.hear("plan").await["urgent"], false, "what is added can wait until it is complete");
    }

    /// The answer names both, and the connected one drops everything at once.
    async fn loses(&mut self, answer: &Answer) {
        assert_eq!(answer.cleared(), json!({"told": [self.on], "offline": [self.off], "hidden": 0}));
        assert!(answer.header("signboard-dot").is_some());
        let plan = self.session.hear("plan").await;
        assert_eq!(plan["urgent"], true, "it does not wait until what comes instead is complete");
    }
}

#[tokio::test]
async fn taking_down_unpublishing_and_deleting_rows_clear_screens() {
    let (site, ada) = Site::set_up(&[]).await;
    let shown = presentation(&ada, "Welcome").await;
    let mut pair = two_screens(&site, &ada).await;
    let first = ada.make("/schedules", row(json!({"presentation": shown}), json!("all"))).await;
    pair.gains().await;

    let down = ada.act(&format!("/schedules/{first}/take-down")).await;
    assert_eq!(down.cleared(), json!({"told": [pair.on], "offline": [pair.off], "hidden": 0}));
    let plan = pair.session.hear("plan").await;
    assert!(plan["urgent"] == true && Session::rows(&plan).iter().all(Value::is_null), "{plan}");

    let second = ada.make("/schedules", row(json!({"presentation": shown}), json!("all"))).await;
    pair.gains().await;
    pair.loses(&ada.act(&format!("/presentations/{shown}/unpublish")).await).await;
    let again = ada.act(&format!("/presentations/{shown}/unpublish")).await;
    assert_eq!(again.cleared(), json!({"told": [], "offline": [], "hidden": 0}), "it was not published any more");
    ada.act(&format!("/presentations/{shown}/publish")).await.ok();
    pair.gains().await;
    pair.loses(&ada.delete(&format!("/schedules/{second}")).await).await;
}

#[tokio::test]
async fn deleted_content_clears_the_screens_that_show_it_by_any_way() {
    let (site, ada) = Site::set_up(&[]).await;
    let media = picture(&ada, "boat.png", [9, 9, 200]).await;
    let id = ada.make("/presentations", json!({"name": "Boats"})).await;
    let mut drawing = body("Boats");
    drawing["pages"][0]["elements"][0] =
        json!({"id": "e1", "kind": "image", "frame": {"x": 0, "y": 0, "w": 800, "h": 200}, "media": media});
    ada.with("if-match", "\"none\"").put(&format!("/presentations/{id}/draft"), &drawing).await.ok();
    ada.act(&format!("/presentations/{id}/publish")).await.ok();
    let list = ada.make("/playlists", json!({"name": "Day"})).await;
    let item = ada.make(&format!("/playlists/{list}/items"), json!({"content": {"presentation": id}})).await;
    let mut pair = two_screens(&site, &ada).await;
    ada.make("/schedules", row(json!({"playlist": list}), json!("all"))).await;
    pair.gains().await;

    for path in [format!("/media/{media}"), format!("/presentations/{id}"), format!("/playlists/{list}")] {
        pair.loses(&ada.delete(&path).await).await;
        ada.act(&format!("{path}/restore")).await.ok();
        pair.gains().await;
    }
    pair.loses(&ada.delete(&format!("/playlist-items/{item}")).await).await;
    let unused = picture(&ada, "unused.png", [1, 2, 3]).await;
    assert_eq!(ada.delete(&format!("/media/{unused}")).await.cleared()["offline"], json!([]));
}

#[tokio::test]
async fn a_screen_that_leaves_its_group_loses_what_the_group_shows() {
    let (site, ada) = Site::set_up(&[]).await;
    let shown = presentation(&ada, "Welcome").await;
    let (outer, inner) =
        (ada.make("/groups", json!({"name": "Outer"})).await, ada.make("/groups", json!({"name": "Inner"})).await);
    let mut pair = two_screens(&site, &ada).await;
    for place in [&pair.on, &pair.off] {
        ada.make("/memberships", json!({"group": inner, "member": {"viewer": place["id"]}})).await;
    }
    ada.make("/schedules", row(json!({"presentation": shown}), json!({"group": outer}))).await;
    let link = json!({"group": outer, "member": {"group": inner}});
    let first = ada.make("/memberships", link.clone()).await;
    pair.gains().await;
    pair.loses(&ada.delete(&format!("/memberships/{first}")).await).await;
    ada.make("/memberships", link).await;
    pair.gains().await;
    pair.loses(&ada.delete(&format!("/groups/{outer}")).await).await;
}

#[tokio::test]
async fn screens_that_an_editor_may_not_see_are_counted_and_not_named() {
    let (site, ada) = Site::set_up(&[]).await;
    let shown = presentation(&ada, "Welcome").await;
    let pair = two_screens(&site, &ada).await;
    ada.make("/schedules", row(json!({"presentation": shown}), json!("all"))).await;
    let folder = ada.make("/folders", json!({"name": "Bob's"})).await;
    ada.patch(&format!("/presentations/{shown}"), &json!({"folder": folder})).await.ok();
    let bob = site.person(&ada, "bob", &[("editor", json!({"folder": folder}))]).await;
    let viewers = bob.act(&format!("/presentations/{shown}/unpublish")).await.cleared();
    assert_eq!(viewers, json!({"told": [], "offline": [], "hidden": 1}));
    drop(pair);
}
