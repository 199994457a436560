//! The archive from which a kernel makes its first file system (Linux, Documentation/driver-api/early-userspace/buffer-format.rst).

use std::collections::BTreeSet;
use std::path::Path;

/// Kinds of entries and their rights, as in `st_mode` (inode(7)).
const FOLDER: u32 = 0o040_755;
const FILE: u32 = 0o100_755;

/// An archive in the form `newc`, as bytes. Its files may be run by everybody.
#[derive(Debug, Default)]
pub(super) struct Archive {
    bytes: Vec<u8>,
    /// Names that it has, so that folders come before what is in them, and each once.
    known: BTreeSet<String>,
}

impl Archive {
    /// Adds a file, and the folders around it; not again where it has one of that name. `name` is its place below the root.
    pub(super) fn file(&mut self, name: &Path, content: &[u8]) {
        if let Some(parent) = name.parent() {
            self.folder(parent);
        }
        self.entry(name, FILE, content);
    }

    /// Adds an empty folder, and those around it.
    pub(super) fn folder(&mut self, name: &Path) {
        let mut around: Vec<&Path> = name.ancestors().collect();
        around.reverse();
        for folder in around {
            self.entry(folder, FOLDER, &[]);
        }
    }

    /// The archive with its end.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.write("TRAILER!!!", 0, &[]);
        self.bytes
    }

    fn entry(&mut self, name: &Path, mode: u32, content: &[u8]) {
        let name = name.to_string_lossy().trim_start_matches('/').to_owned();
        if !name.is_empty() && self.known.insert(name.clone()) {
            self.write(&name, mode, content);
        }
    }

    fn write(&mut self, name: &str, mode: u32, content: &[u8]) {
        let number = self.known.len();
        let (length, name_length) = (content.len(), name.len() + 1);
        // Number, mode, user, group, links, time, length, four numbers of devices, length of the name with its zero, sum.
        let fields = [number, mode as usize, 0, 0, 1, 0, length, 0, 0, 0, 0, name_length, 0].map(|field| format!("{field:08x}"));
        self.bytes.extend_from_slice(b"070701");
        self.bytes.extend_from_slice(fields.concat().as_bytes());
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend_from_slice(content);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_first_and_everything_once_at_places_of_four_bytes() {
        let mut archive = Archive::default();
        archive.file(Path::new("/bin/sh"), b"shell");
        archive.file(Path::new("/bin/sh"), b"another");
        archive.folder(Path::new("/bin"));
        let bytes = archive.finish();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let heads: Vec<usize> = text.match_indices("070701").map(|(place, _)| place).collect();
        assert!(heads.len() == 3 && heads.iter().all(|place| place % 4 == 0), "{heads:?}");
        let names: Vec<&str> = heads.iter().map(|head| text[head + 110..].split('\0').next().unwrap()).collect();
        assert_eq!(names, ["bin", "bin/sh", "TRAILER!!!"]);
        // Mode and length.
        assert_eq!((&text[heads[1] + 14..heads[1] + 22], &text[heads[1] + 54..heads[1] + 62]), ("000081ed", "00000005"));
        assert_eq!((&text[heads[1] + 120..heads[1] + 125], bytes.len() % 4), ("shell", 0));
    }
}
