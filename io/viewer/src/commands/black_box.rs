//! The black box: what somebody needs who was not there when it happened.

use std::io;

/// One file in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Its name; folders before it are made.
    pub name: String,
    /// What stands in it.
    pub bytes: Vec<u8>,
}

impl Contents {
    /// A file of this name.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }
}

/// Packs files into a tar archive (POSIX.1-1988 ustar); `time` is Unix seconds.
///
/// # Errors
/// Never in practice: it is written into memory.
pub fn pack(files: &[Contents], time: u64) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for file in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(file.bytes.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(time);
        archive.append_data(&mut header, format!("black-box/{}", file.name), file.bytes.as_slice())?;
    }
    archive.into_inner()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn what_is_packed_can_be_unpacked() {
        let files = [Contents::new("log.txt", "a line\n"), Contents::new("last/empty", "")];
        let packed = pack(&files, 1_700_000_000).unwrap();
        let mut archive = tar::Archive::new(packed.as_slice());
        let mut found = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            found.push((entry.path().unwrap().display().to_string(), bytes));
        }
        assert_eq!(
            found,
            [("black-box/log.txt".to_owned(), b"a line\n".to_vec()), ("black-box/last/empty".to_owned(), Vec::new())]
        );
    }
}
