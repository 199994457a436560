//! The programs that this repository needs, how to find them and what brings them.

pub(crate) mod lab;

use std::path::PathBuf;

use crate::failure::Failure;
use crate::process;
use crate::version::Version;

const OLDEST_RUST: Version = Version(1, 95, 0);
/// What the packages that build the web part ask for.
const OLDEST_NODE: Version = Version(20, 19, 0);

/// A program that a Debian package brings.
pub(crate) struct Tool {
    /// What people call it.
    pub(crate) name: &'static str,
    /// What it is needed for, to follow the name in a list.
    pub(crate) purpose: &'static str,
    /// Debian 12 packages, in the order in which apt gets them.
    pub(crate) packages: &'static [&'static str],
    /// The service that the package would start, if it brings one.
    pub(crate) service: Option<Service>,
    /// Finds the program.
    pub(crate) find: fn() -> Option<PathBuf>,
}

/// A daemon that comes with a package and must not run because of us.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    /// Name of the init script or unit.
    pub(crate) unit: &'static str,
    /// Name of the process.
    pub(crate) process: &'static str,
}

/// Reads uploaded films and pictures.
pub(crate) const FFMPEG: Tool = Tool {
    name: "ffmpeg",
    purpose: "reads the facts and makes the thumbnails of uploaded films",
    packages: &["ffmpeg"],
    service: None,
    find: || process::find("ffprobe").and(process::find("ffmpeg")),
};

/// The browser of the browser tests.
pub(crate) const CHROMIUM: Tool = Tool {
    name: "Chromium",
    purpose: "is the browser of the browser tests",
    packages: &["chromium"],
    service: None,
    find: || process::find("chromium"),
};

/// A screen without a monitor, which the browser tests film.
pub(crate) const XVFB: Tool = Tool {
    name: "Xvfb",
    purpose: "is the screen that the browser tests film",
    packages: &["xvfb"],
    service: None,
    find: || process::find("Xvfb"),
};

/// Puts a certificate authority into a browser's profile.
pub(crate) const CERTUTIL: Tool = Tool {
    name: "certutil",
    purpose: "lets the browser of the tests trust a certificate",
    packages: &["libnss3-tools"],
    service: None,
    find: || process::find("certutil"),
};

/// Makes the certificates of the browser tests.
pub(crate) const OPENSSL: Tool = Tool {
    name: "openssl",
    purpose: "makes the certificates of the browser tests",
    packages: &["openssl"],
    service: None,
    find: || process::find("openssl"),
};

/// Gives the machine another address, so that the tests see what a screen on the network sees.
pub(crate) const IP: Tool = Tool {
    name: "ip",
    purpose: "gives the browser tests an address that is not localhost",
    packages: &["iproute2"],
    service: None,
    find: || in_sbin("ip"),
};

/// What the browser tests need.
pub(crate) const BROWSER: [&Tool; 6] = [&CHROMIUM, &XVFB, &CERTUTIL, &OPENSSL, &IP, &FFMPEG];

/// The second database engine.
pub(crate) const POSTGRES: Tool = Tool {
    name: "PostgreSQL 15",
    purpose: "checks every SQL statement on the second engine",
    packages: &["postgresql-15"],
    service: Some(Service { unit: "postgresql", process: "postgres" }),
    find: || {
        let debian = PathBuf::from("/usr/lib/postgresql/15/bin/postgres");
        if debian.is_file() { Some(debian) } else { process::find("postgres") }
    },
};

/// Proves that an acknowledged change has reached the disk.
pub(crate) const STRACE: Tool = Tool {
    name: "strace",
    purpose: "shows that acknowledged changes have reached the disk",
    packages: &["strace"],
    service: None,
    find: || process::find("strace"),
};

/// Python with virtual environments, for schemathesis.
pub(crate) const PYTHON: Tool = Tool {
    name: "Python 3 with venv",
    purpose: "runs schemathesis against the HTTP API",
    packages: &["python3-venv"],
    service: None,
    find: || {
        let python = process::find("python3")?;
        let probe = process::quiet(process::command(&python).args(["-c", "import venv, ensurepip"])).ok()?;
        probe.success.then_some(python)
    },
};

/// The peer of the media figures.
pub(crate) const NGINX: Tool = Tool {
    name: "nginx",
    purpose: "is the peer that media transfer is measured against",
    packages: &["nginx-light"],
    service: Some(Service { unit: "nginx", process: "nginx" }),
    find: || in_sbin("nginx"),
};

/// The load of the media figures.
pub(crate) const WRK: Tool = Tool {
    name: "wrk",
    purpose: "makes the load of the media figures",
    packages: &["wrk"],
    service: None,
    find: || process::find("wrk"),
};

/// A peer of the figures of media between servers.
pub(crate) const SYNCTHING: Tool = Tool {
    name: "Syncthing",
    purpose: "is a peer that media between servers are measured against",
    packages: &["syncthing"],
    service: None,
    find: || process::find("syncthing"),
};

/// The other one.
pub(crate) const RSYNC: Tool = Tool {
    name: "rsync",
    purpose: "is a peer that media between servers are measured against",
    packages: &["rsync"],
    service: None,
    find: || process::find("rsync"),
};

/// Finds a program for administrators, whose folder is on the path of root only.
fn in_sbin(program: &str) -> Option<PathBuf> {
    process::find(program).or_else(|| Some(PathBuf::from("/usr/sbin").join(program)).filter(|file| file.is_file()))
}

/// What every subcommand that builds the server needs: a new enough Rust and a C compiler.
///
/// # Errors
/// One sentence with the remedy.
pub(crate) fn rust() -> Result<(), Failure> {
    let answer = process::quiet(process::command("rustc").arg("--version"))?;
    at_least("Rust", &answer.stdout, OLDEST_RUST, "install it with `rustup update stable`")?;
    if process::find("cc").is_none() {
        return Err(Failure::unavailable(
            "No C compiler (`cc`) was found; install one, on Debian with `apt-get install -y gcc libc6-dev`.",
        ));
    }
    Ok(())
}

/// What the web part needs: a new enough Node.js with npm.
///
/// # Errors
/// One sentence with the remedy.
pub(crate) fn node() -> Result<(), Failure> {
    let remedy = "install Node.js 20.19 or newer from nodejs.org or your distribution";
    if process::find("node").is_none() || process::find("npm").is_none() {
        return Err(Failure::unavailable(format!("Node.js with npm was not found; {remedy} and run this again.")));
    }
    let answer = process::quiet(process::command("node").arg("--version"))?;
    at_least("Node.js", &answer.stdout, OLDEST_NODE, remedy)
}

fn at_least(name: &str, printed: &str, oldest: Version, remedy: &str) -> Result<(), Failure> {
    match Version::find(printed) {
        Some(version) if version >= oldest => Ok(()),
        Some(version) => Err(Failure::unavailable(format!(
            "{name} {version} is too old, {oldest} or newer is needed; {remedy} and run this again."
        ))),
        None => Err(Failure::unavailable(format!(
            "The version of {name} could not be read from `{}`; {remedy} and run this again.",
            printed.trim()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_get_one_sentence_with_the_remedy() {
        let old = at_least("Rust", "rustc 1.94.1 (abc 2026-03-01)", OLDEST_RUST, "do this").unwrap_err();
        assert_eq!(old.sentence, "Rust 1.94.1 is too old, 1.95.0 or newer is needed; do this and run this again.");
        assert_eq!(old.code, 69);
        assert!(at_least("Rust", "rustc 1.95.0 (abc)", OLDEST_RUST, "").is_ok());
        assert!(at_least("Node.js", "v20.18.3", OLDEST_NODE, "").is_err());
        assert!(at_least("Node.js", "v22.1.0", OLDEST_NODE, "").is_ok());
        assert!(at_least("Node.js", "what", OLDEST_NODE, "").is_err());
    }
}
