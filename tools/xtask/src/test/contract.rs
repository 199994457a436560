//! The HTTP API against its own description: schemathesis drives the real server.

use super::python;
use crate::failure::Failure;
use crate::installer::Consent;
use crate::report::Verdict;
use crate::server_binary::{self, Profile};
use crate::{place, process, tool};

/// The program that starts a server, sets it up and runs schemathesis on it.
const PROGRAM: &str = "tools/xtask/contract/check.py";

/// Runs the program in the virtual environment of the tests.
pub(super) fn run(consent: Consent) -> Result<Verdict, Failure> {
    if (tool::PYTHON.find)().is_none() {
        return Ok(Verdict::Skipped("Python 3 with venv is missing; the line that brings it stands above".to_owned()));
    }
    let venv = python::environment(consent)?;
    let mut check = process::command(venv.join("bin/python"));
    check.arg(PROGRAM).arg(server_binary::path(Profile::Debug)).arg(venv.join("bin/schemathesis"));
    check.arg(place::notes().join("contract"));
    Ok(Verdict::of(process::succeeds(&mut check)?, "its words stand above"))
}
