//! What an editor makes before and during a test.

use serde_json::{Value, json};

use crate::caller::Caller;

/// A body with one page that shows a text.
fn body(text: &str) -> Value {
    json!({
        "version": 1,
        "canvas": {"width": 1920, "height": 1080, "background": "#000000"},
        "pages": [{
            "id": "p1", "name": "One", "duration_ms": 5000, "transition": {"kind": "cut", "ms": 0},
            "elements": [{"id": "e1", "kind": "text", "frame": {"x": 0, "y": 0, "w": 800, "h": 200}, "text": text}],
        }],
    })
}

/// A presentation with a published text.
pub(crate) async fn presentation(caller: &Caller, text: &str) -> String {
    let id = caller.make("/presentations", json!({"name": text})).await;
    edit(caller, &id, text).await;
    publish(caller, &id).await;
    id
}

/// Writes a draft.
pub(crate) async fn edit(caller: &Caller, presentation: &str, text: &str) {
    let path = format!("/presentations/{presentation}");
    let now = caller.get(&format!("{path}/draft")).await;
    let version = now.header("etag").filter(|_| now.status == 200).unwrap_or("\"none\"").to_owned();
    caller.with("if-match", &version).put(&format!("{path}/draft"), &body(text)).await.ok();
}

/// Publishes the draft; the address of the change.
pub(crate) async fn publish(caller: &Caller, presentation: &str) -> String {
    let answer = caller.act(&format!("/presentations/{presentation}/publish")).await;
    answer.ok();
    answer.header("signboard-dot").unwrap().to_owned()
}

/// Puts a presentation on a screen from 2020 on, without end.
pub(crate) async fn schedule(caller: &Caller, presentation: &str, viewer: &str) -> String {
    let row = json!({
        "content": {"presentation": presentation}, "destination": {"viewer": viewer},
        "when": {"from": "2020-01-01T00:00:00", "until": null, "zone": null, "recurrence": null},
    });
    caller.make("/schedules", row).await
}
