//! Fingerprints of files, kept between runs, so that work is done only when its inputs changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::failure::Failure;
use crate::{place, tree};

/// A running FNV-1a hash: small, stable between compilers, and only ever compared with itself.
#[derive(Clone, Copy)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    /// The hash of nothing.
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds bytes and a separator, so that `ab`+`c` and `a`+`bc` differ.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain([0xffu8].iter()) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// Adds path, size and time of change of every file below `folder`.
    pub(crate) fn add_folder(&mut self, folder: &Path) {
        for file in tree::files(folder) {
            self.add(file.strip_prefix(folder).unwrap_or(&file).as_os_str().as_encoded_bytes());
            if let Ok(facts) = file.metadata() {
                let changed = facts.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
                self.add(&facts.len().to_le_bytes());
                self.add(&changed.map_or(0, |time| time.as_nanos()).to_le_bytes());
            }
        }
    }

    /// As text for a file.
    pub(crate) fn text(self) -> String {
        format!("{:016x}", self.0)
    }
}

/// The fingerprint that a finished piece of work had.
pub(crate) struct Stamp {
    file: PathBuf,
}

impl Stamp {
    /// The stamp called `name`.
    pub(crate) fn named(name: &str) -> Self {
        Self { file: place::notes().join(format!("{name}.stamp")) }
    }

    /// Whether the work was finished with this fingerprint.
    pub(crate) fn is(&self, fingerprint: Fingerprint) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|text| text == fingerprint.text())
    }

    /// Remembers that the work is finished.
    ///
    /// # Errors
    /// Where the target folder cannot be written.
    pub(crate) fn set(&self, fingerprint: Fingerprint) -> Result<(), Failure> {
        let folder = self.file.parent().expect("stamps stand in a folder");
        fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
        fs::write(&self.file, fingerprint.text()).map_err(|error| Failure::file(&self.file, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parts: &[&str]) -> String {
        let mut print = Fingerprint::new();
        for part in parts {
            print.add(part.as_bytes());
        }
        print.text()
    }

    #[test]
    fn borders_and_order_count() {
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["a", "b"]), of(&["b", "a"]));
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
    }

    #[test]
    fn a_changed_file_changes_its_folder() {
        let folder = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let print = |text: &str| {
            fs::write(folder.join("a.ts"), text).unwrap();
            let mut print = Fingerprint::new();
            print.add_folder(&folder);
            print
        };
        let stamp = Stamp { file: folder.join("work.stamp.elsewhere") };
        let first = print("one");
        assert!(!stamp.is(first));
        stamp.set(first).unwrap();
        assert!(stamp.is(first));
        assert!(!stamp.is(print("three")));
        fs::remove_dir_all(&folder).unwrap();
    }
}
