//! Memory of a process, and of it with all that it began (proc(5)).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::failure::Failure;

/// MiB that are resident of this process alone, what it shares with others included.
///
/// # Errors
/// Where there is no such process.
pub(super) fn resident(pid: u32) -> Result<f64, Failure> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    mib(&status, "VmRSS:").ok_or_else(|| Failure::failed("The viewer ended while it was measured."))
}

/// MiB of the process and all below it; what several share counts once.
pub(super) fn proportional(root: u32) -> f64 {
    let rollup = |pid| fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    below(root, &parents()).into_iter().filter_map(|pid| mib(&rollup(pid), "Pss:")).sum()
}

fn mib(text: &str, key: &str) -> Option<f64> {
    let value = text.lines().find_map(|line| line.strip_prefix(key))?;
    value.split_whitespace().next()?.parse::<f64>().ok().map(|kib| kib / 1024.0)
}

/// The parent of each process.
fn parents() -> BTreeMap<u32, u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return BTreeMap::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter_map(|pid| Some((pid, parent(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)?))).collect()
}

/// The fourth field of `stat`; the second is a name in brackets that may hold anything.
fn parent(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn below(root: u32, parents: &BTreeMap<u32, u32>) -> BTreeSet<u32> {
    let mut found = BTreeSet::from([root]);
    loop {
        let children = parents.iter().filter(|(_, parent)| found.contains(parent)).map(|(child, _)| *child);
        let more: BTreeSet<u32> = children.filter(|child| !found.contains(child)).collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_says_is_read() {
        assert_eq!(mib("VmHWM:\t   4096 kB\nVmRSS:\t   2048 kB\n", "VmRSS:"), Some(2.0));
        assert_eq!(mib("Rss: 900 kB\nPss:      512 kB\nPss_Dirty: 3 kB\n", "Pss:"), Some(0.5));
        assert_eq!(parent("4711 (a ) b) c) S 17 4711 0 0"), Some(17));
    }

    #[test]
    fn children_of_children_belong_to_the_tree() {
        let parents = BTreeMap::from([(2, 1), (5, 2), (3, 5), (9, 1), (1, 0)]);
        assert_eq!(below(2, &parents), BTreeSet::from([2, 3, 5]));
        assert!(resident(std::process::id()).unwrap() > 0.5 && proportional(std::process::id()) > 0.1);
    }
}
