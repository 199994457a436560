//! API tokens: shown once, at most as strong as their maker and their role, and unable to grow.

use serde_json::json;

use crate::server::Site;

#[tokio::test]
async fn a_token_acts_with_at_most_its_role() {
    let (_site, ada) = Site::set_up(&[]).await;
    let viewer = json!({"name": "Pier"});
    let observer = ada.program(&ada.token("observer").await);
    observer.get("/viewers").await.ok();
    observer.post("/viewers", &viewer).await.refused(403, "forbidden", "");
    observer.post("/playlists", &json!({"name": "Loop"})).await.refused(403, "forbidden", "");
    observer.get("/audit").await.refused(403, "forbidden", "");
    let editor = ada.program(&ada.token("editor").await);
    editor.post("/playlists", &json!({"name": "Loop"})).await.created();
    editor.post("/viewers", &viewer).await.refused(403, "forbidden", "");
    ada.program(&ada.token("administrator").await).post("/viewers", &viewer).await.created();
}

#[tokio::test]
async fn a_weak_person_makes_no_strong_token() {
    let (site, ada) = Site::set_up(&[]).await;
    let bob = site.person(&ada, "bob", &[("observer", json!("all"))]).await;
    let token = bob.program(&bob.token("administrator").await);
    token.get("/viewers").await.ok();
    token.post("/viewers", &json!({"name": "Pier"})).await.refused(403, "forbidden", "");
}

#[tokio::test]
async fn a_token_cannot_make_itself_stronger_or_last_longer() {
    let (_site, ada) = Site::set_up(&[]).await;
    let end = server::now::now_ms() + 60_000;
    let made = ada.post("/tokens", &json!({"name": "weak", "role": "observer", "expires_at": end})).await.created();
    let path = format!("/tokens/{}", made["id"].as_str().unwrap());
    let weak = ada.program(made["secret"].as_str().unwrap());
    weak.patch(&path, &json!({"role": "administrator"})).await.refused(403, "forbidden", "");
    weak.patch(&path, &json!({"expires_at": null})).await.refused(403, "forbidden", "");
    weak.post("/tokens", &json!({"name": "heir", "role": "observer"})).await.refused(403, "forbidden", "");
    let token = ada.get(&path).await.ok();
    assert_eq!((&token["role"], &token["expires_at"]), (&json!("observer"), &json!(end)));
    weak.post("/viewers", &json!({"name": "Pier"})).await.refused(403, "forbidden", "");
}

#[tokio::test]
async fn tokens_end_when_they_expire_or_are_deleted() {
    let (_site, ada) = Site::set_up(&[]).await;
    let past = json!({"name": "old", "role": "observer", "expires_at": 1_000});
    let old = ada.post("/tokens", &past).await.created();
    ada.program(old["secret"].as_str().unwrap()).get("/viewers").await.refused(401, "sign_in_required", "");
    let made = ada.post("/tokens", &json!({"name": "t", "role": "observer"})).await.created();
    let program = ada.program(made["secret"].as_str().unwrap());
    program.get("/viewers").await.ok();
    ada.delete(&format!("/tokens/{}", made["id"].as_str().unwrap())).await.done();
    program.get("/viewers").await.refused(401, "sign_in_required", "");
    for header in ["Bearer", "Bearer x", "Basic YTpi", ""] {
        let caller = crate::caller::Caller::new(&ada.base).with("authorization", header);
        caller.get("/viewers").await.refused(401, "sign_in_required", "");
    }
}

#[tokio::test]
async fn people_see_and_end_only_their_own_tokens() {
    let (site, ada) = Site::set_up(&[]).await;
    let bob = site.person(&ada, "bob", &[("editor", json!("all"))]).await;
    let made = ada.post("/tokens", &json!({"name": "ada's", "role": "editor"})).await.created();
    let path = format!("/tokens/{}", made["id"].as_str().unwrap());
    assert!(bob.ids("/tokens").await.is_empty());
    bob.get(&path).await.refused(404, "not_found", "");
    bob.delete(&path).await.refused(404, "not_found", "");
    let token = ada.get(&path).await.ok();
    assert!(token.get("secret_hash").is_none() && token.get("secret").is_none(), "{token}");
    bob.post("/tokens", &json!({"name": "", "role": "editor"})).await.refused(422, "invalid", "name");
    bob.post("/tokens", &json!({"name": "x", "role": "king"})).await.refused(422, "invalid", "role");
}
