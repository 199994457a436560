//! On what the figures were measured, and how busy it was with other things.

use std::fs;
use std::thread;
use std::time::Duration;

use crate::process;

/// How long others are watched before a bench begins.
const WATCHED: Duration = Duration::from_secs(1);

/// Machine, system and day as one line.
pub(super) fn described() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let (cpu, memory, system) = (read("/proc/cpuinfo"), read("/proc/meminfo"), read("/etc/os-release"));
    let model = value(&cpu, "model name").unwrap_or("unknown processor").to_owned();
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
    let kib: f64 = value(&memory, "MemTotal").and_then(|text| text.split_whitespace().next()?.parse().ok()).unwrap_or(0.0);
    let name = system.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or("unknown system").trim_matches('"');
    let printed = |program: &str, words: &[&str]| {
        process::quiet(process::command(program).args(words)).map(|answer| answer.stdout.trim().to_owned()).unwrap_or_default()
    };
    let (day, state) = (printed("date", &["-u", "+%F %R UTC"]), printed("git", &["describe", "--always", "--dirty"]));
    format!("{model}, {cores} cores, {:.0} GiB, {name}; {day}; state {state}", kib / 1024.0 / 1024.0)
}

/// The part of the processors' time that is in use now, in percent, when nothing of ours runs.
pub(super) fn busy() -> f64 {
    let before = Ticks::now();
    thread::sleep(WATCHED);
    Ticks::now().since(&before)
}

fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim())
}

/// Time of all processors together in ticks, from the first line of /proc/stat (proc(5)).
struct Ticks {
    idle: u64,
    all: u64,
}

impl Ticks {
    fn now() -> Self {
        Self::parse(&fs::read_to_string("/proc/stat").unwrap_or_default())
    }

    fn parse(text: &str) -> Self {
        let first = text.lines().next().unwrap_or_default();
        // user, nice, system, idle, iowait, irq, softirq, steal; guest times are part of user.
        let fields: Vec<u64> = first.split_whitespace().skip(1).take(8).filter_map(|field| field.parse().ok()).collect();
        let idle = fields.get(3).unwrap_or(&0) + fields.get(4).unwrap_or(&0);
        Self { idle, all: fields.iter().sum() }
    }

    fn since(&self, before: &Self) -> f64 {
        let (idle, all) = (self.idle - before.idle, self.all - before.all);
        if all == 0 { 0.0 } else { 100.0 * (all - idle) as f64 / all as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busy_part_is_what_is_not_idle() {
        let before = Ticks::parse("cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 2 3");
        let after = Ticks::parse("cpu  130 0 110 850 110 0 0 0 0 0\n");
        assert_eq!(before.all, 1000);
        assert_eq!(after.since(&before), 20.0);
        assert_eq!(after.since(&after), 0.0);
    }

    #[test]
    fn the_machine_is_named() {
        let line = described();
        assert!(line.contains(" cores, ") && line.contains(" GiB, ") && line.contains(" UTC; state "), "{line}");
    }
}
