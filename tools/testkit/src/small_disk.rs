//! A disk so small that it fills, and that can be made read-only.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::ensure;

/// Name of the file that takes the room.
const FILLER: &str = "filler";

/// A file system of its own in memory; gone when dropped.
#[derive(Debug)]
pub struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// Lays one of so many MiB over a folder; none, and said so, where this user may not mount.
    ///
    /// # Errors
    /// In an automatic run, where nothing may be missing.
    pub fn mount(folder: &Path, mib: u32) -> anyhow::Result<Option<Self>> {
        if !rustix::process::geteuid().is_root() {
            crate::skip("only root may mount a small disk")?;
            return Ok(None);
        }
        let size = format!("size={mib}M");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(folder).status()?;
        if !mounted.success() {
            crate::skip("a small disk cannot be mounted here")?;
            return Ok(None);
        }
        Ok(Some(Self { folder: folder.to_owned() }))
    }

    /// Takes all the room that is left, to the last byte. What others give back meanwhile is taken by the next call.
    ///
    /// # Errors
    /// If the disk takes nothing for another reason.
    pub fn fill(&self) -> anyhow::Result<()> {
        let mut filler = OpenOptions::new().append(true).create(true).open(self.folder.join(FILLER))?;
        let block = vec![1; 64 << 10];
        loop {
            match filler.write(&block) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Gives back what [`Self::fill`] took.
    ///
    /// # Errors
    /// If nothing was taken.
    pub fn free(&self) -> anyhow::Result<()> {
        // A file that is open elsewhere would keep its room.
        File::options().write(true).truncate(true).open(self.folder.join(FILLER))?;
        Ok(())
    }

    /// Lets it take no change from now on, or changes again.
    ///
    /// # Errors
    /// While somebody has a file open there for writing.
    pub fn set_read_only(&self, read_only: bool) -> anyhow::Result<()> {
        let how = if read_only { "remount,ro" } else { "remount,rw" };
        let output = Command::new("mount").args(["-o", how]).arg(&self.folder).output()?;
        ensure!(output.status.success(), "mount -o {how}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.folder).status();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_fills_and_empties_and_takes_nothing_while_it_is_read_only() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let Some(disk) = SmallDisk::mount(folder.path(), 1)? else { return Ok(()) };
        let try_to_write = || std::fs::write(folder.path().join("news"), [1; 8192]).map_err(|error| error.kind());
        assert_eq!(try_to_write(), Ok(()));
        disk.fill()?;
        std::fs::remove_file(folder.path().join("news"))?;
        disk.fill()?;
        assert_eq!(try_to_write(), Err(ErrorKind::StorageFull));
        disk.free()?;
        assert_eq!(try_to_write(), Ok(()));
        disk.set_read_only(true)?;
        assert_eq!(try_to_write(), Err(ErrorKind::ReadOnlyFilesystem));
        disk.set_read_only(false)?;
        assert_eq!(try_to_write(), Ok(()));
        Ok(())
    }
}
