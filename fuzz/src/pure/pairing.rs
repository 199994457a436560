//! Pairing codes, as administrators type them.

use control::code::{ALPHABET, LENGTH, from_random, parse};

/// A typed code is one of those that are made, and reads as itself.
pub(super) fn run(data: &[u8]) {
    if let Some(code) = parse(&super::text(data)) {
        assert!(code.len() == LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte)));
        assert_eq!(parse(&code), Some(code));
    }
    if let Some(random) = data.first_chunk() {
        let code = from_random(*random);
        assert_eq!(parse(&code), Some(code));
    }
}
