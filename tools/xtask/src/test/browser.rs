//! The browser tests: the real server, the real player, Debian's Chromium.

use std::path::Path;

use super::script;
use crate::failure::Failure;
use crate::report::Verdict;
use crate::tool;

/// Runs `npm run e2e` in `web/`.
pub(super) fn run(skips: &Path) -> Result<Verdict, Failure> {
    if (tool::CHROMIUM.find)().is_none() {
        return Ok(Verdict::Skipped("Chromium is missing; the line that brings it stands above".to_owned()));
    }
    script("e2e", skips)
}
