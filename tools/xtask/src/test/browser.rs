//! The browser tests: the real server, the real player, Debian's Chromium.

use std::path::Path;

use super::script;
use crate::failure::Failure;
use crate::report::Verdict;
use crate::tool;

/// Runs `npm run e2e` in `web/`.
pub(super) fn run(skips: &Path) -> Result<Verdict, Failure> {
    if let Some(tool) = tool::BROWSER.iter().find(|tool| (tool.find)().is_none()) {
        return Ok(Verdict::Skipped(format!("{} is missing; the line that brings it stands above", tool.name)));
    }
    script("e2e", skips)
}
