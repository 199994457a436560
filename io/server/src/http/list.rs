//! Lists: filter, sort and cursor paging over the tables in memory.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::cursor;
use super::error::{Error, Result};

/// One page of sorted keys.
pub struct Page {
    /// What to show.
    pub ids: Vec<Uuid>,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// How many there are in all.
    pub total: u64,
}

/// How a list is sorted and where it begins.
pub struct Paging {
    /// Member to sort by.
    pub member: String,
    descending: bool,
    limit: usize,
    after: Option<Key>,
}

/// A place in a sorted list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Key(pub Value, pub Uuid);

impl Paging {
    /// Reads `sort`, `limit` and `cursor`. `members` are those that may be sorted by.
    ///
    /// # Errors
    /// 400 naming what is not possible.
    pub fn new(sort: Option<&str>, limit: Option<u32>, cursor: Option<&str>, members: &[&str]) -> Result<Self> {
        let sort = sort.unwrap_or(if members.contains(&"name") { "name" } else { "id" });
        let (member, descending) = sort.strip_prefix('-').map_or((sort, false), |member| (member, true));
        if member != "id" && !members.contains(&member) {
            let text = format!("this list cannot be sorted by {member:?}: possible are id, {}", members.join(", "));
            return Err(Error::malformed(text).at("sort"));
        }
        let limit = cursor::limit(limit)? as usize;
        Ok(Self { member: member.to_owned(), descending, limit, after: cursor::decode(cursor)? })
    }

    /// Sorts the keys and cuts the page out.
    #[must_use]
    pub fn page(&self, mut keys: Vec<Key>) -> Page {
        let total = keys.len() as u64;
        if let Some(after) = &self.after {
            keys.retain(|key| self.order(key, after) == Ordering::Greater);
        }
        let more = keys.len() > self.limit;
        if more {
            keys.select_nth_unstable_by(self.limit - 1, |a, b| self.order(a, b));
            keys.truncate(self.limit);
        }
        keys.sort_unstable_by(|a, b| self.order(a, b));
        let next = keys.last().filter(|_| more).map(cursor::encode);
        Page { ids: keys.into_iter().map(|key| key.1).collect(), next, total }
    }

    fn order(&self, a: &Key, b: &Key) -> Ordering {
        let order = compare(&a.0, &b.0).then(a.1.cmp(&b.1));
        if self.descending { order.reverse() } else { order }
    }
}

/// Null first, then false, true, numbers, texts regardless of case.
fn compare(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) | Value::Object(_) => 4,
    };
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Array(_) | Value::Object(_), Value::Array(_) | Value::Object(_)) => a.to_string().cmp(&b.to_string()),
        _ => rank(a).cmp(&rank(b)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> Vec<Key> {
        names.iter().enumerate().map(|(n, name)| Key((*name).into(), Uuid::from_u128(n as u128))).collect()
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repetition() {
        let names = ["d", "a", "c", "b", "a"];
        for sort in ["name", "-name"] {
            let (mut seen, mut cursor) = (Vec::new(), None);
            loop {
                let paging = Paging::new(Some(sort), Some(2), cursor.as_deref(), &["name"]).unwrap();
                let page = paging.page(keys(&names));
                assert_eq!(page.total, 5);
                seen.extend(page.ids.iter().map(|id| names[id.as_u128() as usize]));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            let mut expected = vec!["a", "a", "b", "c", "d"];
            if sort == "-name" {
                expected.reverse();
            }
            assert_eq!(seen, expected, "{sort}");
        }
    }

    #[test]
    fn impossible_wishes_are_refused() {
        for (sort, limit, cursor) in
            [(Some("colour"), None, None), (None, Some(0), None), (None, Some(501), None), (None, None, Some("%%"))]
        {
            assert!(Paging::new(sort, limit, cursor, &["name"]).is_err(), "{sort:?} {limit:?} {cursor:?}");
        }
    }
}
