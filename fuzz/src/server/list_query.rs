//! Sorting and paging of lists: four lines are sort, limit, cursor and the keys as JSON.

use serde_json::Value;
use server::http::cursor::MOST;
use server::http::list::{Key, Paging};
use uuid::Uuid;

/// A page holds no more than asked for and its keys; the cursor of the next page is accepted and goes on behind it.
pub(super) fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.splitn(4, '\n').map(|line| Some(line).filter(|line| !line.is_empty()));
    let (sort, limit, cursor) = (lines.next().flatten(), lines.next().flatten(), lines.next().flatten());
    let limit = limit.and_then(|limit| limit.parse().ok());
    let keys: Vec<Value> = lines.next().flatten().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let keys = || (0_u128..).zip(&keys).map(|(id, value)| Key(value.clone(), Uuid::from_u128(id))).collect::<Vec<_>>();
    let Ok(paging) = Paging::new(sort, limit, cursor, &["name", "made_at"]) else { return };
    let page = paging.page(keys());
    assert_eq!(page.total, keys().len() as u64);
    assert!(page.ids.len() <= limit.unwrap_or(MOST) as usize);
    if let Some(next) = &page.next {
        let paging = Paging::new(sort, limit, Some(next), &["name", "made_at"]).expect("our own cursor");
        let following = paging.page(keys());
        assert!(!following.ids.is_empty(), "a next page is not empty");
        assert!(following.ids.iter().all(|id| !page.ids.contains(id)), "no item stands on two pages");
    }
}
