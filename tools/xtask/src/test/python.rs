//! Python programs that tests need, in a virtual environment of their own.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::installer::Consent;
use crate::stamp::{Fingerprint, Stamp};
use crate::{place, process, say, tool};

/// Python packages, pinned so that a new release cannot fail an old commit: the driver of the HTTP contract, a peer of
/// discovery, a mail server, and what a viewer in Python is made of.
const PACKAGES: [&str; 7] = [
    "schemathesis==4.32.5",
    "WSDiscovery==2.1.2",
    "aiosmtpd==1.4.6",
    "blake3==1.0.11",
    "cryptography==50.0.2",
    "grpcio-reflection==1.85.1",
    "grpcio-tools==1.85.1",
];

/// A file of most packages, to notice an environment that somebody removed.
const PROOF: [&str; 4] = ["bin/schemathesis", "bin/wsdiscover", "bin/aiosmtpd", "bin/python-grpc-tools-protoc"];

/// The virtual environment below `target/`, made when it is missing or its packages changed.
///
/// # Errors
/// Where Python is missing, nothing may be installed, or the packages cannot be had.
pub(super) fn environment(consent: Consent) -> Result<PathBuf, Failure> {
    let Some(python) = (tool::PYTHON.find)() else {
        return Err(Failure::unavailable(format!(
            "Python 3 with venv is missing, so `{}` cannot be installed.",
            PACKAGES.join(" ")
        )));
    };
    let venv = place::target().join("venv");
    let mut wanted = Fingerprint::new();
    PACKAGES.iter().for_each(|package| wanted.add(package.as_bytes()));
    let stamp = Stamp::named("python-packages");
    if stamp.is(wanted) && PROOF.iter().all(|file| venv.join(file).is_file()) {
        return Ok(venv);
    }
    let line = format!("python3 -m venv target/venv && target/venv/bin/pip install {}", PACKAGES.join(" "));
    if consent == Consent::Refuse {
        return Err(Failure::unavailable(format!(
            "Python packages are missing and --no-install forbids to install them; the line is `{line}`."
        )));
    }
    say::line(format_args!("Installing into target/venv: {}", PACKAGES.join(" ")));
    let made = process::succeeds(process::command(python).args(["-m", "venv"]).arg(&venv))?;
    let mut pip = process::command(venv.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES);
    if !made || !process::succeeds(&mut pip)? {
        return Err(Failure::unavailable(format!("Python packages could not be installed; run `{line}` to see why.")));
    }
    stamp.set(wanted)?;
    Ok(venv)
}
