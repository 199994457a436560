//! Browsers that come to the demo: each stands at one of its screens at once.

use domain::id::ViewerId;
use domain::intent::approve::{Standing, approve};
use domain::refusal::Refusal;
use domain::viewer::Device;

use crate::app::App;
use crate::http::error::Error;
use crate::now::now_ms;
use crate::session::identity::Claim;
use crate::session::pending::Waiting;

/// Which screen a token asks for: `token` the first, `token.2` the second, and so on. None if it is not the demo's token.
#[must_use]
pub fn screen_of(token: &str, demo: &str) -> Option<usize> {
    let rest = token.strip_prefix(demo)?;
    match rest.strip_prefix('.') {
        None if rest.is_empty() => Some(0),
        None => None,
        Some(number) => number.parse::<usize>().ok()?.checked_sub(1),
    }
}

/// Gives a browser its place at a demo screen. Others that stand there stay: a demo is looked at from many places.
///
/// # Errors
/// 404 when the demo has no such screen; 503.
pub async fn approve_visitor(app: &App, claim: &Claim, visitor: &Waiting, screen: usize) -> Result<(), Error> {
    let device = Device {
        secret_hash: claim.secret_hash.clone(),
        user_agent: visitor.user_agent.clone(),
        screen: visitor.screen,
        approved_at: now_ms(),
        ..Device::default()
    };
    let id = claim.device;
    app.core
        .change_own(move |state| {
            let mut places = state.rows.viewers.iter().filter(|(_, viewer)| viewer.value.trashed_at.is_none());
            let place: Option<ViewerId> = places.nth(screen).map(|(viewer, _)| viewer);
            let place = place.ok_or_else(|| Refusal::not_found("viewer", format!("number {}", screen + 1)))?;
            let (_, edits) = approve(state, id, device, &Standing::Beside(place), now_ms())?;
            Ok((edits, ()))
        })
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_screen() {
        assert_eq!(screen_of("abc", "abc"), Some(0));
        assert_eq!(screen_of("abc.3", "abc"), Some(2));
        assert_eq!(screen_of("abcd", "abc"), None);
        assert_eq!(screen_of("abc.0", "abc"), None);
        assert_eq!(screen_of("xyz", "abc"), None);
    }
}
