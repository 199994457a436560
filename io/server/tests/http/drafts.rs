//! Drafts, publishing, history.

use serde_json::json;

use crate::desk::{body, picture};
use crate::server::Site;

#[tokio::test]
async fn a_draft_is_saved_only_by_who_saw_the_one_before() {
    let (_site, ada) = Site::set_up(&[]).await;
    let id = ada.make("/presentations", json!({"name": "Welcome"})).await;
    let path = format!("/presentations/{id}/draft");
    ada.get(&path).await.refused(404, "not_found", "");
    ada.put(&path, &body("one")).await.refused(428, "version_required", "");
    ada.with("if-match", "\"abc\"").put(&path, &body("one")).await.refused(412, "version_conflict", "");
    let saved = ada.with("if-match", "\"none\"").put(&path, &body("one")).await;
    let tag = saved.header("etag").unwrap().to_owned();
    assert_eq!(tag, format!("\"{}\"", saved.ok()["draft"].as_str().unwrap()));
    let found = ada.get(&path).await;
    assert_eq!((found.ok(), found.header("etag").unwrap()), (body("one"), tag.as_str()));
    let error = ada.with("if-match", "\"none\"").put(&path, &body("two")).await.refused(412, "version_conflict", "");
    assert_eq!(format!("\"{}\"", error["version"].as_str().unwrap()), tag);
    ada.with("if-match", &tag).put(&path, &body("two")).await.ok();
    assert_eq!(ada.get(&path).await.ok(), body("two"));
}

#[tokio::test]
async fn broken_bodies_name_the_member_at_fault() {
    let (_site, ada) = Site::set_up(&[]).await;
    let id = ada.make("/presentations", json!({"name": "Welcome"})).await;
    let path = format!("/presentations/{id}/draft");
    let keeper = ada.with("if-match", "\"none\"");
    let mut wide = body("x");
    wide["canvas"]["width"] = json!(20_000);
    let mut slow = body("x");
    slow["pages"][0]["duration_ms"] = json!(0);
    let mut twice = body("x");
    twice["pages"] = json!([twice["pages"][0], twice["pages"][0]]);
    let mut newer = body("x");
    newer["version"] = json!(2);
    for (body, field) in
        [(wide, "canvas.width"), (slow, "pages[0].duration_ms"), (twice, "pages[1].id"), (newer, "version"), (json!([]), "body")]
    {
        keeper.put(&path, &body).await.refused(422, "invalid", field);
    }
    let keeper = keeper.with("content-type", "application/json");
    let long = keeper.request(reqwest::Method::PUT, &path).body(vec![b' '; 5 * 1024 * 1024]);
    keeper.send(long).await.refused(413, "too_large", "");
    ada.get(&path).await.refused(404, "not_found", "");
}

#[tokio::test]
async fn publishing_makes_history_that_can_come_back() {
    let (_site, ada) = Site::set_up(&[]).await;
    let id = ada.make("/presentations", json!({"name": "Welcome"})).await;
    let call = |verb: &str| format!("/presentations/{id}/{verb}");
    ada.act(&call("publish")).await.refused(404, "not_found", "");
    let first_tag = ada.with("if-match", "\"none\"").put(&call("draft"), &body("one")).await.header("etag").unwrap().to_owned();
    let first = ada.act(&call("publish")).await.ok();
    assert_eq!(ada.get(&format!("/presentations/{id}")).await.ok()["head"], first["id"]);
    assert_eq!(ada.act(&call("publish")).await.ok()["id"], first["id"], "the same draft is one revision");
    ada.with("if-match", &first_tag).put(&call("draft"), &body("two")).await.ok();
    let second = ada.act(&call("publish")).await.ok();
    assert_eq!((&second["parent"], &second["presentation"]), (&first["id"], &json!(id)));
    let history = ada.ids(&format!("/revisions?presentation={id}&sort=published_at")).await;
    assert_eq!(history, [first["id"].as_str().unwrap(), second["id"].as_str().unwrap()]);
    let old = ada.get(&format!("/revisions/{}/body", history[0])).await;
    assert_eq!(old.ok(), body("one"));

    ada.act(&call("unpublish")).await.cleared();
    assert_eq!(ada.get(&format!("/presentations/{id}")).await.ok()["head"], json!(null));
    assert_eq!(ada.post(&call("revert"), &json!({"revision": history[0]})).await.ok()["id"], first["id"]);
    let after = ada.get(&format!("/presentations/{id}")).await.ok();
    assert_eq!((&after["head"], after["draft"].as_str().unwrap()), (&first["id"], first_tag.trim_matches('"')));
    let other = ada.make("/presentations", json!({"name": "Other"})).await;
    let foreign = ada.post(&format!("/presentations/{other}/revert"), &json!({"revision": history[0]})).await;
    foreign.refused(422, "invalid", "revision");
    ada.patch(&format!("/revisions/{}", history[0]), &json!({})).await.refused(405, "method_not_allowed", "");
    let empty = json!({"version": 1, "canvas": {"width": 10, "height": 10}, "pages": []});
    ada.with("if-match", "\"none\"").put(&format!("/presentations/{other}/draft"), &empty).await.ok();
    ada.act(&format!("/presentations/{other}/publish")).await.refused(422, "invalid", "pages");
}

#[tokio::test]
async fn a_draft_names_what_will_not_play() {
    let (_site, ada) = Site::set_up(&[]).await;
    let media = picture(&ada, "red.png", [200, 0, 0]).await;
    let gone = picture(&ada, "blue.png", [0, 0, 200]).await;
    let id = ada.make("/presentations", json!({"name": "Welcome"})).await;
    let frame = json!({"x": 0, "y": 0, "w": 10, "h": 10});
    let mut draft = body("text");
    draft["pages"][0]["elements"] = json!([
        {"id": "good", "kind": "image", "frame": frame, "media": media},
        {"id": "none", "kind": "image", "frame": frame},
        {"id": "missing", "kind": "video", "frame": frame, "media": "0192e4a0-7c1e-7cc3-98c4-dc0c0c07398f"},
        {"id": "trashed", "kind": "image", "frame": frame, "media": gone},
        {"id": "halo", "kind": "halo", "frame": frame},
    ]);
    ada.with("if-match", "\"none\"").put(&format!("/presentations/{id}/draft"), &draft).await.ok();
    ada.delete(&format!("/media/{gone}")).await.cleared();
    let problems = ada.get(&format!("/presentations/{id}/problems")).await.ok();
    let found: Vec<_> =
        problems.as_array().unwrap().iter().map(|p| (p["element"].as_str().unwrap(), p["code"].as_str().unwrap())).collect();
    assert_eq!(
        found,
        [("none", "media.none"), ("missing", "media.missing"), ("trashed", "media.trashed"), ("halo", "kind.unknown")]
    );
}
