//! Hardware addresses and SecureOn passwords, as people type and lists hold them.

use domain::card::{Mac, SecureOn};

/// What reads, is written in one spelling that reads as the same; groups of cards are refused.
pub(super) fn run(data: &[u8]) {
    let text = super::text(data);
    if let Ok(mac) = text.parse::<Mac>() {
        assert!(mac.0[0] & 1 == 0 && mac.0 != [0; 6]);
        let spelled = mac.to_string();
        assert_eq!((spelled.len(), spelled.parse::<Mac>()), (17, Ok(mac)));
    }
    if let Ok(password) = SecureOn::try_from(text.into_owned()) {
        assert!(matches!(password.bytes().len(), 4 | 6));
        assert_eq!(SecureOn::try_from(String::from(password.clone())), Ok(password));
    }
}
