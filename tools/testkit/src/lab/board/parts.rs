//! The files that make a computer, where `cargo xtask test` leaves them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

/// Where the emulator is, if it was installed and not unpacked.
const INSTALLED: &str = "/usr/bin/qemu-system-x86_64";
/// Drivers below `drivers/net`, each after those that it needs. The first card to be found is `eth0`.
const DRIVERS: [&str; 3] = ["mii.ko", "ethernet/intel/e100.ko", "ethernet/realtek/8139cp.ko"];

/// Emulator and kernel.
pub(super) struct Parts {
    /// The folder in which the emulator's packages were unpacked.
    emulator: PathBuf,
    pub(super) kernel: PathBuf,
    modules: PathBuf,
}

impl Parts {
    /// Looks in the target folder in which the running test was built.
    pub(super) fn find() -> anyhow::Result<Self> {
        let test = std::env::current_exe()?;
        let target = test.ancestors().nth(3).context("a test lies three folders deep")?;
        let board = target.join("xtask/board");
        let kernel = only(&board.join("kernel/boot"))?;
        let modules = only(&board.join("kernel/lib/modules"))?;
        Ok(Self { emulator: board.join("emulator"), kernel, modules })
    }

    /// Drivers in the order in which they are to be loaded.
    pub(super) fn drivers(&self) -> anyhow::Result<Vec<Vec<u8>>> {
        let folder = self.modules.join("kernel/drivers/net");
        let read = |name| fs::read(folder.join(name)).with_context(|| format!("the driver {name}"));
        DRIVERS.into_iter().map(read).collect()
    }

    /// The emulator, with the words by which it finds its own files.
    pub(super) fn command(&self) -> Command {
        let unpacked = self.emulator.join(INSTALLED.trim_start_matches('/'));
        if !unpacked.is_file() {
            return Command::new(INSTALLED);
        }
        let libraries =
            ["usr/lib", "lib"].map(|folder| self.emulator.join(folder).join("x86_64-linux-gnu").display().to_string());
        let mut command = Command::new(unpacked);
        command.env("LD_LIBRARY_PATH", libraries.join(":"));
        for folder in ["qemu", "seabios"] {
            command.arg("-L").arg(self.emulator.join("usr/share").join(folder));
        }
        command
    }
}

fn only(folder: &Path) -> anyhow::Result<PathBuf> {
    let mut entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?.flatten();
    Ok(entries.next().with_context(|| format!("{} is empty", folder.display()))?.path())
}
