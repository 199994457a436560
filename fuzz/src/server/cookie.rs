//! Cookies and the secrets within.

use server::auth::setup_link::SetupLink;
use server::session::identity::cookie;

/// A cookie's value is part of what was sent; no text counts as a set-up link but the one that was made.
pub(super) fn run(data: &[u8]) {
    let headers = super::headers::read(data);
    for name in ["signboard_session", "signboard_device"] {
        let Some(value) = cookie(&headers, name) else { continue };
        let sent = headers.get_all("cookie").iter().filter_map(|line| line.to_str().ok());
        assert!(sent.into_iter().any(|line| line.contains(&format!("{name}={value}"))));
        assert!(!value.contains(';'));
    }
    let link = SetupLink::default();
    let text = String::from_utf8_lossy(data);
    assert!(!link.counts(&text, 0));
    let secret = link.renew(0);
    assert!(link.counts(&secret, 0) && !link.counts(&text, 0));
}
