//! The size of a screen, kept in the device's document where it is new.

use domain::cell::Size;
use domain::id::DeviceId;
use domain::viewer::Device;

use crate::app::App;

/// The longest side that is believed, in pixels: larger than any wall of screens.
const MAX_SIDE: u32 = 100_000;

/// A size that a device says of its screen, cut to what can be.
pub(crate) fn believed(size: Size) -> Size {
    Size { width: size.width.min(MAX_SIDE), height: size.height.min(MAX_SIDE) }
}

/// Keeps the size of a device's screen; one of nothing is not known.
pub(super) async fn note(app: &App, id: DeviceId, screen: Size) {
    let screen = believed(screen);
    let known = app.core.state().devices.get(id).map(|device| device.screen);
    if screen == Size::default() || known == Some(screen) {
        return;
    }
    let noted = app.core.change_own(move |state| {
        let before = domain::noun::find::<Device>(state, id.0)?;
        let edit = domain::noun::update(state, id.0, &Device { screen, ..before.clone() })?;
        Ok((edit.into_iter().collect(), ()))
    });
    if noted.await.is_err() {
        tracing::warn!(device.id = %id, "the size of a screen could not be kept");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_screen_has_is_not_believed() {
        let size = |width, height| Size { width, height };
        assert_eq!(believed(size(1_920, 1_080)), size(1_920, 1_080));
        assert_eq!(believed(size(u32::MAX, 1_080)), size(MAX_SIDE, 1_080));
        assert_eq!(believed(size(0, u32::MAX)), size(0, MAX_SIDE));
    }
}
