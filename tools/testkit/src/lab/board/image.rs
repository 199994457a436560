//! What stands on a board's disk: programs of this machine, each with the libraries that it is linked with.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use super::super::ip;
use super::archive::Archive;
use super::inside;
use super::parts::Parts;

/// A disk in the making. Its first program is started by the kernel, with all rights and nothing around it.
#[derive(Debug)]
pub struct Image {
    archive: Archive,
}

impl Image {
    /// A disk with its first program, the drivers of a board's cards, and folders for what the kernel shows and for what is written.
    ///
    /// # Errors
    /// If the drivers are missing, or the program or one of its libraries cannot be read.
    pub fn new(first: &Path) -> anyhow::Result<Self> {
        let mut image = Self { archive: Archive::default() };
        for folder in ["proc", "sys", "dev", "tmp", "run"] {
            image.archive.folder(Path::new(folder));
        }
        image.program_as(first, Path::new("init"))?;
        for (place, driver) in Parts::find()?.drivers()?.iter().enumerate() {
            image.archive.file(&Path::new(inside::DRIVERS).join(place.to_string()), driver);
        }
        Ok(image)
    }

    /// Adds a program of this machine to `/bin`, found by its path, or by its name as in a lab.
    ///
    /// # Errors
    /// If there is none, or one of its libraries cannot be read.
    pub fn program(&mut self, program: impl AsRef<Path>) -> anyhow::Result<()> {
        let program = program.as_ref();
        let mut folders = std::env::split_paths(&ip::path()).collect::<Vec<_>>().into_iter();
        let found = folders.find_map(|folder| Some(folder.join(program)).filter(|file| file.is_file()));
        let found = found.with_context(|| format!("{} is not installed", program.display()))?;
        let name = program.file_name().context("a program has a name")?;
        self.program_as(&found, &Path::new("bin").join(name))
    }

    /// Adds a file with this content, at this place below the root.
    pub fn file(&mut self, name: &str, content: &[u8]) {
        self.archive.file(Path::new(name), content);
    }

    /// The disk as a kernel reads it.
    pub(super) fn finish(self) -> Vec<u8> {
        self.archive.finish()
    }

    fn program_as(&mut self, program: &Path, name: &Path) -> anyhow::Result<()> {
        self.archive.file(name, &stripped(program)?);
        // The linker names what it would load; a program that is linked with nothing has no list.
        let listed = Command::new("ldd").arg(program).output().context("ldd")?;
        let text = String::from_utf8_lossy(&listed.stdout);
        ensure!(!text.contains("not found"), "{}: {text}", program.display());
        for library in text.split_whitespace().filter(|word| word.starts_with('/')).map(|word| word.trim_end_matches(':')) {
            let content = fs::read(library).with_context(|| library.to_owned())?;
            self.archive.file(Path::new(library), &content);
        }
        Ok(())
    }
}

/// A program without its symbols, which are most of what a test build weighs; as it is where nothing strips it.
fn stripped(program: &Path) -> anyhow::Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let target: PathBuf = folder.path().join("stripped");
    let words = [OsStr::new("-o"), target.as_os_str(), program.as_os_str()];
    let is_stripped = Command::new("strip").args(words).output().is_ok_and(|output| output.status.success());
    let file = if is_stripped { &target } else { program };
    fs::read(file).with_context(|| file.display().to_string())
}
