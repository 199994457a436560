//! A file on disk for parsers that read one.

use std::cell::RefCell;
use std::io::Write;
use std::path::Path;

use tempfile::NamedTempFile;

thread_local! {
    static FILE: RefCell<NamedTempFile> = RefCell::new(NamedTempFile::new().expect("the folder for passing files can be written"));
}

/// Runs `work` with a file that holds exactly these bytes.
pub(super) fn with<T>(data: &[u8], work: impl FnOnce(&Path) -> T) -> T {
    FILE.with_borrow_mut(|file| {
        let path = file.path().to_owned();
        let mut handle = std::fs::File::create(&path).expect("the file is ours");
        handle.write_all(data).expect("there is room for a small file");
        work(&path)
    })
}
