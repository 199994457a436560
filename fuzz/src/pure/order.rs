//! Fractional indexes: two texts, separated by a blank.

use domain::order::between;

/// The answer sorts between the two where there is room, else after the first; and no texts make it run for ever.
pub(super) fn run(data: &[u8]) {
    let text = super::text(data);
    let (after, before) = text.split_once(' ').unwrap_or((&text, ""));
    let found = between(after, before);
    assert!(found.len() <= after.len() + before.len() + 1);
    assert!(found.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let ours = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // Texts of ours never end with the smallest digit, since nothing fits before such a text.
    if ours(after) && ours(before) && !before.ends_with('0') && !after.ends_with('0') {
        assert!(found.as_str() > after, "{found:?} after {after:?}");
        assert!(before <= after || found.as_str() < before, "{found:?} before {before:?}");
        assert!(!found.ends_with('0'), "{found:?} leaves room before it");
    }
}
