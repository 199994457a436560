//! What an editor makes before a test begins: media, a published presentation, rows.

use serde_json::{Value, json};
use std::io::Cursor;

use crate::caller::Caller;
use crate::uploads::upload;

/// A PNG of one colour.
pub(crate) fn png(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(width, height, image::Rgb(colour)).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Uploads a picture and returns the id of its record.
pub(crate) async fn picture(caller: &Caller, name: &str, colour: [u8; 3]) -> String {
    let outcome = upload(caller, name, &png(64, 36, colour), None).await;
    assert_eq!(outcome["state"], "done", "{outcome}");
    outcome["media"].as_str().unwrap().to_owned()
}

/// A body with one page that shows a text.
pub(crate) fn body(text: &str) -> Value {
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
pub(crate) async fn presentation(caller: &Caller, name: &str) -> String {
    let id = caller.make("/presentations", json!({"name": name})).await;
    caller.with("if-match", "\"none\"").put(&format!("/presentations/{id}/draft"), &body(name)).await.ok();
    caller.act(&format!("/presentations/{id}/publish")).await.ok();
    id
}

/// A row that shows something on a destination from 2020 on, without end.
pub(crate) fn row(content: Value, destination: Value) -> Value {
    json!({
        "content": content, "destination": destination,
        "when": {"from": "2020-01-01T00:00:00", "until": null, "zone": null, "recurrence": null},
    })
}
