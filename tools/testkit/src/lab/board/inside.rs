//! What the first program does that runs alone on a [`Board`](super::Board).

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, ensure};
use nix::mount::{MsFlags, mount};
use rustix::system::finit_module;

use super::super::ip;

/// The variable that holds the IPv4 address of the board's first card; the kernel makes variables of its words.
pub(super) const ADDRESS: &str = "BOARD_ADDRESS";
/// Where the image has the drivers; their names are their order.
pub(super) const DRIVERS: &str = "drivers";

/// Whether the program runs on a board.
#[must_use]
pub fn is_here() -> bool {
    std::env::var_os(ADDRESS).is_some()
}

/// Shows the kernel's files, loads the drivers of the cards, and gives the first card (`eth0`) its address. The image must hold `ip`.
///
/// # Errors
/// If the kernel refuses.
pub fn open() -> anyhow::Result<()> {
    for (kind, place) in [("proc", "/proc"), ("sysfs", "/sys"), ("devtmpfs", "/dev")] {
        mount(Some(kind), place, Some(kind), MsFlags::empty(), None::<&str>).with_context(|| place.to_owned())?;
    }
    let mut drivers: Vec<_> = fs::read_dir(Path::new("/").join(DRIVERS))?.flatten().map(|entry| entry.path()).collect();
    drivers.sort();
    for driver in drivers {
        let module = File::open(&driver)?;
        finit_module(&module, c"", 0).with_context(|| driver.display().to_string())?;
    }
    let address = format!("{}/24", std::env::var(ADDRESS)?);
    run(&["link", "set", "lo", "up"])?;
    run(&["address", "add", &address, "broadcast", "+", "dev", "eth0"])?;
    run(&["link", "set", "eth0", "up"])
}

fn run(words: &[&str]) -> anyhow::Result<()> {
    let output = ip::command("ip").args(words).output().context("ip")?;
    ensure!(output.status.success(), "ip {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}
