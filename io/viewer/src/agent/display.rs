//! Display and sound as the server's settings say, and as the machine's own say where the server says nothing.

use domain::viewer_settings::{DisplayPower, SettingsInForce};

use super::Agent;
use crate::config::PowerBy;
use crate::screen::{DisplaySettings, Mode, PowerMeans};

impl Agent {
    /// What the server's settings say; nothing before its first welcome.
    pub(super) fn told_settings(&self) -> SettingsInForce {
        self.surroundings.as_ref().map(|welcome| SettingsInForce::read(&welcome.settings_json)).unwrap_or_default()
    }

    /// Sets the display.
    pub(super) fn set_display(&self) {
        let (config, told) = (&self.setting.config, self.told_settings());
        let own = &config.display;
        let zone = self.viewer().and_then(|viewer| self.rows.viewers.get(viewer)?.zone.clone());
        let power = match (told.power, own.power) {
            (Some(DisplayPower::Cec), _) | (None, PowerBy::Cec) => PowerMeans::Cec,
            (Some(DisplayPower::Dpms), _) | (None, PowerBy::Dpms) => PowerMeans::Dpms,
            (Some(DisplayPower::Off), _) | (None, PowerBy::Off) => PowerMeans::Off,
        };
        let wanted = told.resolution.map(|wanted| Mode { width: wanted.width, height: wanted.height, rate: wanted.hertz });
        let own_volume = u8::try_from(own.volume).ok();
        self.setting.stage.display(DisplaySettings {
            power,
            cec_device: own.cec_device.clone(),
            hours: told.hours,
            zone: zone.or_else(|| Some(self.rows.installation().zone)),
            wake: told.wake.unwrap_or(own.wake),
            volume: told.loudness.or(own_volume).filter(|volume| *volume <= 100),
            brightness: told.brightness.filter(|brightness| (1..=100).contains(brightness)),
            rotation: Some(own.rotation).filter(|degrees| *degrees < 360),
            mode: wanted.or_else(|| config.mode().map(|(width, height, rate)| Mode { width, height, rate })),
        });
    }
}
