//! Whether the disk has room for a build, asked before the first hour is spent.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::{place, process};

/// Refuses to begin where the target folder's disk has less free than `needed` megabytes; what the folder holds already counts as free.
///
/// # Errors
/// One sentence with the folder, what it has, what is needed, and the remedy.
pub(crate) fn require(needed: u64) -> Result<(), Failure> {
    let folder = place::target();
    let (Some(free), held) = (free_at(&existing(&folder)), held_by(&folder)) else { return Ok(()) };
    judge(&place::short(&folder), free, held, needed)
}

fn judge(folder: &str, free: u64, held: u64, needed: u64) -> Result<(), Failure> {
    // A full folder still grows a little: new versions of our own crates stand beside the old ones.
    let lacking = needed.saturating_sub(held).max(needed / 8);
    if free >= lacking {
        return Ok(());
    }
    Err(Failure::unavailable(format!(
        "The disk of {folder}/ has {free} MB free, and {lacking} MB are needed: make room (`cargo clean` empties that folder), or name a folder on another disk with CARGO_TARGET_DIR."
    )))
}

/// The folder itself, or the nearest one above it that is there.
fn existing(folder: &Path) -> PathBuf {
    folder.ancestors().find(|above| above.is_dir()).unwrap_or(Path::new("/")).to_path_buf()
}

/// Megabytes that are free; none where `df` cannot say.
fn free_at(folder: &Path) -> Option<u64> {
    let told = process::quiet(Command::new("df").arg("-Pm").arg(folder)).ok()?;
    available(&told.stdout)
}

/// The fourth field of the last line (POSIX.1-2017, `df -P`).
fn available(text: &str) -> Option<u64> {
    text.lines().last()?.split_whitespace().nth(3)?.parse().ok()
}

/// Megabytes that the folder holds; 0 where it is not there yet.
fn held_by(folder: &Path) -> u64 {
    if fs::metadata(folder).is_err() {
        return 0;
    }
    let told = process::quiet(Command::new("du").arg("-sm").arg(folder)).ok();
    told.and_then(|told| told.stdout.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_df_says_is_read() {
        let text = "Filesystem 1048576-blocks Used Available Capacity Mounted on\n/dev/vda 257978 22000 70123 24% /\n";
        assert_eq!(available(text), Some(70_123));
        assert_eq!(available(""), None);
        assert!(free_at(Path::new("/")).is_some());
    }

    #[test]
    fn what_is_built_already_counts() {
        assert!(judge("target", 8_000, 0, 8_000).is_ok());
        assert!(judge("target", 1_000, 7_500, 8_000).is_ok());
        let refusal = judge("target", 900, 7_900, 8_000).unwrap_err();
        assert!(refusal.sentence.contains("900 MB free, and 1000 MB are needed"), "{}", refusal.sentence);
        assert!(refusal.sentence.contains("CARGO_TARGET_DIR"), "{}", refusal.sentence);
        assert!(judge("target", 7_999, 0, 8_000).is_err());
    }
}
