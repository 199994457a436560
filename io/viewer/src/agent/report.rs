//! What is missing, and what the disk does not do.

use std::io;

use control::v1;

use super::Agent;

/// Files that are named in one report.
const MOST: usize = 100;

impl Agent {
    /// Says which files of the newest plan could not be fetched, when that has changed.
    pub(super) fn tell_missing(&mut self) {
        let Some(plan) = self.prospect.as_ref().map(|prospect| prospect.plan.id.clone()) else { return };
        let mut missing = self.downloads.failures();
        missing.truncate(MOST);
        let Some(conversation) = &mut self.conversation else { return };
        if missing.is_empty() || conversation.missing == missing {
            return;
        }
        conversation.missing.clone_from(&missing);
        let at = self.now();
        self.report(plan, v1::PlanState::Incomplete, at, missing);
    }

    /// The disk took something, or did not: told once when that changes. What is here plays on.
    pub(super) fn note_disk(&mut self, outcome: io::Result<()>) {
        match (outcome, self.vitals.disk_trouble) {
            (Ok(()), true) => {
                self.vitals.disk_trouble = false;
                self.event("info", "disk.well", "The disk takes data again.");
            }
            (Err(error), false) => {
                self.vitals.disk_trouble = true;
                let remedy = match error.kind() {
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space, or lower cache.quota-mib",
                    io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only: check or replace the disk",
                    io::ErrorKind::PermissionDenied => "give the viewer's user the right to its folder",
                    _ => "check the disk",
                };
                let text = format!("The disk takes no data ({error}); what is here plays on; {remedy}.");
                self.event("error", "disk.full", &text);
                let now = self.now();
                self.vitals.trouble("disk.full", &text, now);
            }
            (Ok(()), false) | (Err(_), true) => {}
        }
    }
}
