//! The program on hosts of a lab: a server that runs, and commands.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use testkit::lab::{Host, Lab, Program, Segment};

/// Long enough for a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(50);

/// A segment with the hosts of most tests.
pub(crate) struct Town {
    pub(crate) segment: Segment,
    pub(crate) server: Host,
    pub(crate) screen: Host,
}

impl Town {
    /// None where there can be no lab, or one of these programs is missing.
    pub(crate) fn open(programs: &[(&str, &str)]) -> anyhow::Result<Option<Self>> {
        let Some(lab) = Lab::open_with(programs)? else { return Ok(None) };
        let segment = lab.segment()?;
        let (server, screen) = (segment.host("server")?, segment.host("screen")?);
        Ok(Some(Self { segment, server, screen }))
    }

    /// The server's address, as somebody types it.
    pub(crate) fn address(&self) -> String {
        self.server.card().ipv4().to_string()
    }

    /// What a foreign program on the screen's host gets from a page of the server.
    pub(crate) fn page(&self, url: &str) -> Option<String> {
        self.curl(url, "20")
    }

    /// Whether the server's API answers at `http://HOST:PORT` or `https://HOST:PORT`.
    pub(crate) fn answers(&self, scheme: &str, port: u16) -> bool {
        self.page(&self.api(scheme, port)).is_some_and(|text| text.contains("\"set_up\""))
    }

    /// Whether nothing answers there. The first packet is lost or not: a second one is not waited for.
    pub(crate) fn is_closed(&self, scheme: &str, port: u16) -> bool {
        self.curl(&self.api(scheme, port), "0.8").is_none()
    }

    fn api(&self, scheme: &str, port: u16) -> String {
        format!("{scheme}://{}:{port}/api/v1/setup", self.address())
    }

    fn curl(&self, url: &str, seconds: &str) -> Option<String> {
        let words = ["--silent", "--fail", "--insecure", "--noproxy", "*", "--max-time", seconds, url];
        let output = self.screen.run(Command::new("curl").args(words)).unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }

    /// What the doctor says of the server from the screen's host, with its exit code.
    pub(crate) fn doctor(&self, settings: &[&str]) -> Diagnosis {
        let address = self.address();
        let mut words = vec!["doctor", "--json", "--server", address.as_str()];
        settings.iter().for_each(|setting| words.extend(["--set", setting]));
        Diagnosis::of(&signboard(&self.screen, &words))
    }
}

/// A server that answers; killed when dropped.
pub(crate) struct Running {
    pub(crate) data: TempDir,
    pub(crate) program: Program,
}

impl Running {
    /// Starts with these settings on an empty data folder, and waits until it says that it is ready.
    pub(crate) fn start(host: &Host, settings: &[&str]) -> anyhow::Result<Self> {
        let data = tempfile::tempdir()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_signboard"));
        command.args(["server", "--data"]).arg(data.path());
        for setting in settings {
            command.args(["--set", setting]);
        }
        let program = host.start(&mut command)?;
        program.wait_for("Signboard is ready", PATIENCE)?;
        Ok(Self { data, program })
    }

    /// What the doctor says on the server's own host.
    pub(crate) fn doctor(&self, host: &Host, settings: &[&str]) -> Diagnosis {
        let data = self.data.path().to_str().unwrap();
        let mut words = vec!["doctor", "--json", "--data", data];
        settings.iter().for_each(|setting| words.extend(["--set", setting]));
        Diagnosis::of(&signboard(host, &words))
    }
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs a command to its end.
pub(crate) fn signboard(host: &Host, words: &[&str]) -> Said {
    said(host, Command::new(env!("CARGO_BIN_EXE_signboard")).args(words))
}

/// Runs any program to its end.
pub(crate) fn said(host: &Host, command: &mut Command) -> Said {
    let output = host.run(command).unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// Does two things at the same time: most of them only wait.
pub(crate) fn both<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap(), other)
    })
}

/// Tries again until it holds; each try takes its own time.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "{what} within {PATIENCE:?}");
    }
}

/// Does a thing that may come too early or meet a busy machine, again until it went well; what was said last where it never did.
pub(crate) fn found(act: impl Fn() -> Said, is_well: impl Fn(&Said) -> bool) -> Said {
    let end = Instant::now() + PATIENCE;
    loop {
        let said = act();
        if is_well(&said) || Instant::now() >= end {
            return said;
        }
    }
}

/// Searches from a host until a server was found.
pub(crate) fn finds(host: &Host) -> bool {
    found(|| signboard(host, &["discover", "--timeout", "2"]), |said| said.code == 0).code == 0
}

/// The doctor's findings.
#[derive(Debug)]
pub(crate) struct Diagnosis {
    pub(crate) code: i32,
    findings: Vec<Value>,
}

impl Diagnosis {
    pub(crate) fn of(said: &Said) -> Self {
        let findings = serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"));
        Self { code: said.code, findings }
    }

    /// The findings, as the server's API gives them.
    pub(crate) fn of_json(text: &str) -> Self {
        Self::of(&Said { code: 0, out: text.to_owned(), err: String::new() })
    }

    /// Every subject with its verdict, in order of the subjects.
    pub(crate) fn verdicts(&self) -> Vec<(&str, &str)> {
        let named = self.findings.iter().map(|one| (one["subject"].as_str().unwrap(), one["verdict"].as_str().unwrap()));
        let mut verdicts: Vec<_> = named.collect();
        verdicts.sort_unstable();
        verdicts
    }

    /// The verdict on a subject such as `80/tcp`.
    #[track_caller]
    pub(crate) fn verdict(&self, subject: &str) -> &str {
        self.finding(subject)["verdict"].as_str().unwrap()
    }

    /// What was found and what to do.
    #[track_caller]
    pub(crate) fn text(&self, subject: &str) -> String {
        let finding = self.finding(subject);
        format!("{} {}", finding["text"].as_str().unwrap(), finding["remedy"].as_str().unwrap_or_default())
    }

    /// The subjects that are in trouble.
    pub(crate) fn troubles(&self) -> Vec<&str> {
        let in_trouble = self.findings.iter().filter(|finding| finding["verdict"] == "trouble");
        in_trouble.map(|finding| finding["subject"].as_str().unwrap()).collect()
    }

    #[track_caller]
    fn finding(&self, subject: &str) -> &Value {
        let found = self.findings.iter().find(|finding| finding["subject"] == subject);
        found.unwrap_or_else(|| panic!("nothing about {subject}: {:#?}", self.findings))
    }
}
