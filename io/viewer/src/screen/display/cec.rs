//! Switching a television over HDMI-CEC (HDMI 1.4, supplement 1), by `cec-ctl` of v4l-utils.

use super::command::words;

/// Takes the role of a player on the bus; what it answers names the place on the bus.
pub(super) fn join() -> Vec<String> {
    words("cec-ctl --playback --osd-name Signboard")
}

/// Lights the television (section 13.1, one touch play), and has it show our input where our place on the bus is known.
pub(super) fn on(place: Option<&str>) -> Vec<Vec<String>> {
    let light = words("cec-ctl --to 0 --image-view-on");
    let show = place.map(|place| words(&format!("cec-ctl --active-source phys-addr={place}")));
    std::iter::once(light).chain(show).collect()
}

/// Darkens the television (section 13.3, system standby).
pub(super) fn off() -> Vec<Vec<String>> {
    vec![words("cec-ctl --to 0 --standby")]
}

/// The physical address in what `cec-ctl` writes, such as `1.0.0.0`; `None` where no television answers.
pub(super) fn place_in(text: &str) -> Option<&str> {
    let line = text.lines().map(str::trim).find(|line| line.starts_with("Physical Address"))?;
    let place = line.split_once(':')?.1.trim();
    let valid =
        place.split('.').count() == 4 && place.split('.').all(|part| u8::from_str_radix(part, 16).is_ok_and(|part| part < 16));
    (valid && place != "f.f.f.f").then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "Driver Info:
	Driver Name                : vc4_hdmi
	Physical Address           : 2.0.0.0
	Logical Address Mask       : 0x0010
	Logical Addresses          : 1 (Playback)
";

    #[test]
    fn the_place_on_the_bus_is_read() {
        assert_eq!(place_in(ANSWER), Some("2.0.0.0"));
        assert_eq!(place_in(&ANSWER.replace("2.0.0.0", "f.f.f.f")), None);
        assert_eq!(place_in(&ANSWER.replace("2.0.0.0", "2.0; reboot")), None);
        assert_eq!(place_in(""), None);
    }

    #[test]
    fn a_television_is_lit_and_shows_our_input() {
        let lines: Vec<String> = on(Some("2.0.0.0")).iter().map(|line| line.join(" ")).collect();
        assert_eq!(lines, ["cec-ctl --to 0 --image-view-on", "cec-ctl --active-source phys-addr=2.0.0.0"]);
        assert_eq!(on(None).len(), 1);
        assert_eq!(off()[0].join(" "), "cec-ctl --to 0 --standby");
    }
}
