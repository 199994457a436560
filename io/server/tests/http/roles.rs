//! Roles count on their scopes: what is outside is not changed and not seen.

use serde_json::{Value, json};

use crate::caller::Caller;
use crate::desk::{body, presentation, row};
use crate::server::Site;

#[tokio::test]
async fn an_observer_looks_and_changes_nothing() {
    let (site, ada) = Site::set_up(&[]).await;
    let eve = site.person(&ada, "eve", &[("observer", json!("all"))]).await;
    let shown = presentation(&ada, "Welcome").await;
    let viewer = ada.make("/viewers", json!({"name": "Pier"})).await;
    let group = ada.make("/groups", json!({"name": "Hall"})).await;
    let schedule = ada.make("/schedules", row(json!({"presentation": shown}), json!("all"))).await;
    for path in ["/viewers", "/presentations", "/schedules", "/groups", "/viewers/status", "/priorities", "/installation"] {
        eve.get(path).await.ok();
    }
    let member = json!({"group": group, "member": {"viewer": viewer}});
    let posts = [
        ("/viewers", json!({"name": "x"})),
        ("/groups", json!({"name": "x"})),
        ("/memberships", member),
        ("/playlists", json!({"name": "x"})),
        ("/folders", json!({"name": "x"})),
        ("/schedules", row(json!({"presentation": shown}), json!("all"))),
        ("/users", json!({"login": "x", "name": "x", "password": "long enough it is"})),
        ("/grants", json!({"user": user_id(&eve).await, "role": "administrator", "scope": "all"})),
        ("/devices/approve", json!({"code": "AAAAAA", "name": "x"})),
    ];
    for (path, body) in posts {
        eve.post(path, &body).await.refused(403, "forbidden", "");
    }
    let acts = [
        format!("/presentations/{shown}/unpublish"),
        format!("/schedules/{schedule}/take-down"),
        format!("/schedules/{schedule}/raise"),
        format!("/presentations/{shown}/publish"),
    ];
    for path in acts {
        eve.act(&path).await.refused(403, "forbidden", "");
    }
    eve.post(&format!("/viewers/{viewer}/commands"), &json!({"kind": "reload"})).await.refused(403, "forbidden", "");
    eve.patch("/installation", &json!({"name": "x"})).await.refused(403, "forbidden", "");
    eve.delete(&format!("/schedules/{schedule}")).await.refused(403, "forbidden", "");
    eve.with("if-match", "\"none\"").put(&format!("/presentations/{shown}/draft"), &body("x")).await.refused(
        403,
        "forbidden",
        "",
    );
    eve.put(&format!("/users/{}/password", user_id(&ada).await), &json!({"password": "taken over now"})).await.refused(
        403,
        "forbidden",
        "",
    );
}

async fn user_id(caller: &Caller) -> String {
    caller.get("/session").await.ok()["user"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_editor_of_a_folder_works_below_it_only() {
    let (site, ada) = Site::set_up(&[]).await;
    let own = ada.make("/folders", json!({"name": "Quay"})).await;
    let inner = ada.make("/folders", json!({"name": "Berth", "parent": own})).await;
    let other = ada.make("/folders", json!({"name": "Office"})).await;
    let foreign = ada.make("/playlists", json!({"name": "Secret", "folder": other})).await;
    let top = ada.make("/playlists", json!({"name": "Top"})).await;
    let bob = site.person(&ada, "bob", &[("editor", json!({"folder": own}))]).await;

    let mine = bob.make("/playlists", json!({"name": "Mine", "folder": inner})).await;
    assert_eq!(bob.ids("/playlists").await, std::slice::from_ref(&mine), "lists hold what one may see");
    assert_eq!(bob.get("/playlists").await.ok()["total"], 1);
    assert_eq!(bob.ids("/folders").await.len(), 2);
    for hidden in [&foreign, &top] {
        let path = format!("/playlists/{hidden}");
        bob.get(&path).await.refused(404, "not_found", "");
        bob.patch(&path, &json!({"name": "x"})).await.refused(404, "not_found", "");
        bob.delete(&path).await.refused(404, "not_found", "");
        bob.act(&format!("{path}/restore")).await.refused(404, "not_found", "");
    }
    for folder in [json!(other), Value::Null] {
        bob.post("/playlists", &json!({"name": "x", "folder": folder})).await.refused(403, "forbidden", "");
        bob.patch(&format!("/playlists/{mine}"), &json!({"folder": folder})).await.refused(403, "forbidden", "");
        bob.post("/folders", &json!({"name": "x", "parent": folder})).await.refused(403, "forbidden", "");
        bob.patch(&format!("/folders/{inner}"), &json!({"parent": folder})).await.refused(403, "forbidden", "");
    }
    let sub = bob.make("/folders", json!({"name": "Mooring", "parent": inner})).await;
    bob.patch(&format!("/folders/{sub}"), &json!({"parent": own})).await.ok();
    bob.patch(&format!("/folders/{own}"), &json!({"name": "Quay 2"})).await.ok();
    bob.post("/schedules", &row(json!({"playlist": mine}), json!("all"))).await.refused(403, "forbidden", "");
    bob.get("/users").await.ok();
    assert!(bob.ids("/users").await.is_empty() && bob.ids("/viewers").await.is_empty());
}

#[tokio::test]
async fn a_role_on_a_group_reaches_its_screens_and_those_of_groups_inside() {
    let (site, ada) = Site::set_up(&[]).await;
    let (outer, inner) =
        (ada.make("/groups", json!({"name": "Outer"})).await, ada.make("/groups", json!({"name": "Inner"})).await);
    ada.make("/memberships", json!({"group": outer, "member": {"group": inner}})).await;
    let (a, b) = (ada.make("/viewers", json!({"name": "A"})).await, ada.make("/viewers", json!({"name": "B"})).await);
    ada.make("/memberships", json!({"group": inner, "member": {"viewer": a}})).await;
    let shown = presentation(&ada, "Welcome").await;
    let all = ada.make("/schedules", row(json!({"presentation": shown}), json!("all"))).await;
    let bob = site.person(&ada, "bob", &[("editor", json!({"group": outer}))]).await;

    assert_eq!(bob.ids("/viewers").await, std::slice::from_ref(&a));
    assert_eq!(bob.get("/viewers/status").await.ok().as_array().unwrap().len(), 1);
    bob.get(&format!("/viewers/{b}/why")).await.refused(404, "not_found", "");
    bob.get(&format!("/viewers/{a}/why")).await.ok();
    let content = json!({"presentation": shown});
    for destination in [json!({"viewer": a}), json!({"group": inner}), json!({"group": outer})] {
        bob.post("/schedules", &row(content.clone(), destination)).await.created();
    }
    for destination in [json!({"viewer": b}), json!("all")] {
        bob.post("/schedules", &row(content.clone(), destination)).await.refused(403, "forbidden", "");
    }
    let mine = bob.ids("/schedules").await;
    assert_eq!(mine.len(), 3, "rows for all screens are not his");
    bob.act(&format!("/schedules/{all}/take-down")).await.refused(404, "not_found", "");
    bob.patch(&format!("/schedules/{}", mine[0]), &json!({"destination": "all"})).await.refused(403, "forbidden", "");
    bob.get(&format!("/plays?viewer={a}")).await.ok();
    bob.get(&format!("/plays?viewer={b}")).await.refused(403, "forbidden", "");
    bob.get("/plays").await.refused(403, "forbidden", "");
    bob.patch(&format!("/viewers/{a}"), &json!({"muted": true})).await.refused(403, "forbidden", "");
}

#[tokio::test]
async fn an_administrator_of_a_group_cannot_pull_other_screens_into_it() {
    let (site, ada) = Site::set_up(&[]).await;
    let (own, other) = (ada.make("/groups", json!({"name": "Own"})).await, ada.make("/groups", json!({"name": "Other"})).await);
    let (a, b) = (ada.make("/viewers", json!({"name": "A"})).await, ada.make("/viewers", json!({"name": "B"})).await);
    let link = ada.make("/memberships", json!({"group": own, "member": {"viewer": a}})).await;
    let bob = site.person(&ada, "bob", &[("administrator", json!({"group": own}))]).await;
    bob.patch(&format!("/viewers/{a}"), &json!({"muted": true})).await.ok();
    for member in [json!({"viewer": b}), json!({"group": other})] {
        bob.post("/memberships", &json!({"group": own, "member": member})).await.refused(403, "forbidden", "");
        bob.patch(&format!("/memberships/{link}"), &json!({"member": member})).await.refused(403, "forbidden", "");
    }
    bob.patch(&format!("/viewers/{b}"), &json!({"muted": true})).await.refused(404, "not_found", "");
    bob.post("/grants", &json!({"user": user_id(&bob).await, "role": "administrator", "scope": "all"})).await.refused(
        403,
        "forbidden",
        "",
    );
}
