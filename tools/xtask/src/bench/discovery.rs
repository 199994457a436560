//! How soon servers are found, and what a flood of probes costs.

use super::example;
use super::figure::Figure;
use crate::failure::Failure;
use crate::installer::{self, Consent};
use crate::{process, tool};

/// Runs `io/net/examples/discovery_bench` in a lab, as root.
///
/// # Errors
/// Where the lab's programs are missing, or the program fails or measures nothing.
pub(super) fn run(consent: Consent) -> Result<Vec<Figure>, Failure> {
    installer::bring(&[&tool::lab::NETWORKS], consent)?;
    // The bench starts the example `discoverable`, which lies beside it.
    let mut build = process::cargo();
    build.args(["build", "--release", "--quiet", "--package", "signboard-net", "--example", "discoverable"]);
    if !process::succeeds(&mut build)? {
        return Err(Failure::failed("The example `discoverable` could not be built; the compiler's words stand above."));
    }
    let output = example::said(&mut example::command("signboard-net", "discovery_bench"))?;
    let figures: Vec<Figure> = output.lines().filter_map(|line| soon(line).or_else(|| flood(line))).collect();
    if figures.is_empty() {
        return Err(Failure::unavailable("There is no lab here; run this as root on Linux with network namespaces."));
    }
    Ok(figures)
}

/// `50 servers, 10 searches: p50 310 ms, p95 560 ms, slowest 700 ms, missed 0`.
fn soon(line: &str) -> Option<Figure> {
    let (head, times) = line.split_once(": ")?;
    let (servers, searches) = head.strip_suffix(" searches")?.split_once(" servers, ")?;
    let parts: Vec<&str> = times.split(", ").collect();
    let [middle, most, slowest, missed] = parts.as_slice() else { return None };
    Some(Figure {
        name: format!("start of a search to found, p95, servers on the segment: {servers} ({searches} searches)"),
        aim: "1 s, none missed".to_owned(),
        measured: format!("{} ({middle}, {slowest}), {missed}", most.strip_prefix("p95 ")?),
        ..Figure::default()
    })
}

/// `flood, one source, valid probes: 19990 per second sent, 1.2 % of a core, found true after 400 ms`.
fn flood(line: &str) -> Option<Figure> {
    let (kind, rest) = line.strip_prefix("flood, ")?.split_once(": ")?;
    let parts: Vec<&str> = rest.split(", ").collect();
    let [sent, share, found] = parts.as_slice() else { return None };
    let found = match found.strip_prefix("found true after ") {
        Some(time) => format!("a search from elsewhere answered after {time}"),
        None => "a search from elsewhere **not answered**".to_owned(),
    };
    Some(Figure {
        name: format!("flood of probes ({kind}), {sent}"),
        aim: "under 20 % of a core; another is answered in 2 s".to_owned(),
        measured: format!("{share}; {found}"),
        ..Figure::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_line_become_rows() {
        let row = soon("50 servers, 10 searches: p50 310 ms, p95 560 ms, slowest 700 ms, missed 0").unwrap();
        assert!(row.name.ends_with("segment: 50 (10 searches)"), "{}", row.name);
        assert_eq!(row.measured, "560 ms (p50 310 ms, slowest 700 ms), missed 0");
        let row =
            flood("flood, one source, broken XML: 19990 per second sent, 1.2 % of a core, found true after 400 ms").unwrap();
        assert_eq!(row.name, "flood of probes (one source, broken XML), 19990 per second sent");
        assert_eq!(row.measured, "1.2 % of a core; a search from elsewhere answered after 400 ms");
        let lost = flood("flood, x: 1 per second sent, 99.0 % of a core, found false after 10000 ms").unwrap();
        assert!(lost.measured.contains("not answered"));
        assert!(soon("flood, x: y").is_none() && flood("1 servers, 40 searches: p50 1 ms").is_none());
    }
}
