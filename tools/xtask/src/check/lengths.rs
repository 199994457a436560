//! Files stay short enough to be read at a sitting.

use std::fs;

use crate::{place, tree};

/// Above this a file has more than one subject.
const LONGEST: usize = 400;

/// Every file that is too long, unless a program wrote it.
pub(super) fn check() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["pure", "io", "tools", "web", "fuzz"] {
        for file in tree::files(&place::root().join(folder)) {
            if !tree::has_extension(&file, &["rs", "ts", "svelte", "mjs", "js"]) {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap_or_default();
            let lines = text.lines().count();
            if lines > LONGEST && !tree::is_generated(&file, &text) {
                found.push(format!("{} has {lines} lines; split it, {LONGEST} is the limit", place::short(&file)));
            }
        }
    }
    found
}
