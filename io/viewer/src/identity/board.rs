//! The serial number of the board.

use std::path::Path;

/// Where Linux says it: the device tree of small boards, then DMI, which only root may read on most machines.
const PLACES: [&str; 3] =
    ["/proc/device-tree/serial-number", "/sys/class/dmi/id/product_serial", "/sys/class/dmi/id/board_serial"];

/// The serial number of this machine's board; empty if it says none.
#[must_use]
pub fn serial() -> String {
    PLACES.iter().find_map(|place| read(Path::new(place))).unwrap_or_default()
}

/// What makers write who have no serial number.
const NONE: [&str; 6] = ["none", "default string", "to be filled by o.e.m.", "not specified", "system serial number", "0"];

fn read(path: &Path) -> Option<String> {
    let text = String::from_utf8_lossy(&std::fs::read(path).ok()?).trim_matches(['\0', '\n', ' ']).to_owned();
    (!text.is_empty() && !NONE.contains(&text.to_lowercase().as_str())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_are_read_and_fillers_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("serial");
        for (text, expected) in [("10000000abcd1234\0", Some("10000000abcd1234")), ("Default string\n", None), ("\n", None)] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(read(&path).as_deref(), expected);
        }
        assert_eq!(read(&folder.path().join("missing")), None);
    }
}
