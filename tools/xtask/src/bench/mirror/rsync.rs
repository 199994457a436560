//! An rsync daemon, without TLS and without a look at what was there: the plain speed of this machine.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::{port, process};

/// Killed when dropped.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How long it takes to bring the film.
///
/// # Errors
/// Where rsync fails.
pub(super) fn brings(folder: &Path, film: &Path) -> Result<Duration, Failure> {
    let [from, to] = ["from", "to"].map(|name| folder.join(name));
    for place in [&from, &to] {
        fs::create_dir_all(place).map_err(|error| Failure::file(place, &error))?;
    }
    let name = film.file_name().unwrap_or_default();
    fs::copy(film, from.join(name)).map_err(|error| Failure::file(&from, &error))?;
    let (port, config) = (port::free()?, folder.join("rsyncd.conf"));
    let text =
        format!("use chroot = no\naddress = 127.0.0.1\n[media]\npath = {}\nread only = yes\nuid = 0\ngid = 0\n", from.display());
    fs::write(&config, text).map_err(|error| Failure::file(&config, &error))?;
    let mut daemon = process::command("rsync");
    daemon.args(["--daemon", "--no-detach", "--port", &port.to_string(), "--config"]).arg(&config);
    daemon.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let daemon = daemon.spawn().map_err(|error| Failure::unavailable(format!("rsync could not be started: {error}.")))?;
    let _daemon = Daemon(daemon);
    super::awaited("the rsync daemon", || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok())?;
    super::settled();
    let began = Instant::now();
    let mut client = process::command("rsync");
    // As the others do, it ends when the film is on the disk.
    client.args(["--whole-file", "--fsync", &format!("rsync://127.0.0.1:{port}/media/")]).arg(&to).arg("--recursive");
    let answer = process::quiet(&mut client)?;
    if !answer.success {
        return Err(Failure::failed(format!("rsync brings nothing: {}", answer.stderr.trim())));
    }
    super::until(&to.join(name), began)
}
