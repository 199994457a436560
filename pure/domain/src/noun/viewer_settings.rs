//! Settings of native viewers.

use uuid::Uuid;

use super::watch::{object_of, within};
use super::{Noun, schedule, taken};
use crate::permission::Object;
use crate::refusal::Refusal;
use crate::state::State;
use crate::table::Table;
use crate::viewer_settings::ViewerSettings;

impl Noun for ViewerSettings {
    const EDITABLE: &'static [&'static str] =
        &["destination", "power", "wake", "resolution", "brightness", "loudness", "screenshot_s", "share"];

    fn table(state: &State) -> &Table<Self> {
        &state.viewer_settings
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        object_of(self.destination)
    }

    fn check(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        schedule::check_destination(state, self.destination)?;
        if taken(state, id, |other: &Self| other.destination == self.destination) {
            return Err(Refusal::invalid("destination", "there are settings for this already: change those"));
        }
        if let Some(resolution) = self.resolution {
            within("resolution.width", resolution.width, 1, 16_384, "pixels")?;
            within("resolution.height", resolution.height, 1, 16_384, "pixels")?;
            within("resolution.hertz", resolution.hertz.unwrap_or(60), 1, 1_000, "hertz")?;
        }
        within("brightness", self.brightness.unwrap_or(100).into(), 1, 100, "per cent")?;
        within("loudness", self.loudness.unwrap_or(100).into(), 0, 100, "per cent")?;
        match self.screenshot_s {
            None | Some(0) => Ok(()),
            Some(seconds) => within("screenshot_s", seconds, 10, 86_400, "seconds, or 0 for never"),
        }
    }
}
