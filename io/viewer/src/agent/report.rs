//! What is missing.

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
}
