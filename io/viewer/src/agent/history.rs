//! How the viewer was in the last minutes, for the black box.

use std::collections::VecDeque;

use serde_json::json;

use super::Snapshot;

/// States that are kept: ten minutes of heartbeats.
const MOST: usize = 120;

/// The last states, the oldest first.
#[derive(Debug, Default)]
pub(super) struct History(VecDeque<String>);

impl History {
    /// How it is at `now`, Unix milliseconds.
    pub(super) fn note(&mut self, now: i64, state: &Snapshot) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(json!({ "at": now, "state": state }).to_string());
    }

    /// One JSON object in a line.
    pub(super) fn text(&self) -> Vec<u8> {
        self.0.iter().flat_map(|line| [line.as_bytes(), b"\n"]).flatten().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_minutes_are_kept() {
        let mut history = History::default();
        (0..1_000).for_each(|now| history.note(now, &Snapshot { name: "Pier".to_owned(), ..Snapshot::default() }));
        let text = String::from_utf8(history.text()).unwrap();
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((lines.len(), &lines[0]["at"], &lines[MOST - 1]["at"]), (MOST, &json!(880), &json!(999)));
        assert_eq!(lines[5]["state"]["name"], "Pier");
    }
}
