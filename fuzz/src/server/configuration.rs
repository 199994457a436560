//! The configuration: a file, or after a line `---` words of the command line.

use server::config::{Config, Sources};

/// It is read or refused with a sentence, never by a panic; and what was read is read again as the same.
pub(super) fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (file, words) = text.split_once("---\n").unwrap_or((&text, ""));
    // A file may name further files, and reading those is not what this is about.
    if text.contains('/') {
        return;
    }
    super::file::with(file.as_bytes(), |path| {
        let set = words.lines().take(20).map(str::to_owned).collect();
        let sources = Sources { file: Some(path.to_owned()), environment: Vec::new(), set };
        match Config::load(&sources) {
            Ok(_) => assert!(Config::load(&sources).is_ok()),
            Err(problem) => assert!(!problem.to_string().trim().is_empty()),
        }
    });
}
