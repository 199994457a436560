//! The known key that a mistyped one most likely means.

/// The candidate with the fewest edits to `word`; `None` if all of them differ in more than a third of its letters.
pub(super) fn nearest<'a>(word: &str, candidates: &'a [String]) -> Option<&'a str> {
    let most = (word.chars().count() / 3).max(2);
    candidates
        .iter()
        .map(|candidate| (distance(word, candidate), candidate.as_str()))
        .filter(|(edits, _)| *edits <= most)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Number of insertions, removals and replacements that turn one text into the other (Levenshtein distance).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn counts_edits() {
        for (from, to, edits) in [("", "abc", 3), ("abc", "abc", 0), ("kitten", "sitting", 3), ("ab", "ba", 2)] {
            assert_eq!(distance(from, to), edits, "{from} {to}");
        }
    }

    #[test]
    fn offers_the_likely_key_and_nothing_far_off() {
        let keys = ["web.http-port", "web.https-port", "log.level"].map(str::to_owned);
        assert_eq!(nearest("web.htp-port", &keys), Some("web.http-port"));
        assert_eq!(nearest("web.http_port", &keys), Some("web.http-port"));
        assert_eq!(nearest("log.leve", &keys), Some("log.level"));
        assert_eq!(nearest("database.password", &keys), None);
    }
}
