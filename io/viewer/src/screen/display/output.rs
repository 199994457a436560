//! Outputs of the display server: which there are, and how one is turned and set to a resolution.

use super::command::words;
use crate::screen::contract::Mode;

/// Asks an X server for its outputs.
pub(super) const QUERY: [&str; 2] = ["xrandr", "--query"];

/// Where an output's picture lies on the desktop, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::screen) struct Area {
    pub(in crate::screen) width: u32,
    pub(in crate::screen) height: u32,
    pub(in crate::screen) x: i32,
    pub(in crate::screen) y: i32,
}

/// A connected output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) name: String,
    /// `None` while it is dark.
    pub(super) area: Option<Area>,
}

/// The connected outputs in what `xrandr --query` writes.
pub(super) fn parse(text: &str) -> Vec<Output> {
    text.lines().filter_map(connected).collect()
}

fn connected(line: &str) -> Option<Output> {
    let mut fields = line.split_whitespace();
    let name = fields.next()?;
    if fields.next()? != "connected" {
        return None;
    }
    Some(Output { name: name.to_owned(), area: fields.take(2).find_map(area) })
}

/// `1920x1080+1920+0`
fn area(text: &str) -> Option<Area> {
    let (size, place) = text.split_once('+')?;
    let ((width, height), (x, y)) = (size.split_once('x')?, place.split_once('+')?);
    Some(Area { width: width.parse().ok()?, height: height.parse().ok()?, x: x.parse().ok()?, y: y.parse().ok()? })
}

/// Sets an output under X11: `rotation` clockwise in degrees. Nothing where nothing is to be set.
pub(super) fn set_x11(name: &str, mode: Option<Mode>, rotation: Option<u16>) -> Option<Vec<String>> {
    let mut all = words("xrandr --output");
    all.push(name.to_owned());
    if let Some(mode) = mode {
        all.extend(["--mode".to_owned(), format!("{}x{}", mode.width, mode.height)]);
        all.extend(mode.rate.into_iter().flat_map(|rate| ["--rate".to_owned(), rate.to_string()]));
    }
    if let Some(rotation) = rotation {
        let side = match rotation {
            90 => "right",
            180 => "inverted",
            270 => "left",
            _ => "normal",
        };
        all.extend(["--rotate".to_owned(), side.to_owned()]);
    }
    (all.len() > 3).then_some(all)
}

/// Sets an output under a Wayland compositor with wlr-output-management. Its transforms count against the clock (wl_output).
pub(super) fn set_wayland(name: &str, mode: Option<Mode>, rotation: Option<u16>) -> Option<Vec<String>> {
    let mut all = words("wlr-randr --output");
    all.push(name.to_owned());
    if let Some(mode) = mode {
        let rate = mode.rate.map_or_else(String::new, |rate| format!("@{rate}Hz"));
        all.extend(["--mode".to_owned(), format!("{}x{}{rate}", mode.width, mode.height)]);
    }
    if let Some(rotation) = rotation {
        let transform = match rotation {
            90 => "270",
            180 => "180",
            270 => "90",
            _ => "normal",
        };
        all.extend(["--transform".to_owned(), transform.to_owned()]);
    }
    (all.len() > 3).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "Screen 0: minimum 320 x 200, current 3000 x 1920, maximum 16384 x 16384
HDMI-1 connected primary 1920x1080+0+0 (normal left inverted right x axis y axis) 600mm x 340mm
   1920x1080     60.00*+  50.00
HDMI-2 connected 1080x1920+1920+0 right (normal left inverted right x axis y axis) 600mm x 340mm
DP-1 disconnected (normal left inverted right x axis y axis)
DP-2 connected (normal left inverted right x axis y axis)
";

    #[test]
    fn connected_outputs_are_read_with_their_place() {
        let area = |width, height, x| Some(Area { width, height, x, y: 0 });
        let expected = [("HDMI-1", area(1920, 1080, 0)), ("HDMI-2", area(1080, 1920, 1920)), ("DP-2", None)];
        assert_eq!(parse(ANSWER), expected.map(|(name, area)| Output { name: name.into(), area }));
        assert!(parse("no display").is_empty());
    }

    #[test]
    fn an_output_is_set_by_the_words_of_its_program() {
        let mode = Some(Mode { width: 1920, height: 1080, rate: Some(50) });
        assert_eq!(
            set_x11("HDMI-1", mode, Some(90)).unwrap().join(" "),
            "xrandr --output HDMI-1 --mode 1920x1080 --rate 50 --rotate right"
        );
        assert_eq!(
            set_wayland("HDMI-A-1", mode, Some(90)).unwrap().join(" "),
            "wlr-randr --output HDMI-A-1 --mode 1920x1080@50Hz --transform 270"
        );
        assert_eq!(set_x11("HDMI-1", None, Some(0)).unwrap().join(" "), "xrandr --output HDMI-1 --rotate normal");
        assert_eq!(set_x11("HDMI-1", None, None), None);
        assert_eq!(set_wayland("HDMI-1", None, None), None);
    }
}
