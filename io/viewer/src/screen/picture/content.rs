//! Whether something in an item changes by itself.

use control::message::StatusSlot;
use control::plan::Plan;
use domain::cell::Hash;
use domain::timetable::{Item, Show};
use serde_json::Value;

use crate::screen::contract::Library;

/// Whether what stands on the screen changes at least every minute: a film, a page with a clock or a film, the standby page with its
/// clock. Unknown items are taken to stand still.
pub(in crate::screen) fn moves(plan: &Plan, slot: &StatusSlot, now: i64, library: &dyn Library) -> bool {
    item(plan, slot, now).is_some_and(|item| match &item.show {
        Show::Standby => true,
        Show::Video { .. } => true,
        Show::Image { .. } => false,
        Show::Page { body, page } => read(body, library).is_some_and(|body| page_moves(&body, &serde_json::json!(page))),
    })
}

fn item<'p>(plan: &'p Plan, slot: &StatusSlot, now: i64) -> Option<&'p Item> {
    let present = plan.slots.iter().find(|one| one.from <= now && now < one.until).map_or(&plan.fallback, |one| &one.program);
    let programs = plan.programs.get(present).into_iter().chain(plan.programs.get(&plan.fallback));
    programs.flat_map(|program| &program.items).find(|item| item.id == slot.item)
}

fn read(hash: &Hash, library: &dyn Library) -> Option<Value> {
    serde_json::from_slice(&std::fs::read(library.path(hash)?).ok()?).ok()
}

fn page_moves(body: &Value, page: &Value) -> bool {
    let pages = body["pages"].as_array().into_iter().flatten();
    let elements = pages.filter(|one| one["id"] == *page).filter_map(|one| one["elements"].as_array()).flatten();
    elements
        .filter(|element| element["hidden"] != true)
        .any(|element| matches!(element["kind"].as_str(), Some("clock" | "video")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn clocks_and_films_of_the_page_move_it() {
        let body = |kind: &str, hidden: bool| json!({ "pages": [{ "id": "a", "elements": [{ "kind": "text" }, { "kind": kind, "hidden": hidden }] }, { "id": "b", "elements": [] }] });
        assert!(page_moves(&body("clock", false), &json!("a")));
        assert!(page_moves(&body("video", false), &json!("a")));
        assert!(!page_moves(&body("clock", true), &json!("a")));
        assert!(!page_moves(&body("image", false), &json!("a")));
        assert!(!page_moves(&body("clock", false), &json!("b")));
        assert!(!page_moves(&json!({}), &json!("a")));
    }
}
