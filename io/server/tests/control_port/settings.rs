//! The settings, tokens and the list in the API.

use serde_json::json;

use crate::server::Site;

#[tokio::test]
async fn what_cannot_stand_is_refused_at_its_member() {
    let (site, ada) = Site::set_up(&[]).await;
    ada.patch("/enrolment", &json!({"password": "short"})).await.refused(422, "invalid", "password");
    ada.patch("/enrolment", &json!({"by_hand": true})).await.refused(422, "invalid", "by_hand");
    let viewer = ada.make("/viewers", json!({"name": "Pier"})).await;
    for (wish, field) in [
        (json!({"name": ""}), "name"),
        (json!({"name": "a", "uses": 0}), "uses"),
        (json!({"name": "a", "uses": 2, "viewer": viewer}), "uses"),
        (json!({"name": "a", "viewer": "00000000-0000-0000-0000-000000000001"}), "viewer"),
        (json!({"name": "a", "group": "00000000-0000-0000-0000-000000000001"}), "group"),
    ] {
        ada.post("/enrolment-tokens", &wish).await.refused(422, "invalid", field);
    }
    for (line, field) in [
        (json!({"name": "Pier"}), "[1].serial"),
        (json!({"mac": "00:11"}), "[1].mac"),
        (json!({"serial": "1", "group": "Nowhere"}), "[1].group"),
    ] {
        let list = json!([{"serial": "fine"}, line]);
        let error = ada.post("/expected-devices/list", &list).await.refused(422, "invalid", field);
        assert!(error["message"].as_str().unwrap().starts_with("line 2: "), "{error}");
    }
    assert_eq!(ada.ids("/expected-devices").await.len(), 0, "all lines or none");
    ada.make("/expected-devices", json!({"serial": "A", "mac": "00:11:22:aa:bb:01"})).await;
    ada.post("/expected-devices", &json!({"serial": " a "})).await.refused(422, "invalid", "serial");
    ada.post("/expected-devices", &json!({"mac": "00:11:22:aa:bb:01"})).await.refused(422, "invalid", "mac");
    drop(site);
}

#[tokio::test]
async fn only_administrators_see_and_change_how_machines_enrol() {
    let (site, ada) = Site::set_up(&[]).await;
    let bob = site.person(&ada, "bob", &[("editor", json!("all"))]).await;
    bob.get("/enrolment").await.refused(403, "forbidden", "");
    bob.patch("/enrolment", &json!({"automatic": true})).await.refused(403, "forbidden", "");
    bob.post("/enrolment-tokens", &json!({"name": "a"})).await.refused(403, "forbidden", "");
    bob.post("/expected-devices", &json!({"serial": "a"})).await.refused(403, "forbidden", "");
    bob.post("/expected-devices/list", &json!([])).await.refused(403, "forbidden", "");
    let id = ada.post("/enrolment-tokens", &json!({"name": "a"})).await.created()["id"].as_str().unwrap().to_owned();
    assert_eq!(bob.ids("/enrolment-tokens").await.len(), 0);
    bob.delete(&format!("/enrolment-tokens/{id}")).await.refused(404, "not_found", "");
    ada.delete(&format!("/enrolment-tokens/{id}")).await.done();
    site.stranger().get("/enrolment").await.refused(401, "sign_in_required", "");
}
