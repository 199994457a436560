//! Names of things in paths and cells: ids, hashes, zones.

use domain::cell::{Hash, ZoneName};
use domain::id::ViewerId;

/// What reads, is written in one spelling that reads as the same.
pub(super) fn run(data: &[u8]) {
    let text = super::text(data);
    if let Ok(id) = text.parse::<ViewerId>() {
        assert_eq!(id.to_string().parse::<ViewerId>().ok(), Some(id));
    }
    match text.parse::<Hash>() {
        Ok(hash) => assert_eq!(hash.to_string(), text, "a hash has one spelling, since it names files"),
        Err(error) => assert!(error.to_string().len() < 1_200, "{error}"),
    }
    match text.parse::<ZoneName>() {
        Ok(zone) => assert_eq!(zone.as_str().parse::<ZoneName>(), Ok(zone)),
        Err(error) => assert!(error.to_string().len() < 1_200, "{error}"),
    }
}
