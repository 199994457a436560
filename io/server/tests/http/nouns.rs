//! What every noun does alike: make, find, change, delete, restore, and how each refuses.

use serde_json::{Value, json};

use crate::caller::Caller;
use crate::server::Site;

/// A noun, two names that stand beside each other, and members without a name; whether names are unique and whether it has a trash.
struct Case {
    noun: &'static str,
    more: Value,
    unique: bool,
    trash: bool,
    screens: bool,
}

fn cases() -> Vec<Case> {
    vec![
        Case { noun: "/folders", more: json!({}), unique: true, trash: true, screens: false },
        Case { noun: "/presentations", more: json!({}), unique: false, trash: true, screens: true },
        Case { noun: "/playlists", more: json!({"shuffle": true}), unique: false, trash: true, screens: true },
        Case {
            noun: "/viewers",
            more: json!({"rotation": 90, "zone": "America/New_York"}),
            unique: true,
            trash: true,
            screens: true,
        },
        Case { noun: "/groups", more: json!({}), unique: true, trash: true, screens: true },
        Case { noun: "/priorities", more: json!({"rank": 7, "colour": "#00aa00"}), unique: true, trash: false, screens: false },
    ]
}

fn named(case: &Case, name: &str, rank: i64) -> Value {
    let mut body = case.more.clone();
    body["name"] = name.into();
    if body.get("rank").is_some() {
        body["rank"] = rank.into();
    }
    body
}

#[tokio::test]
async fn every_noun_is_made_found_changed_deleted_and_restored() {
    let (_site, ada) = Site::set_up(&[]).await;
    for case in cases() {
        life(&ada, &case).await;
    }
}

async fn life(ada: &Caller, case: &Case) {
    let answer = ada.post(case.noun, &named(case, "Älpha", 7)).await;
    let made = answer.created();
    let path = format!("{}/{}", case.noun, made["id"].as_str().unwrap());
    assert_eq!(answer.header("location").unwrap(), format!("/api/v1{path}"));
    assert_eq!(answer.header("etag").unwrap(), format!("\"{}\"", made["version"].as_str().unwrap()));
    let dot = answer.header("signboard-dot").unwrap();
    assert_eq!(ada.get(&format!("/changes/{dot}")).await.ok()["here"], true);
    for (member, value) in named(case, "Älpha", 7).as_object().unwrap() {
        assert_eq!(&made[member], value, "{} {member}", case.noun);
    }
    let found = ada.get(&path).await;
    assert_eq!(found.ok(), made);
    let unchanged = ada.with("if-none-match", answer.header("etag").unwrap()).get(&path).await;
    assert_eq!((unchanged.status, unchanged.bytes.len()), (304, 0));

    let second = ada.post(case.noun, &named(case, "älphA", 8)).await;
    if case.unique {
        second.refused(409, "name_taken", "name");
    } else {
        second.created();
    }

    let changed = ada.with("if-match", answer.header("etag").unwrap()).patch(&path, &json!({"name": "Beta"})).await;
    assert_eq!(changed.ok()["name"], "Beta");
    assert_ne!(changed.header("etag"), answer.header("etag"));
    let stale = ada.with("if-match", answer.header("etag").unwrap());
    let error = stale.patch(&path, &json!({"name": "Gamma"})).await.refused(412, "version_conflict", "");
    assert_eq!(format!("\"{}\"", error["version"].as_str().unwrap()), changed.header("etag").unwrap());
    stale.delete(&path).await.refused(412, "version_conflict", "");
    let same = ada.patch(&path, &json!({"name": "Beta"})).await;
    assert_eq!((same.ok(), same.header("signboard-dot")), (changed.json(), None), "{}: nothing was changed", case.noun);

    for (body, field) in [
        (json!({"name": ""}), "name"),
        (json!({"name": "  "}), "name"),
        (json!({"name": null}), "name"),
        (json!({"name": 7}), "name"),
        (json!({"name": "a\nb"}), "name"),
        (json!({"name": "x".repeat(201)}), "name"),
        (json!({"wings": 2}), "wings"),
        (json!({"id": "0192e4a0-7c1e-7cc3-98c4-dc0c0c07398f"}), "id"),
    ] {
        ada.patch(&path, &body).await.refused(422, "invalid", field);
        ada.post(case.noun, &body).await.refused(422, "invalid", field);
    }
    assert_eq!(ada.get(&path).await.ok(), changed.json());

    let deleted = ada.delete(&path).await;
    match case.screens {
        true => assert_eq!(deleted.cleared(), json!({"told": [], "offline": [], "hidden": 0})),
        false => deleted.done(),
    }
    if !case.trash {
        ada.get(&path).await.refused(404, "not_found", "");
        ada.delete(&path).await.refused(404, "not_found", "");
        return;
    }
    let id = made["id"].as_str().unwrap().to_owned();
    assert!(!ada.ids(case.noun).await.contains(&id));
    assert_eq!(ada.ids(&format!("{}?trashed=true", case.noun)).await, std::slice::from_ref(&id));
    let trashed = ada.get(&path).await.ok();
    assert!(trashed["trashed_at"].as_i64().unwrap() > 0);
    assert_eq!(ada.delete(&path).await.status, deleted.status);
    assert_eq!(ada.get(&path).await.ok(), trashed, "{}: deleting twice is deleting once", case.noun);
    let namesake = ada.make(case.noun, named(case, "Beta", 9)).await;
    if case.unique {
        ada.act(&format!("{path}/restore")).await.refused(409, "name_taken", "name");
        assert_eq!(ada.delete(&format!("{}/{namesake}", case.noun)).await.status, deleted.status);
    }
    assert_eq!(ada.act(&format!("{path}/restore")).await.ok()["trashed_at"], Value::Null);
    assert!(ada.ids(case.noun).await.contains(&id));
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_outcome() {
    let (_site, ada) = Site::set_up(&[]).await;
    let keyed = ada.with("idempotency-key", "5b1c9a3e-3f43-4b27-9a4e-1f58a0f6f001");
    let first = keyed.post("/viewers", &json!({"name": "Pier"})).await;
    let again = keyed.post("/viewers", &json!({"name": "Pier"})).await;
    assert_eq!(first.created(), again.created());
    assert_eq!(first.header("signboard-dot"), again.header("signboard-dot"));
    assert_eq!(ada.ids("/viewers").await.len(), 1);

    let people = ada.with("idempotency-key", "5b1c9a3e-3f43-4b27-9a4e-1f58a0f6f002");
    let wish = json!({"login": "bob", "name": "Bob", "password": "long enough it is"});
    assert_eq!(people.post("/users", &wish).await.created(), people.post("/users", &wish).await.created());

    let discard = ada.with("idempotency-key", "5b1c9a3e-3f43-4b27-9a4e-1f58a0f6f003");
    let group = ada.make("/groups", json!({"name": "Hall"})).await;
    let member = json!({"group": group, "member": {"viewer": first.json()["id"]}});
    let path = format!("/memberships/{}", ada.make("/memberships", member).await);
    let first = discard.delete(&path).await;
    assert_eq!(discard.delete(&path).await.cleared(), first.cleared());
    ada.with("idempotency-key", "seven").post("/groups", &json!({"name": "x"})).await.refused(
        400,
        "malformed",
        "Idempotency-Key",
    );
}

#[tokio::test]
async fn what_is_not_understood_is_refused_in_the_envelope() {
    let (_site, ada) = Site::set_up(&[]).await;
    let raw = |method, path: &str, body: &'static str| {
        let request = ada.request(method, path).header("content-type", "application/json").body(body);
        ada.send(request)
    };
    use reqwest::Method;
    raw(Method::POST, "/viewers", "{").await.refused(400, "malformed", "");
    raw(Method::POST, "/viewers", "{} x").await.refused(400, "malformed", "");
    raw(Method::POST, "/viewers", "").await.refused(400, "malformed", "");
    raw(Method::POST, "/viewers", "[1]").await.refused(422, "invalid", "");
    ada.get("/viewers/seven").await.refused(400, "malformed", "");
    ada.get("/viewers/0192e4a0-7c1e-7cc3-98c4-dc0c0c07398f").await.refused(404, "not_found", "");
    ada.get("/ships").await.refused(404, "not_found", "");
    ada.get("/changes/x").await.refused(400, "malformed", "");
    for path in ["/media/..%2f..%2fsecret.key", "/media/%2fetc%2fpasswd", "/media/00"] {
        ada.get(&format!("{}{path}", ada.base)).await.refused(404, "not_found", "");
    }
    ada.put("/viewers", &json!({})).await.refused(405, "method_not_allowed", "");
    let long = format!("{{\"name\": \"{}\"}}", "x".repeat(1024 * 1024));
    let request = ada.request(Method::POST, "/viewers").header("content-type", "application/json").body(long);
    ada.send(request).await.refused(413, "too_large", "");
    let deep = format!("{{\"name\": {}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let request = ada.request(Method::POST, "/viewers").header("content-type", "application/json").body(deep);
    ada.send(request).await.refused(400, "malformed", "");
    let host = ada.post("/viewers", &json!({"name": "x", "zone": "Mars/Base"})).await.refused(422, "invalid", "zone");
    assert!(host["message"].as_str().unwrap().contains("Mars/Base"));
}

#[tokio::test]
async fn what_is_needed_is_not_removed() {
    let (_site, ada) = Site::set_up(&[]).await;
    let folder = ada.make("/folders", json!({"name": "Outer"})).await;
    let inner = ada.make("/folders", json!({"name": "Inner", "parent": folder})).await;
    ada.delete(&format!("/folders/{folder}")).await.refused(409, "in_use", "");
    ada.patch(&format!("/folders/{folder}"), &json!({"parent": inner})).await.refused(422, "invalid", "parent");
    let user = ada.get("/session").await.ok()["user"]["id"].as_str().unwrap().to_owned();
    ada.delete(&format!("/users/{user}")).await.refused(409, "in_use", "");
    ada.post("/suspensions", &json!({"subject": user})).await.refused(409, "in_use", "");
    let grant = ada.ids(&format!("/grants?user={user}")).await.remove(0);
    ada.delete(&format!("/grants/{grant}")).await.refused(409, "in_use", "");
    ada.patch(&format!("/grants/{grant}"), &json!({"role": "editor"})).await.refused(409, "in_use", "");
}

#[tokio::test]
async fn the_installation_is_one_document() {
    let (_site, ada) = Site::set_up(&[]).await;
    let before = ada.get("/installation").await;
    assert_eq!(before.ok()["zone"], "Europe/Berlin");
    let after = ada.with("if-match", before.header("etag").unwrap()).patch("/installation", &json!({"name": "Quay"})).await;
    assert_eq!(after.ok()["name"], "Quay");
    let stale = ada.with("if-match", before.header("etag").unwrap());
    stale.patch("/installation", &json!({"name": "x"})).await.refused(412, "version_conflict", "");
    for (member, value, field) in [
        ("zone", json!("x"), "zone"),
        ("language", json!(""), "language"),
        ("set_up_at", json!(5), "set_up_at"),
        ("fallback", json!({"media": "x"}), "fallback.media"),
    ] {
        ada.patch("/installation", &json!({ member: value })).await.refused(422, "invalid", field);
    }
}
