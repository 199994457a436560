//! The display's brightness.

use super::command::words;

/// Ways to set it, the better first: the display itself over DDC/CI (VESA MCCS, code 10), then the light behind a panel that the computer
/// drives by itself. `brightness` in per cent, 1 to 100.
pub(super) fn ways(brightness: u8) -> Vec<Vec<Vec<String>>> {
    let brightness = brightness.clamp(1, 100);
    vec![
        vec![words(&format!("ddcutil --noverify setvcp 10 {brightness}"))],
        vec![words(&format!("brightnessctl --quiet --class=backlight set {brightness}%"))],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_makes_it_dark() {
        let line = |brightness, way: usize| ways(brightness)[way].concat().join(" ");
        assert_eq!(line(70, 0), "ddcutil --noverify setvcp 10 70");
        assert_eq!(line(70, 1), "brightnessctl --quiet --class=backlight set 70%");
        assert_eq!((line(0, 0), line(200, 1)), (line(1, 0), line(100, 1)));
    }
}
