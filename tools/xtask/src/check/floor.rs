//! The pure floor: nothing below `pure/` may reach a runtime, a socket, a clock's crate or a random source.

use std::fs;

use crate::failure::Failure;
use crate::{place, process, tree};

/// Crates that act. Their names in the closure of a pure crate end the build.
const ACTING: [&str; 14] = [
    "async-std",
    "getrandom",
    "hyper",
    "mio",
    "rand",
    "reqwest",
    "rustls",
    "signboard-net",
    "signboard-store",
    "smol",
    "socket2",
    "sqlx",
    "tokio",
    "tracing",
];

/// Parts of the standard library that act, or whose order is not the same twice. Tests and examples may read files.
const ACTING_WORDS: [&str; 9] =
    ["std::fs", "std::net", "std::env", "std::thread", "std::process", "SystemTime", "Instant::now", "HashMap", "HashSet"];

/// Every acting crate in the closure of a pure crate, and every line of its source that acts.
///
/// # Errors
/// Where `cargo tree` fails.
pub(super) fn check() -> Result<Vec<String>, Failure> {
    let mut found = closures()?;
    for file in tree::files(&place::root().join("pure")) {
        let name = place::short(&file);
        if tree::has_extension(&file, &["rs"]) && name.contains("/src/") {
            let text = fs::read_to_string(&file).unwrap_or_default();
            found.extend(lines(&text).into_iter().map(|(line, word)| format!("{name}:{line} names `{word}`")));
        }
    }
    Ok(found)
}

fn lines(text: &str) -> Vec<(usize, &'static str)> {
    let code = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.filter_map(|(at, line)| ACTING_WORDS.into_iter().find(|word| line.contains(word)).map(|word| (at + 1, word))).collect()
}

fn closures() -> Result<Vec<String>, Failure> {
    let folder = place::root().join("pure");
    let entries = fs::read_dir(&folder).map_err(|error| Failure::file(&folder, &error))?;
    let mut crates: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| format!("signboard-{}", entry.file_name().to_string_lossy()))
        .collect();
    crates.sort();
    let mut found = Vec::new();
    for name in crates {
        let answer = process::quiet(process::cargo().args([
            "tree",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--package",
            &name,
        ]))?;
        if !answer.success {
            return Err(Failure::failed(format!("`cargo tree` failed for {name}: {}", answer.stderr.trim())));
        }
        found.extend(acting(&answer.stdout).into_iter().map(|crate_name| format!("`{name}` reaches `{crate_name}`")));
    }
    Ok(found)
}

fn acting(tree: &str) -> Vec<&'static str> {
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    ACTING.into_iter().filter(|name| names.contains(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acting_words_are_seen_in_code_and_not_in_comments() {
        let text = "// no std::fs here\nlet text = std::fs::read(\"x\");\nlet list = BTreeMap::new();\n";
        assert_eq!(lines(text), [(2, "std::fs")]);
    }

    #[test]
    fn names_are_compared_whole() {
        let tree = "signboard-domain v0.1.0 (/x)\nserde v1.0.1\ntokio-nothing v1.0.0\nmio v1.0.0 (*)\n";
        assert_eq!(acting(tree), ["mio"]);
        assert!(acting("serde v1.0.1\n").is_empty());
    }
}
