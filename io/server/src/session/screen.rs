//! The size of a screen, kept in the device's document where it is new.

use domain::cell::Size;
use domain::id::DeviceId;
use domain::viewer::Device;

use crate::app::App;

/// Keeps the size of a device's screen; one of nothing is not known.
pub(super) async fn note(app: &App, id: DeviceId, screen: Size) {
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
