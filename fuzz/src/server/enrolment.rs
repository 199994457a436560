//! What a device says of itself when it wants a place: an `EnrolRequest` with a certification request.

use server::control_port::newcomer;

/// The longest text that is kept of it, in characters.
const LONGEST: usize = 200;

/// It is refused with a sentence, or what is kept of it is short, without control characters, and the same each time.
pub(super) fn run(data: &[u8]) {
    let newcomer = match newcomer(data) {
        Ok(newcomer) => newcomer,
        Err(text) => return assert!(!text.trim().is_empty() && text.len() < 2_000, "{text}"),
    };
    for text in [&newcomer.hostname, &newcomer.serial, &newcomer.output, &newcomer.agent] {
        assert!(text.chars().count() <= LONGEST && !text.chars().any(char::is_control), "{text:?}");
        assert_eq!(text.trim(), text);
    }
    assert!(newcomer.cards.len() <= 8);
    assert!(newcomer.screen.width <= 100_000 && newcomer.screen.height <= 100_000);
    let again = server::control_port::newcomer(data).expect("it was understood before");
    assert_eq!((again.key, again.hostname, again.agent), (newcomer.key, newcomer.hostname, newcomer.agent));
}
