//! Memory and uptime, as the kernel says them.

/// Memory of the machine in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// All of it.
    pub size: u64,
    /// What programs can still get.
    pub free: u64,
}

/// The memory of this machine; zeros if the kernel does not say.
#[must_use]
pub fn memory() -> Memory {
    parse(&std::fs::read_to_string("/proc/meminfo").unwrap_or_default())
}

/// Seconds since the machine started; 0 if the kernel does not say.
#[must_use]
pub fn uptime() -> u64 {
    let text = std::fs::read_to_string("/proc/uptime").unwrap_or_default();
    text.split('.').next().and_then(|seconds| seconds.parse().ok()).unwrap_or(0)
}

/// Reads proc_meminfo(5).
fn parse(text: &str) -> Memory {
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()).unwrap_or(0) * 1_024
    };
    Memory { size: value("MemTotal"), free: value("MemAvailable") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_words_are_read() {
        let text = "MemTotal:        1000 kB\nMemFree:          10 kB\nMemAvailable:     400 kB\n";
        assert_eq!(parse(text), Memory { size: 1_024_000, free: 409_600 });
        assert_eq!(parse(""), Memory::default());
        assert!(memory().size > memory().free && uptime() > 0);
    }
}
