//! Groups stand in groups, but never in themselves.

use serde_json::json;

use crate::server::Site;

#[tokio::test]
async fn circles_are_refused_and_doubles_too() {
    let (_site, ada) = Site::set_up(&[]).await;
    let mut groups = Vec::new();
    for name in ["A", "B", "C"] {
        groups.push(ada.make("/groups", json!({"name": name})).await);
    }
    let member = |outer: usize, inner: usize| json!({"group": groups[outer], "member": {"group": groups[inner]}});
    ada.make("/memberships", member(0, 1)).await;
    let link = ada.make("/memberships", member(1, 2)).await;
    for (outer, inner) in [(0, 0), (1, 0), (2, 0), (2, 1)] {
        ada.post("/memberships", &member(outer, inner)).await.refused(422, "invalid", "member.group");
    }
    ada.post("/memberships", &member(0, 1)).await.refused(422, "invalid", "member");
    ada.delete(&format!("/memberships/{link}")).await.cleared();
    ada.make("/memberships", member(2, 0)).await;
    ada.post("/memberships", &json!({"group": groups[0]})).await.refused(422, "invalid", "member");
    let nobody = json!({"viewer": "0192e4a0-7c1e-7cc3-98c4-dc0c0c07398f"});
    ada.post("/memberships", &json!({"group": groups[0], "member": nobody})).await.refused(422, "invalid", "member.viewer");
    ada.post("/memberships", &json!({"group": groups[0], "member": {"ship": 1}})).await.refused(422, "invalid", "member");
}

#[tokio::test]
async fn a_link_that_is_turned_round_does_not_stand_in_its_own_way() {
    let (_site, ada) = Site::set_up(&[]).await;
    let (a, b) = (ada.make("/groups", json!({"name": "A"})).await, ada.make("/groups", json!({"name": "B"})).await);
    let c = ada.make("/groups", json!({"name": "C"})).await;
    let link = ada.make("/memberships", json!({"group": a, "member": {"group": b}})).await;
    let path = format!("/memberships/{link}");
    ada.patch(&path, &json!({"group": b, "member": {"group": a}})).await.ok();
    ada.make("/memberships", json!({"group": a, "member": {"group": c}})).await;
    ada.patch(&path, &json!({"group": c})).await.refused(422, "invalid", "member.group");
    ada.patch(&path, &json!({"group": c, "member": {"group": b}})).await.ok();
}
