//! The files of the repository that people wrote.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that tools fill: never read, never fingerprinted.
const FOREIGN: [&str; 9] =
    [".git", "target", "node_modules", "build", "dist", ".svelte-kit", "test-results", "playwright-report", "coverage"];

/// Every file below `folder`, sorted, without what tools put there. Links are not followed.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(folder, &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_file() {
            found.push(entry.path());
        } else if kind.is_dir() && !FOREIGN.iter().any(|name| entry.file_name() == *name) {
            collect(&entry.path(), found);
        }
    }
}

/// Whether the file ends with one of the extensions.
pub(crate) fn has_extension(file: &Path, extensions: &[&str]) -> bool {
    file.extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted))
}

/// Whether a program wrote this file: its name or one of its first lines says so.
pub(crate) fn is_generated(file: &Path, text: &str) -> bool {
    let named = file.components().any(|part| part.as_os_str().to_string_lossy().contains("generated"));
    named || text.lines().take(5).any(|line| line.contains("generated") || line.contains("auto-generated"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_files_are_known_by_name_or_head() {
        assert!(is_generated(Path::new("api/src/schema.generated.ts"), ""));
        assert!(is_generated(Path::new("api/src/schema.ts"), "/**\n * This file was auto-generated\n */"));
        assert!(!is_generated(Path::new("api/src/client.ts"), "// the client\n"));
    }

    #[test]
    fn extensions_are_compared_whole() {
        assert!(has_extension(Path::new("a/b.ts"), &["rs", "ts"]));
        assert!(!has_extension(Path::new("a/b.mts"), &["rs", "ts"]));
    }
}
