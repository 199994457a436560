//! Switching a television over HDMI-CEC (HDMI 1.4, supplement 1), by `cec-ctl` of v4l-utils.

use super::command::words;

/// One bus: each output of a computer has its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bus<'a> {
    /// Such as `/dev/cec1`; empty = the first.
    pub(super) device: &'a str,
}

impl Bus<'_> {
    /// Takes the role of a player on the bus; what it answers names the place on the bus.
    pub(super) fn join(self) -> Vec<String> {
        self.tell("--playback --osd-name Signboard")
    }

    /// Lights the television (section 13.1, one touch play).
    pub(super) fn light(self) -> Vec<String> {
        self.tell("--to 0 --image-view-on")
    }

    /// Has the television show the input at this place on the bus.
    pub(super) fn show(self, place: &str) -> Vec<String> {
        self.tell(&format!("--to 0 --active-source phys-addr={place}"))
    }

    /// Darkens the television (section 13.3, system standby).
    pub(super) fn off(self) -> Vec<String> {
        self.tell("--to 0 --standby")
    }

    fn tell(self, message: &str) -> Vec<String> {
        let mut all = vec!["cec-ctl".to_owned()];
        if !self.device.is_empty() {
            all.extend(["--device".to_owned(), self.device.to_owned()]);
        }
        all.extend(words(message));
        all
    }
}

/// Whether nobody took the message: `cec-ctl` ends well all the same, and says so in what it writes.
pub(super) fn is_unheard(text: &str) -> bool {
    text.contains("Not Acknowledged")
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
        let (first, second) = (Bus { device: "" }, Bus { device: "/dev/cec1" });
        assert_eq!(first.light().join(" "), "cec-ctl --to 0 --image-view-on");
        assert_eq!(second.show("2.0.0.0").join(" "), "cec-ctl --device /dev/cec1 --to 0 --active-source phys-addr=2.0.0.0");
        assert_eq!(first.off().join(" "), "cec-ctl --to 0 --standby");
    }

    #[test]
    fn a_television_that_does_not_answer_is_noticed() {
        assert!(is_unheard(
            "Transmit from Playback Device 1 to TV (4 to 0):\nIMAGE_VIEW_ON (0x04)\n\tTx, Not Acknowledged (4), Max Retries\n"
        ));
        assert!(!is_unheard(
            "Transmit from Playback Device 1 to TV (4 to 0):\nIMAGE_VIEW_ON (0x04)\n\tSequence: 1 Tx Timestamp: 1.2s\n"
        ));
    }

    /// The real program reads what it is given before it looks for a device; what it does not understand it says.
    #[test]
    fn cec_ctl_understands_what_it_is_told() {
        let bus = Bus { device: "/nonexistent" };
        for all in [bus.join(), bus.light(), bus.show("2.0.0.0"), bus.off()] {
            let (program, arguments) = all.split_first().unwrap();
            let output = match std::process::Command::new(program).args(arguments).output() {
                Ok(output) => output,
                Err(error) => return testkit::skip(&format!("{program} ({error}): install v4l-utils")).unwrap(),
            };
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(said.contains("Failed to open /nonexistent") && !said.contains("Usage"), "{arguments:?}: {said}");
        }
    }
}
