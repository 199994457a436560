//! Fractional indexes: texts between which another text always fits, so that one entry moves without renumbering the others.

/// Digits in ascending order of their bytes.
const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A text that sorts (by bytes) after `after` and before `before`; empty texts stand for the ends.
///
/// If the two leave no room, since concurrent edits made them equal or turned them round, it sorts after `after`.
#[must_use]
pub fn between(after: &str, before: &str) -> String {
    let digit = |text: &[u8], place: usize| text.get(place).and_then(|byte| DIGITS.iter().position(|d| d == byte));
    let (low, mut high) = (after.as_bytes(), (!before.is_empty() && after < before).then_some(before.as_bytes()));
    let mut text = Vec::new();
    for place in 0.. {
        // A text of zeros alone leaves no room below it; it never comes from here, but must not hang us.
        high = high.filter(|high| place < high.len());
        let floor = digit(low, place).unwrap_or(0);
        let ceiling = high.map_or(DIGITS.len(), |high| digit(high, place).unwrap_or(0));
        if ceiling > floor + 1 {
            // At the open end a small step keeps texts short when entries are appended one by one.
            let step = if high.is_none() && !low.is_empty() { 1 } else { (ceiling - floor) / 2 };
            text.push(DIGITS[floor + step]);
            break;
        }
        text.push(DIGITS[floor]);
        if ceiling > floor {
            high = None;
        }
    }
    String::from_utf8(text).expect("digits are ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn appending_keeps_texts_short() {
        let mut last = String::new();
        for _ in 0..1_000 {
            let next = between(&last, "");
            assert!(next > last, "{next} after {last}");
            last = next;
        }
        assert!(last.len() <= 20, "{last}");
    }

    proptest! {
        #[test]
        fn there_is_always_room(places in proptest::collection::vec(0_usize..100, 1..200)) {
            let mut list: Vec<String> = Vec::new();
            for place in places {
                let place = place.min(list.len());
                let after = place.checked_sub(1).map_or("", |p| list[p].as_str());
                let before = list.get(place).map_or("", String::as_str);
                let text = between(after, before);
                prop_assert!(text.as_str() > after && (before.is_empty() || text.as_str() < before), "{after} {text} {before}");
                list.insert(place, text);
            }
        }
    }
}
