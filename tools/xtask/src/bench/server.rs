//! A server process of a bench: started, awaited, measured, stopped.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::{place, process};

/// Kernel ticks of processor time in a second, fixed for programs on Linux.
const TICKS: f64 = 100.0;

/// How long a start is watched closely.
const FINE: Duration = Duration::from_secs(5);

/// A running process that answers HTTP; it is killed when dropped.
pub(super) struct Server {
    child: Child,
    /// From the call that starts it to the first answer with status 200.
    pub(super) ready_after: Duration,
}

impl Server {
    /// Starts a command and waits until `path` answers 200 on the port.
    ///
    /// # Errors
    /// Where it cannot be started, ends early, or does not answer within the time; its words are in the log.
    pub(super) fn start(mut command: Command, port: u16, path: &str, patience: Duration) -> Result<Self, Failure> {
        let file = place::notes().join("bench-server.log");
        let log = fs::create_dir_all(place::notes())
            .and_then(|()| fs::OpenOptions::new().create(true).append(true).open(&file))
            .map_err(|error| Failure::file(&file, &error))?;
        let other = log.try_clone().map_err(|error| Failure::file(&file, &error))?;
        command.stdin(Stdio::null()).stdout(Stdio::from(log)).stderr(Stdio::from(other));
        let spelled = process::spelled(&command);
        let started = Instant::now();
        let child =
            command.spawn().map_err(|error| Failure::unavailable(format!("`{spelled}` could not be started: {error}.")))?;
        let mut server = Self { child, ready_after: Duration::ZERO };
        loop {
            if answers(port, path) {
                server.ready_after = started.elapsed();
                return Ok(server);
            }
            let ended = server.child.try_wait().ok().flatten();
            if ended.is_some() || started.elapsed() > patience {
                let what = if ended.is_some() { "ended" } else { "did not answer in time" };
                return Err(Failure::failed(format!("`{spelled}` {what}; its words are in {}.", place::short(&file))));
            }
            // Fine enough for a start of some ten milliseconds, and no load beside a build of minutes.
            thread::sleep(if started.elapsed() < FINE { Duration::from_millis(1) } else { Duration::from_millis(50) });
        }
    }

    /// The id of its process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Resident memory in MiB.
    pub(super) fn resident_mib(&self) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse::<f64>().ok().map(|kib| kib / 1024.0)
    }

    /// Processor time so far in seconds, of the process and its children.
    pub(super) fn cpu_seconds(&self) -> f64 {
        let Ok(entries) = fs::read_dir("/proc") else { return 0.0 };
        let stats = entries.flatten().filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
        let own = self.child.id();
        stats
            .filter_map(|stat| Stat::parse(&stat))
            .filter(|stat| stat.pid == own || stat.parent == own)
            .map(|stat| stat.cpu)
            .sum()
    }

    /// Asks it to stop and waits until it has.
    pub(super) fn stop(mut self) {
        let _ = process::quiet(process::command("kill").args(["-TERM", &self.child.id().to_string()]));
        let asked = Instant::now();
        while self.child.try_wait().ok().flatten().is_none() && asked.elapsed() < Duration::from_secs(15) {
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.try_wait().ok().flatten().is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// What we need of a line of /proc/PID/stat.
#[derive(Debug, PartialEq)]
struct Stat {
    pid: u32,
    parent: u32,
    cpu: f64,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        let pid = text.split_whitespace().next()?.parse().ok()?;
        // The name stands in brackets and may hold anything, brackets too.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
        Some(Self { pid, parent: fields.get(1)?.parse().ok()?, cpu: ticks / TICKS })
    }
}

fn answers(port: u16, path: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut head = [0u8; 12];
    stream.write_all(request.as_bytes()).is_ok() && stream.read_exact(&mut head).is_ok() && head.ends_with(b" 200")
}

/// An empty folder below `target/` for one bench.
///
/// # Errors
/// Where it cannot be made.
pub(super) fn fresh_folder(name: &str) -> Result<PathBuf, Failure> {
    let folder = place::notes().join("bench").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
    }
    fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_s_line_is_read() {
        let line = "4242 (nginx: w) (x)) S 4241 1 1 0 -1 4194560 100 0 0 0 250 50 7 9 20 0 1 0 100 1 1";
        assert_eq!(Stat::parse(line), Some(Stat { pid: 4242, parent: 4241, cpu: 3.0 }));
        assert_eq!(Stat::parse("no line"), None);
    }

    #[test]
    fn a_server_is_awaited_and_one_that_ends_is_named() {
        let ended = Server::start(process::command("false"), crate::port::free().unwrap(), "/", Duration::from_secs(5));
        let sentence = ended.err().unwrap().sentence;
        assert!(sentence.contains("`false` ended"), "{sentence}");
    }
}
