//! The processes of the browser and the memory that they use (proc(5)).

use std::collections::{BTreeMap, BTreeSet};

/// The process and all below it.
pub(super) fn members(root: u32) -> Vec<u32> {
    below(root, &parents())
}

/// Bytes of memory of the process and all below it. What several share counts once, as far as the kernel tells.
pub(super) fn memory(root: u32) -> u64 {
    members(root).into_iter().map(memory_of).sum()
}

fn below(root: u32, parents: &BTreeMap<u32, u32>) -> Vec<u32> {
    let mut found = BTreeSet::from([root]);
    loop {
        let more: Vec<u32> = parents
            .iter()
            .filter(|(child, parent)| found.contains(parent) && !found.contains(child))
            .map(|(child, _)| *child)
            .collect();
        if more.is_empty() {
            return found.into_iter().collect();
        }
        found.extend(more);
    }
}

/// The parent of each process.
fn parents() -> BTreeMap<u32, u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return BTreeMap::new() };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    pids.filter_map(|pid| Some((pid, parent_in(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)?))).collect()
}

/// The fourth field of `stat`; the second is a name that may hold anything.
fn parent_in(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn memory_of(pid: u32) -> u64 {
    // Sandboxed processes hide their maps, but not their sums.
    let proportional = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok().and_then(|text| pss_in(&text));
    proportional.or_else(|| own_in(&std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?)).unwrap_or(0)
}

/// The proportional set size: what it has alone, and its part of what it shares.
fn pss_in(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// Resident pages that are not shared, in bytes.
fn own_in(statm: &str) -> Option<u64> {
    let mut fields = statm.split_whitespace().map(str::parse::<u64>).skip(1);
    let (resident, shared) = (fields.next()?.ok()?, fields.next()?.ok()?);
    Some(resident.saturating_sub(shared) * rustix::param::page_size() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_has_children_of_children_and_nobody_else() {
        let parents = BTreeMap::from([(2, 1), (5, 2), (3, 5), (9, 1), (1, 0)]);
        assert_eq!(below(2, &parents), [2, 3, 5]);
        assert_eq!(below(9, &parents), [9]);
    }

    #[test]
    fn files_of_proc_are_read() {
        assert_eq!(parent_in("4711 (a ) b) c) S 17 4711 0 0"), Some(17));
        assert_eq!(pss_in("00400000-7fff ---p\nRss: 900 kB\nPss:      812 kB\nPss_Dirty: 3 kB\n"), Some(812 * 1024));
        assert_eq!(own_in("900 100 60 1 0 20 0"), Some(40 * rustix::param::page_size() as u64));
    }

    #[test]
    fn this_process_has_memory_and_is_in_its_own_tree() {
        let me = std::process::id();
        assert!(members(me).contains(&me));
        assert!(memory(me) > 100_000);
    }
}
