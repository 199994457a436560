//! Figures that need a real browser: `npm run bench -- NAME` in `web/` prints them as rows of the table.

use super::example;
use super::figure::Figure;
use crate::failure::Failure;
use crate::installer::{self, Consent};
use crate::server_binary::{self, Profile};
use crate::{tool, web};

/// Builds what the browser needs and runs the script of this name in `web/e2e/bench/`.
///
/// # Errors
/// Where the script does not exist or prints no row.
pub(super) fn run(consent: Consent, name: &str) -> Result<Vec<Figure>, Failure> {
    if !web::has_script("bench") {
        return Err(Failure::unavailable("web/package.json has no script `bench`."));
    }
    installer::bring(&tool::BROWSER, consent)?;
    web::prepare(consent)?;
    let server = server_binary::build(Profile::Release)?;
    example::rows(web::npm(&["run", "--silent", "bench", "--", name]).env("XTASK_SIGNBOARD", server))
}
