//! Lists: sorting, cursor paging and filters over the wire.

use serde_json::json;

use crate::server::Site;

#[tokio::test]
async fn pages_follow_each_other_while_others_change_the_list() {
    let (_site, ada) = Site::set_up(&[]).await;
    for n in 0..7 {
        ada.make("/playlists", json!({"name": format!("List {n}")})).await;
    }
    let (mut names, mut cursor, mut round) = (Vec::new(), String::new(), 0);
    loop {
        let page = ada.get(&format!("/playlists?limit=3{cursor}")).await.ok();
        names.extend(page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
        // Somebody makes one before the place that was reached: it must not shift the pages.
        ada.make("/playlists", json!({"name": format!("A {round}")})).await;
        round += 1;
    }
    assert_eq!(names, (0..7).map(|n| format!("List {n}")).collect::<Vec<_>>());
    assert_eq!(round, 2);
    let down = ada.get("/playlists?sort=-name&limit=1").await.ok();
    assert_eq!((&down["items"][0]["name"], &down["total"]), (&json!("List 6"), &json!(9)));
    let made = ada.get("/playlists?sort=-made_at&limit=1").await.ok();
    assert_eq!(made["items"][0]["name"], "A 1");
}

#[tokio::test]
async fn filters_select_and_unknown_ones_are_refused() {
    let (_site, ada) = Site::set_up(&[]).await;
    let folder = ada.make("/folders", json!({"name": "Quay"})).await;
    let inside = ada.make("/playlists", json!({"name": "Inside", "folder": folder})).await;
    let top = ada.make("/playlists", json!({"name": "At the top"})).await;
    assert_eq!(ada.ids(&format!("/playlists?folder={folder}")).await, std::slice::from_ref(&inside));
    assert_eq!(ada.ids("/playlists?folder=none").await, std::slice::from_ref(&top));
    assert_eq!(ada.ids("/playlists?q=SIDE").await, [inside]);
    assert_eq!(ada.ids("/playlists?q=nothing").await, [""; 0]);
    let (a, b) = (ada.make("/viewers", json!({"name": "A"})).await, ada.make("/viewers", json!({"name": "B"})).await);
    let (outer, inner) =
        (ada.make("/groups", json!({"name": "Outer"})).await, ada.make("/groups", json!({"name": "Inner"})).await);
    ada.make("/memberships", json!({"group": outer, "member": {"group": inner}})).await;
    ada.make("/memberships", json!({"group": inner, "member": {"viewer": a}})).await;
    assert_eq!(ada.ids(&format!("/viewers?group={outer}")).await, std::slice::from_ref(&a));
    assert_eq!(ada.ids("/viewers?group=none").await, [b]);
    assert_eq!(ada.ids(&format!("/memberships?member={a}")).await.len(), 1);
    for (query, field) in [
        ("colour=red", "colour"),
        ("folder=x", "folder"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("sort=draft_", "sort"),
        ("cursor=%00", "cursor"),
        ("cursor=e30", "cursor"),
        ("trashed=maybe", "trashed"),
        ("q=a&q=b", "q"),
    ] {
        ada.get(&format!("/playlists?{query}")).await.refused(400, "malformed", field);
    }
    for path in ["/plays?limit=0", "/audit?limit=501", "/plays?cursor=x"] {
        assert_eq!(ada.get(path).await.status, 400, "{path}");
    }
    for path in ["/plays?viewer=x", "/plays?x=1", "/audit?user=x", "/audit?cursor=x"] {
        ada.get(path).await.refused(400, "malformed", "");
    }
}

#[tokio::test]
async fn the_audit_trail_pages_from_the_newest() {
    let (site, ada) = Site::set_up(&[]).await;
    let viewer = ada.make("/viewers", json!({"name": "Pier"})).await;
    ada.patch(&format!("/viewers/{viewer}"), &json!({"name": "Pier 3"})).await.ok();
    ada.delete(&format!("/viewers/{viewer}")).await.cleared();
    let path = format!("/audit?kind=viewer&id={viewer}&limit=2");
    let mut page = ada.get(&path).await.ok();
    for _ in 0..200 {
        if page["items"][0]["after"].get("trashed_at").is_some() {
            break;
        }
        tokio::task::yield_now().await;
        page = ada.get(&path).await.ok();
    }
    let entries = page["items"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!((&entries[1]["before"]["name"], &entries[1]["after"]["name"]), (&json!("Pier"), &json!("Pier 3")));
    assert_eq!(entries[1]["user"], ada.get("/session").await.ok()["user"]["id"]);
    let rest = ada.get(&format!("{path}&cursor={}", page["next"].as_str().unwrap())).await.ok();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest["items"][0]["action"], "insert");
    let bob = site.person(&ada, "bob", &[("editor", json!("all"))]).await;
    bob.get("/audit").await.refused(403, "forbidden", "");
}
