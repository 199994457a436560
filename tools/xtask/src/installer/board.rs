//! Unpacks what emulates a computer for the tests, and installs none of it (docs/decisions/0018-an-emulated-computer.md).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::{Consent, apt, is_root};
use crate::failure::Failure;
use crate::{place, process, say};

/// The package whose program plays the computer.
const EMULATOR: &str = "qemu-system-x86";
/// The package that depends on Debian's newest kernel for x86_64.
const KERNEL: &str = "linux-image-amd64";
/// What is taken out of the kernel's package, of 400 MB: the kernel, and drivers of the cards that the computer has.
const PARTS: [&str; 4] = ["./boot/vmlinuz-*", "*/ethernet/intel/e100.ko", "*/ethernet/realtek/8139cp.ko", "*/drivers/net/mii.ko"];

/// Where the tests look for it (`testkit::lab::Board`).
fn folder() -> PathBuf {
    place::notes().join("board")
}

/// Unpacks it below the target folder, unless it is there.
///
/// # Errors
/// Where it cannot be had, with the remedy.
pub(crate) fn bring(consent: Consent) -> Result<(), Failure> {
    bring_to(&folder(), consent)
}

fn bring_to(folder: &Path, consent: Consent) -> Result<(), Failure> {
    if folder.is_dir() {
        return Ok(());
    }
    let what = format!("{EMULATOR} and {KERNEL}, which emulate a computer in the lab tests");
    if consent == Consent::Refuse {
        return Err(Failure::unavailable(format!("Not unpacked because of --no-install: {what}; run this again without it.")));
    }
    if cfg!(not(target_arch = "x86_64")) || process::find("apt-get").is_none() {
        return Err(Failure::unavailable(format!("Unpacked can be only on Debian for x86_64: {what}; run the tests there.")));
    }
    say::line(format_args!("Unpacking: {EMULATOR} {KERNEL}"));
    let part = folder.with_extension("part");
    fetched(&part).or_else(|failure| {
        // The lists of packages may be old, or not there at all.
        if !is_root() {
            return Err(failure);
        }
        apt(&["update"])?;
        fetched(&part)
    })?;
    unpack(&part)?;
    fs::rename(&part, folder).map_err(|error| Failure::file(folder, &error))
}

/// Fetches the packages into an empty folder.
fn fetched(part: &Path) -> Result<(), Failure> {
    if part.exists() {
        fs::remove_dir_all(part).map_err(|error| Failure::file(part, &error))?;
    }
    for name in ["emulator", "kernel"] {
        let folder = part.join(name);
        fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
    }
    let there = installed()?;
    let emulator: Vec<String> = needed(EMULATOR)?.into_iter().filter(|name| !there.contains(name)).collect();
    download(&emulator, &part.join("emulator"))?;
    download(&[newest_kernel()?], &part.join("kernel"))
}

/// All that a package needs to run, itself too; of alternatives the first.
fn needed(package: &str) -> Result<Vec<String>, Failure> {
    let without = ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"].map(|kind| format!("--no-{kind}"));
    let text = asked(
        process::command("apt-cache")
            .args(["depends", "--recurse", "-o", "APT::Cache::ShowOnlyFirstOr=true"])
            .args(without)
            .arg(package),
    )?;
    Ok(packages(&text))
}

/// The names that stand at the beginnings of lines; those of other architectures have a colon, and those that nothing but others provide an angle.
fn packages(text: &str) -> Vec<String> {
    let names = text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_alphanumeric()) && !line.contains(':'));
    names.map(str::to_owned).collect()
}

/// What is installed on this machine.
fn installed() -> Result<BTreeSet<String>, Failure> {
    let text = asked(process::command("dpkg-query").args(["--show", "--showformat", "${db:Status-Abbrev}${Package}\n"]))?;
    Ok(text.lines().filter_map(|line| line.strip_prefix("ii ")).map(str::to_owned).collect())
}

fn newest_kernel() -> Result<String, Failure> {
    let text = asked(process::command("apt-cache").args(["depends", KERNEL]))?;
    let found = text.lines().find_map(|line| line.trim().strip_prefix("Depends: ")).map(str::to_owned);
    found.ok_or_else(|| Failure::unavailable(format!("{KERNEL} names no kernel; run `apt-get update` and this again.")))
}

fn download(packages: &[String], folder: &Path) -> Result<(), Failure> {
    if packages.is_empty() {
        return Ok(());
    }
    // apt's own user may not write here.
    let mut command = process::command("apt-get");
    command.args(["-q", "-o", "APT::Sandbox::User=root", "download"]).args(packages).current_dir(folder);
    asked(&mut command).map(drop)
}

fn unpack(part: &Path) -> Result<(), Failure> {
    let (emulator, kernel) = (part.join("emulator"), part.join("kernel"));
    for archive in archives(&emulator)? {
        asked(process::command("dpkg-deb").arg("--extract").arg(&archive).arg(&emulator))?;
    }
    for archive in archives(&kernel)? {
        let mut reader = process::command("dpkg-deb").arg("--fsys-tarfile").arg(&archive).stdout(Stdio::piped()).spawn();
        let stream = reader.as_mut().ok().and_then(|reader| reader.stdout.take());
        let mut tar = process::command("tar");
        tar.args(["--extract", "--wildcards", "--directory"]).arg(&kernel).args(PARTS);
        let taken = stream.map(|stream| tar.stdin(stream).output());
        if let Ok(mut reader) = reader {
            let _ = reader.wait();
        }
        if !matches!(&taken, Some(Ok(output)) if output.status.success()) {
            return Err(Failure::failed(format!("{} lacks one of {}.", archive.display(), PARTS.join(", "))));
        }
    }
    for archive in archives(&emulator)?.into_iter().chain(archives(&kernel)?) {
        fs::remove_file(&archive).map_err(|error| Failure::file(&archive, &error))?;
    }
    Ok(())
}

fn archives(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| Failure::file(folder, &error))?;
    let files = entries.flatten().map(|entry| entry.path());
    Ok(files.filter(|file| file.extension().is_some_and(|ending| ending == "deb")).collect())
}

/// Standard output of a program that must succeed.
fn asked(command: &mut std::process::Command) -> Result<String, Failure> {
    let answer = process::quiet(command)?;
    if answer.success {
        return Ok(answer.stdout);
    }
    let words = answer.stderr.trim().to_owned();
    Err(Failure::unavailable(format!("`{}` failed: {words}", process::spelled(command))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_relations() {
        let text =
            "qemu-system-x86\n  Depends: libaio1\n |Depends: seabios\n    qemu-kvm\nlibaio1\nlibc6:i386\n<libgcc1>\nseabios\n";
        assert_eq!(packages(text), ["qemu-system-x86", "libaio1", "seabios"]);
    }

    #[test]
    fn nothing_is_unpacked_where_that_is_refused() {
        let folder = place::notes().join("no-such-board");
        let failure = bring_to(&folder, Consent::Refuse).unwrap_err();
        assert!(failure.sentence.contains("--no-install: qemu-system-x86 and linux-image-amd64"), "{}", failure.sentence);
        assert!(!folder.exists() && !folder.with_extension("part").exists());
    }

    #[test]
    #[ignore = "fetches 90 MB: what `cargo xtask test` does before its tests"]
    fn what_a_computer_is_made_of_is_unpacked() {
        bring(Consent::Install).unwrap();
        for part in ["emulator", "kernel/boot", "kernel/lib/modules"] {
            let part = folder().join(part);
            assert!(fs::read_dir(&part).is_ok_and(|entries| entries.count() > 0), "{}", part.display());
        }
        assert_eq!(archives(&folder().join("kernel")).unwrap(), Vec::<PathBuf>::new());
    }
}
