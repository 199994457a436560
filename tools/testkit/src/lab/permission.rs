//! Whether this machine allows a lab.

use std::thread;

use nix::sched::{CloneFlags, unshare};

use super::ip;

/// The programs of a lab and what brings them.
const PROGRAMS: [(&str, &str); 2] = [("ip", "iproute2"), ("nft", "nftables")];

/// Why there can be no lab here, with the remedy; none if there can.
pub(super) fn missing(programs: &[(&str, &str)]) -> Option<String> {
    let tried = thread::spawn(|| unshare(CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWNS)).join();
    match tried {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Some(format!("no right to make network namespaces ({error}): run the tests as root")),
        Err(_) => return Some("the thread that tries a network namespace panicked".to_owned()),
    }
    let mut needed = PROGRAMS.iter().chain(programs);
    let missing = needed.find(|(program, _)| !ip::is_installed(program));
    missing.map(|(program, package)| format!("no `{program}`: apt-get install {package}"))
}
