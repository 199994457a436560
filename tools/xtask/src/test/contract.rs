//! The HTTP API against its own description: schemathesis drives the real server.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::installer::Consent;
use crate::report::Verdict;
use crate::server_binary::{self, Profile};
use crate::stamp::{Fingerprint, Stamp};
use crate::{place, process, say, tool};

/// The program that starts a server, sets it up and runs schemathesis on it.
const PROGRAM: &str = "tools/xtask/contract/check.py";

/// Python packages, pinned so that a new release cannot fail an old commit.
const PACKAGES: [&str; 1] = ["schemathesis==4.32.5"];

/// Runs the program in a virtual environment of its own.
pub(super) fn run(consent: Consent) -> Result<Verdict, Failure> {
    let Some(python) = (tool::PYTHON.find)() else {
        return Ok(Verdict::Skipped("Python 3 with venv is missing; the line that brings it stands above".to_owned()));
    };
    let venv = environment(&python, consent)?;
    let mut check = process::command(venv.join("bin/python"));
    check.arg(PROGRAM).arg(server_binary::path(Profile::Debug)).arg(venv.join("bin/schemathesis"));
    check.arg(place::notes().join("contract"));
    Ok(Verdict::of(process::succeeds(&mut check)?, "its words stand above"))
}

/// The virtual environment below `target/`, made when it is missing or its packages changed.
fn environment(python: &std::path::Path, consent: Consent) -> Result<PathBuf, Failure> {
    let venv = place::target().join("venv");
    let mut wanted = Fingerprint::new();
    PACKAGES.iter().for_each(|package| wanted.add(package.as_bytes()));
    let stamp = Stamp::named("python-packages");
    if stamp.is(wanted) && venv.join("bin/schemathesis").is_file() {
        return Ok(venv);
    }
    let line = format!("python3 -m venv target/venv && target/venv/bin/pip install {}", PACKAGES.join(" "));
    if consent == Consent::Refuse {
        return Err(Failure::unavailable(format!(
            "schemathesis is missing and --no-install forbids to install it; the line is `{line}`."
        )));
    }
    say::line(format_args!("Installing into target/venv: {}", PACKAGES.join(" ")));
    let made = process::succeeds(process::command(python).args(["-m", "venv"]).arg(&venv))?;
    let mut pip = process::command(venv.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES);
    if !made || !process::succeeds(&mut pip)? {
        return Err(Failure::unavailable(format!("schemathesis could not be installed; run `{line}` to see why.")));
    }
    stamp.set(wanted)?;
    Ok(venv)
}
