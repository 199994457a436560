//! The display: its power by the clock, its picture and the computer's sound, all by the programs that the system has for it.

mod brightness;
mod cec;
mod command;
mod driver;
mod hours;
mod output;
mod power;
mod rtc;
mod volume;

pub(super) use driver::Driver;
pub use hours::{next_switch, on_at};

use command::Runner;
pub(super) use output::Area;

use super::contract::{OutputSettings, Surface};

/// Where an output stands on the desktop, as the display server tells it. That of a Wayland compositor places windows by itself.
pub(super) async fn area_of(output: &OutputSettings) -> Option<Area> {
    let runner = Runner::of(&output.surface);
    if !runner.is_x11() {
        return None;
    }
    let text = runner.run(&output::QUERY.map(str::to_owned)).await.ok()?;
    output::parse(&text)
        .into_iter()
        .find(|one| output.name.as_ref().is_none_or(|name| *name == one.name))
        .and_then(|one| one.area)
}

/// Where a screen lies on an X server: its name (none: as the environment says), and the part of the desktop as far as it is known. None where
/// there is no X server.
pub(super) async fn place_of(output: &OutputSettings) -> Option<(Option<String>, Option<Area>)> {
    let display = match &output.surface {
        Surface::X11(display) => Some(display.clone()),
        Surface::Environment if Runner::of(&output.surface).is_x11() => None,
        Surface::Environment | Surface::Headless | Surface::Wayland(_) => return None,
    };
    let area = match (output.size, output.position) {
        (Some((width, height)), Some((x, y))) => Some(Area { width, height, x, y }),
        _ => area_of(output).await,
    };
    Some((display, area))
}
