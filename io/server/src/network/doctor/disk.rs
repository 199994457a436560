//! The disk under the data folder.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use api::network::Finding;

/// Below this much free space a server soon cannot take uploads: 1 GiB.
const LOW_BYTES: u64 = 1 << 30;
/// A write that takes longer than this to reach the disk makes every change slow, in milliseconds.
const SLOW_MS: u128 = 250;

/// Free space, and whether a small file reaches the disk. The folder need not exist yet: then the nearest one above counts.
pub(super) fn check(data: &Path) -> Vec<Finding> {
    let Some(folder) = nearest(data) else {
        let text = format!("{} is on no disk of this machine.", data.display());
        return vec![Finding::trouble("disk", text, "Set data.dir to a folder on a disk.")];
    };
    let mut findings = vec![space(&folder)];
    if folder == data {
        findings.push(write(&folder));
    }
    findings
}

fn nearest(data: &Path) -> Option<PathBuf> {
    data.ancestors().find(|folder| folder.is_dir()).map(Path::to_owned)
}

fn space(folder: &Path) -> Finding {
    let place = folder.display();
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            let (free, all) = (disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize);
            let text = format!("{} of {} are free under {place}.", size(free), size(all));
            if disk.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY) {
                Finding::trouble(
                    "disk",
                    format!("{place} is mounted read-only."),
                    "Check the disk, then mount it for writing again.",
                )
            } else if free < LOW_BYTES {
                Finding::trouble("disk", text, "Free some space, or move the data folder to a larger disk.")
            } else {
                Finding::fine("disk", text)
            }
        }
        Err(error) => Finding::trouble("disk", format!("{place} cannot be asked for its space ({error})."), "Check the disk."),
    }
}

/// Writes a small file, waits for the disk and removes it.
fn write(folder: &Path) -> Finding {
    let probe = folder.join(format!(".doctor-{}", crate::now::new_id()));
    let started = Instant::now();
    let written = fs::OpenOptions::new().write(true).create_new(true).open(&probe).and_then(|mut file| {
        file.write_all(b"signboard doctor\n")?;
        file.sync_all()
    });
    let took = started.elapsed().as_millis();
    // It is ours, and a left-over would only be a hidden file of 17 bytes.
    let _ = fs::remove_file(&probe);
    match written {
        Ok(()) if took > SLOW_MS => Finding::trouble(
            "disk write",
            format!("A small write to {} took {took} ms.", folder.display()),
            "Look for a failing disk, a full write cache or a network file system.",
        ),
        Ok(()) => Finding::fine("disk write", format!("A small write reached the disk in {took} ms.")),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Finding::note("disk write", format!("Not tried: {} belongs to another user.", folder.display()))
                .remedied("Run the doctor as the server's user.")
        }
        Err(error) => Finding::trouble(
            "disk write",
            format!("{} takes no writes ({error}).", folder.display()),
            "Free some space, or check the disk.",
        ),
    }
}

fn size(bytes: u64) -> String {
    let gib = bytes as f64 / f64::from(1 << 30);
    if gib >= 1.0 { format!("{gib:.1} GiB") } else { format!("{:.0} MiB", gib * 1024.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::network::Verdict;

    #[test]
    fn a_folder_that_can_be_written_is_fine_and_left_clean() {
        let folder = tempfile::tempdir().unwrap();
        let findings = check(folder.path());
        assert_eq!(findings.len(), 2);
        assert!(findings.iter().all(|finding| finding.subject.starts_with("disk")), "{findings:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_does_not_exist_yet_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("not/yet");
        assert_eq!(check(&data).len(), 1);
        assert!(!data.exists());
    }

    #[test]
    fn a_folder_that_takes_no_writes_is_trouble() {
        let finding = write(Path::new("/proc"));
        assert_eq!(finding.verdict, Verdict::Trouble, "{finding:?}");
        assert!(finding.text.contains("/proc"));
    }
}
