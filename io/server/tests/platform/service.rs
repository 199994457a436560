//! The program as the unit in `packaging/` starts it: what it tells the service manager, and what it may do without root.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

const UNIT: &str = include_str!("../../../../packaging/signboard.service");
/// How long the service manager of a test waits for a word.
const PATIENCE: Duration = Duration::from_secs(60);
/// The user and group without rights.
const NOBODY: &str = "65534";

/// A line of the unit, such as `ExecStart`.
fn setting(key: &str) -> &'static str {
    UNIT.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).unwrap()
}

/// The other end of `NOTIFY_SOCKET`, in a folder that every user can reach.
struct Manager {
    folder: TempDir,
    socket: UnixDatagram,
}

impl Manager {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = UnixDatagram::bind(folder.path().join("notify")).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
        fs::set_permissions(folder.path().join("notify"), Permissions::from_mode(0o777)).unwrap();
        Self { folder, socket }
    }

    /// The program where every user may run it.
    fn program(&self) -> PathBuf {
        let program = self.folder.path().join("signboard");
        let built = Path::new(env!("CARGO_BIN_EXE_signboard"));
        fs::hard_link(built, &program).or_else(|_| fs::copy(built, &program).map(drop)).unwrap();
        program
    }

    /// Starts the unit's command line through `wrapper`, on loopback and with the data in the folder.
    fn start(&self, wrapper: &[&str], settings: &[&str]) -> Child {
        let mut words: Vec<String> = wrapper.iter().map(|word| (*word).to_owned()).collect();
        let line = setting("ExecStart").replace("/usr/bin/signboard", self.program().to_str().unwrap());
        words.extend(line.split_whitespace().map(str::to_owned));
        words.extend(["--data".to_owned(), self.folder.path().join("data").display().to_string()]);
        for setting in settings {
            words.extend(["--set".to_owned(), (*setting).to_owned()]);
        }
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.env("NOTIFY_SOCKET", self.folder.path().join("notify")).env("WATCHDOG_USEC", "100000");
        command.spawn().unwrap()
    }

    /// Waits for a word; the others before it.
    fn await_word(&self, wanted: &str) -> Vec<String> {
        let mut before = Vec::new();
        let mut space = [0; 4096];
        loop {
            let length = self.socket.recv(&mut space).unwrap_or_else(|error| panic!("no {wanted} after {before:?}: {error}"));
            let said = std::str::from_utf8(&space[..length]).unwrap().lines();
            for word in said {
                if word == wanted {
                    return before;
                }
                before.push(word.to_owned());
            }
        }
    }
}

fn terminate(child: &Child) {
    let signal = setting("KillSignal").strip_prefix("SIG").unwrap();
    let status = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Whether this test may become another user in a network of its own; names itself as skipped where it may not.
fn is_root() -> bool {
    let probe = Command::new("unshare").args(["--net", "setpriv", "--clear-groups", "true"]).stderr(Stdio::null()).status();
    let is_root = probe.is_ok_and(|status| status.success());
    if !is_root {
        testkit::skip("needs root, unshare and setpriv (util-linux)").unwrap();
    }
    is_root
}

#[test]
fn the_service_manager_hears_of_start_life_and_stop() {
    let manager = Manager::new();
    let settings = ["bind.address=127.0.0.1", "web.http-port=0", "web.https-port=0", "control.port=0"];
    let child = manager.start(&[], &settings);
    manager.await_word("READY=1");
    manager.await_word("WATCHDOG=1");
    manager.await_word("WATCHDOG=1");
    terminate(&child);
    manager.await_word("STOPPING=1");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

/// Runs as nobody in an empty network with these capabilities, as the unit's `AmbientCapabilities` would give them.
fn as_nobody(capabilities: &str) -> [&str; 15] {
    let who = ["unshare", "--net", "setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--no-new-privs"];
    let may = ["--inh-caps", capabilities, "--ambient-caps", capabilities, "--bounding-set", capabilities];
    let mut words = [""; 15];
    words[..9].copy_from_slice(&who);
    words[9..].copy_from_slice(&may);
    words
}

#[test]
fn the_unit_lets_the_clocks_state_be_read_and_not_set() {
    // The filter of ProtectClock forbids adjtimex altogether, by which the time service learns who keeps the clock.
    let harmful = ["ProtectClock=", "SystemCallFilter="];
    assert!(!UNIT.lines().any(|line| harmful.iter().any(|key| line.starts_with(key))));
    assert_eq!(setting("CapabilityBoundingSet"), "CAP_NET_BIND_SERVICE", "without CAP_SYS_TIME nobody sets it");
}

#[test]
fn the_units_capability_opens_the_ports_below_1024() {
    if !is_root() {
        return;
    }
    assert_eq!(setting("AmbientCapabilities"), "CAP_NET_BIND_SERVICE");
    let manager = Manager::new();
    let child = manager.start(&as_nobody("-all,+net_bind_service"), &[]);
    manager.await_word("READY=1");
    terminate(&child);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

#[test]
fn without_the_right_to_bind_one_sentence_names_port_setting_and_command() {
    if !is_root() {
        return;
    }
    let manager = Manager::new();
    let child = manager.start(&as_nobody("-all"), &[]);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(77), "{said}");
    assert!(setting("RestartPreventExitStatus").split(' ').any(|code| code == "77"), "starting again does not help");
    assert_eq!(said.lines().count(), 1, "{said}");
    let command = format!("sudo setcap cap_net_bind_service=+ep {}", manager.folder.path().join("signboard").display());
    for part in ["port 80 (web.http-port)", command.as_str(), "--set web.http-port=8080"] {
        assert!(said.contains(part), "{said}");
    }
    assert!(!manager.folder.path().join("data").join("signboard.db").exists(), "nothing is touched");
}
