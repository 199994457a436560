//! An emulated computer on a segment of a lab: the processor, firmware, clock and network cards are QEMU's, the kernel with its drivers is Debian's.
//!
//! What namespaces cannot show can be shown here: the wake flag of a card as its driver keeps it, the alarm of a battery-backed clock, sleep.
//! Nothing is virtualised by the processor, so it needs no right beyond those of a lab, and is ten times slower than the machine.

mod archive;
mod image;
pub mod inside;
mod parts;

use std::fs;

use tempfile::TempDir;

use super::ip;
use super::program::Program;
use super::segment::{BRIDGE, Segment};

use parts::Parts;

pub use image::Image;

/// The whole computer falls silent when its first program ends, and tells nothing but that program's words.
const KERNEL_WORDS: &str = "console=ttyS0 loglevel=1 no_console_suspend mitigations=off panic=-1";

/// A computer that is switched on. Dropping it pulls its plug.
#[derive(Debug)]
pub struct Board {
    /// What it says on its serial port.
    pub console: Program,
    mac: [u8; 6],
    _disk: TempDir,
}

impl Board {
    /// Why there can be no board here, with the remedy; none if there can.
    #[must_use]
    pub fn missing() -> Option<String> {
        Parts::find().is_err().then(|| {
            "no emulated computer: `cargo xtask test` unpacks qemu-system-x86 and linux-image-amd64 below the target folder"
                .to_owned()
        })
    }

    /// Switches a computer on that has two cards: the first, by Intel, stands on the segment; the other, by Realtek, has no cable.
    /// Its first program gets these words, and in its environment what [`inside::open`] needs.
    ///
    /// # Errors
    /// If the emulator or its kernel is missing, or the kernel of this machine refuses the cable.
    pub fn start(segment: &Segment, image: Image, words: &[&str]) -> anyhow::Result<Self> {
        let parts = Parts::find()?;
        let switch = &segment.switch;
        let number = switch.next_port()?;
        let (port, mac) = (format!("port{number}"), [0x02, 0x77, 0, switch.number, 0, number]);
        ip::run(&switch.namespace, &["tuntap", "add", "dev", &port, "mode", "tap"])?;
        ip::run(&switch.namespace, &["link", "set", &port, "master", BRIDGE, "up"])?;
        let disk = tempfile::tempdir()?;
        let file = disk.path().join("disk");
        fs::write(&file, image.finish())?;
        let address = format!("{}={}", inside::ADDRESS, switch.ipv4(number));
        let mut command = parts.command();
        command.args(["-machine", "q35", "-accel", "tcg", "-cpu", "max", "-m", "768", "-rtc", "base=utc"]);
        command.args(["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio"]);
        command.arg("-netdev").arg(format!("tap,id=cable,ifname={port},script=no,downscript=no"));
        command.arg("-device").arg(format!("i82559c,netdev=cable,mac={},romfile=", spelled(mac)));
        command.args(["-device", "rtl8139,romfile="]);
        command.arg("-kernel").arg(&parts.kernel).arg("-initrd").arg(&file);
        command.arg("-append").arg(format!("{KERNEL_WORDS} {address} -- {}", words.join(" ")));
        let console = switch.namespace.enter(|| Program::start(&mut command))?;
        Ok(Self { console, mac, _disk: disk })
    }

    /// The hardware address of its first card, the same in every run.
    #[must_use]
    pub fn mac(&self) -> String {
        spelled(self.mac)
    }
}

fn spelled(mac: [u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}
