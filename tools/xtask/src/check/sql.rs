//! SQL stands in `io/store` and nowhere else.

use std::fs;

use crate::{place, tree};

/// What SQL begins with in a string, and the library that runs it. Put together here, so that this file is clean itself.
const SIGNS: [&str; 6] = [
    concat!("sql", "x::"),
    concat!("\"SEL", "ECT "),
    concat!("\"INS", "ERT INTO "),
    concat!("\"UPD", "ATE "),
    concat!("\"DEL", "ETE FROM "),
    concat!("\"CREATE TA", "BLE "),
];

/// Every line elsewhere that looks like SQL.
pub(super) fn check() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["pure", "io", "tools"] {
        for file in tree::files(&place::root().join(folder)) {
            let name = place::short(&file);
            if !tree::has_extension(&file, &["rs"]) || name.starts_with("io/store/") {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap_or_default();
            found.extend(lines(&text).into_iter().map(|line| format!("{name}:{line} holds SQL; it belongs into io/store")));
        }
    }
    found
}

fn lines(text: &str) -> Vec<usize> {
    let hits = text.lines().enumerate().filter(|(_, line)| SIGNS.iter().any(|sign| line.contains(sign)));
    hits.map(|(at, _)| at + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_is_seen_and_prose_is_not() {
        let text = ["// select the newest", concat!("let q = \"SEL", "ECT 1\";"), concat!("use sql", "x::query;")].join("\n");
        assert_eq!(lines(&text), [2, 3]);
    }
}
