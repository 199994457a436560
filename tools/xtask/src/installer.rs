//! Brings missing Debian packages, and sees to it that no service runs because of that.

pub(crate) mod board;
mod policy;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use policy::{POLICY, Policy};

use crate::failure::Failure;
use crate::tool::{Service, Tool};
use crate::{process, say};

/// Whether missing packages may be installed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// Install where we are root on Debian.
    Install,
    /// `--no-install`: only say what is missing.
    Refuse,
}

impl Consent {
    /// The wish of whoever typed `--no-install`.
    pub(crate) fn unless(refused: bool) -> Self {
        if refused { Self::Refuse } else { Self::Install }
    }
}

/// Lists what is missing and installs it where that is allowed.
///
/// # Errors
/// Where something is still missing; the sentence holds the exact line that brings it.
pub(crate) fn bring(tools: &[&'static Tool], consent: Consent) -> Result<(), Failure> {
    let missing: Vec<_> = tools.iter().copied().filter(|tool| (tool.find)().is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    say::line("Missing:");
    for tool in &missing {
        say::line(format_args!("  {} ({})", tool.name, tool.purpose));
    }
    let packages = packages(&missing);
    let remedy = line(&packages, is_root());
    if consent == Consent::Refuse {
        return Err(Failure::unavailable(format!("Nothing is installed because of --no-install; the line is `{remedy}`.")));
    }
    if !is_root() || process::find("apt-get").is_none() {
        return Err(Failure::unavailable(format!(
            "Packages can be installed only by root on Debian; run `{remedy}` and then this again."
        )));
    }
    say::line(format_args!("Installing: {}", packages.join(" ")));
    install(&missing)?;
    match missing.iter().find(|tool| (tool.find)().is_none()) {
        None => Ok(()),
        Some(tool) => Err(Failure::unavailable(format!(
            "{} is still missing after the installation; run `{remedy}` by hand to see why.",
            tool.name
        ))),
    }
}

/// Their packages, each once.
fn packages(tools: &[&Tool]) -> Vec<&'static str> {
    let mut found = Vec::new();
    for package in tools.iter().flat_map(|tool| tool.packages) {
        if !found.contains(package) {
            found.push(*package);
        }
    }
    found
}

fn line(packages: &[&str], root: bool) -> String {
    let start = if root { "" } else { "sudo " };
    format!("{start}apt-get install -y --no-install-recommends {}", packages.join(" "))
}

/// Whether we may install packages and name users.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // The owner of our own entry in /proc is our effective user.
    fs::metadata("/proc/self").is_ok_and(|facts| facts.uid() == 0)
}

fn install(tools: &[&Tool]) -> Result<(), Failure> {
    let services: Vec<Service> = tools.iter().filter_map(|tool| tool.service).collect();
    let before = running(&services);
    let policy = Policy::forbid(Path::new(POLICY))?;
    let outcome = apt(&["update"]).and_then(|()| together_or_alone(tools, get));
    drop(policy);
    for service in &services {
        disable(service);
    }
    outcome?;
    match running(&services).difference(&before).next() {
        None => Ok(()),
        Some((process, pid)) => Err(Failure::failed(format!(
            "The installation has started {process}[{pid}], which nobody asked for; stop it with `kill {pid}`."
        ))),
    }
}

/// All in one go; if that is refused, each by itself, so that one obstacle does not keep the others away. The first refusal counts.
fn together_or_alone(tools: &[&Tool], get: impl Fn(&[&str]) -> Result<(), Failure>) -> Result<(), Failure> {
    match get(&packages(tools)) {
        Err(_) if tools.len() > 1 => {
            let outcomes: Vec<_> = tools.iter().map(|tool| get(tool.packages)).collect();
            outcomes.into_iter().collect()
        }
        outcome => outcome,
    }
}

/// Installs packages, and never at the price of another: chrony would push out the daemon that keeps this machine's clock.
fn get(packages: &[&str]) -> Result<(), Failure> {
    let mut words = vec!["install", "-y", "--no-install-recommends", "--no-remove"];
    words.extend(packages);
    apt(&words)
}

fn apt(words: &[&str]) -> Result<(), Failure> {
    let mut command = process::command("apt-get");
    command.args(["-q", "-o", "DPkg::Lock::Timeout=300"]).args(words);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    let answer = process::quiet(&mut command)?;
    if answer.success {
        return Ok(());
    }
    say::note(answer.stderr.trim_end());
    Err(Failure::unavailable(format!("`apt-get {}` failed; its own words stand above.", words.join(" "))))
}

/// Keeps the service from starting with the machine; harmless where there is no such service manager.
fn disable(service: &Service) {
    for words in [["systemctl", "disable", service.unit], ["update-rc.d", service.unit, "disable"]] {
        if process::find(words[0]).is_some() {
            let _ = process::quiet(process::command(words[0]).args(&words[1..]));
        }
    }
}

/// Processes of these services that run now.
fn running(services: &[Service]) -> BTreeSet<(String, u32)> {
    let Ok(entries) = fs::read_dir("/proc") else { return BTreeSet::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter_map(|pid| {
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
        let words = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let is = |service: &&Service| name.trim() == service.process || script(&words) == Some(service.process);
        services.iter().find(is).map(|service| (service.process.to_owned(), pid))
    })
    .collect()
}

/// The script that an interpreter runs, from the words of its command line (proc(5)): `wsdd` of `python3 /usr/sbin/wsdd`.
fn script(words: &str) -> Option<&str> {
    Path::new(words.split('\0').nth(1)?).file_name()?.to_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_can_be_pasted() {
        assert_eq!(line(&["ffmpeg", "chromium"], true), "apt-get install -y --no-install-recommends ffmpeg chromium");
        assert_eq!(packages(&[&crate::tool::IP, &crate::tool::lab::NETWORKS]), ["iproute2", "nftables"]);
        assert_eq!(line(&["ffmpeg"], false), "sudo apt-get install -y --no-install-recommends ffmpeg");
    }

    #[test]
    fn refusal_names_the_line_and_installs_nothing() {
        static NOWHERE: Tool = Tool {
            name: "nowhere",
            purpose: "is not there",
            packages: &["signboard-no-such-package"],
            service: None,
            find: || None,
        };
        let failure = bring(&[&NOWHERE], Consent::Refuse).unwrap_err();
        assert!(failure.sentence.contains("apt-get install -y --no-install-recommends signboard-no-such-package"));
        assert_eq!(failure.code, 69);
    }

    #[test]
    fn one_obstacle_does_not_keep_the_others_away() {
        let tool = |name, packages| Tool { name, purpose: "", packages, service: None, find: || None };
        let (one, two, three) = (tool("one", &["one"]), tool("two", &["two"]), tool("three", &["three", "more"]));
        let asked = std::cell::RefCell::new(Vec::new());
        let get = |packages: &[&str]| {
            asked.borrow_mut().push(packages.join(" "));
            if packages.contains(&"two") { Err(Failure::unavailable("in the way")) } else { Ok(()) }
        };
        assert!(together_or_alone(&[&one, &two, &three], get).is_err());
        assert_eq!(asked.take(), ["one two three more", "one", "two", "three more"]);
        assert!(together_or_alone(&[&one, &three], get).is_ok());
        assert_eq!(asked.take(), ["one three more"]);
    }

    #[test]
    fn scripts_are_known_by_their_file() {
        assert_eq!(script("/usr/bin/python3\0/usr/sbin/wsdd\0--ipv4only\0"), Some("wsdd"));
        assert_eq!(script("bash\0"), None);
    }

    #[test]
    fn running_processes_are_seen_by_name() {
        let own = fs::read_to_string("/proc/self/comm").unwrap();
        let name: &'static str = Box::leak(own.trim().to_owned().into_boxed_str());
        let found = running(&[Service { unit: "own", process: name }]);
        assert!(found.contains(&(name.to_owned(), std::process::id())), "{found:?}");
        assert!(running(&[Service { unit: "none", process: "no-such-process" }]).is_empty());
    }
}
