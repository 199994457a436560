//! `signboard-viewer status`.

use std::fmt::Write as _;
use std::path::Path;

use super::{Exit, Failure, socket};
use crate::agent::Snapshot;

/// Asks the viewer that runs here.
pub(super) fn run(data: &Path, json: bool) -> Result<String, Failure> {
    let snapshot = socket::ask(data).map_err(|error| {
        let text = format!(
            "no viewer answers at {} ({error}); start it (`systemctl start signboard-viewer@main`), or name its folder with --data.",
            socket::path(data).display()
        );
        Failure::new(Exit::Unavailable, text)
    })?;
    if json {
        return Ok(serde_json::to_string_pretty(&snapshot).expect("text and numbers are always JSON") + "\n");
    }
    Ok(lines(&snapshot))
}

/// Where files came from, where some came from screens nearby or went to them.
fn fetched(snapshot: &Snapshot) -> String {
    let (servers, neighbours, given) =
        (snapshot.fetched_from_servers, snapshot.fetched_from_neighbours, snapshot.given_to_neighbours);
    if snapshot.neighbours == 0 && neighbours == 0 && given == 0 {
        return String::new();
    }
    let mib = |bytes: u64| bytes >> 20;
    format!(
        "{} MiB from servers, {} MiB from screens nearby ({} now); {} MiB given to them",
        mib(servers),
        mib(neighbours),
        snapshot.neighbours,
        mib(given)
    )
}

fn lines(snapshot: &Snapshot) -> String {
    let mib = |bytes: u64| format!("{} MiB", bytes >> 20);
    let waiting = format!("{} play records, {} events", snapshot.plays_waiting, snapshot.records_waiting);
    let server = match snapshot.server.as_str() {
        "" => String::new(),
        server => format!("{server} ({})", snapshot.way),
    };
    let stands_in = match snapshot.served_by == snapshot.belongs_to {
        true => String::new(),
        false => format!("{} serves, for {}", snapshot.served_by, snapshot.belongs_to),
    };
    let rows = [
        ("screen", snapshot.name.clone()),
        ("installation", snapshot.installation.clone()),
        ("standing", snapshot.standing.clone()),
        ("code", snapshot.code.clone()),
        ("detail", snapshot.detail.clone()),
        ("server", server),
        ("stands in", if snapshot.served_by.is_empty() { String::new() } else { stands_in }),
        ("plan", snapshot.plan.clone()),
        ("to fetch", if snapshot.download_left > 0 { mib(snapshot.download_left) } else { String::new() }),
        ("fetched", fetched(snapshot)),
        ("cache", format!("{} of {}", mib(snapshot.cache_used), mib(snapshot.cache_quota))),
        ("waiting", waiting),
        ("clock", snapshot.clock.clone()),
        ("display", snapshot.display.clone()),
        ("picture", snapshot.probe.clone()),
        ("disk", snapshot.disk.clone()),
    ];
    let mut out = String::new();
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(out, "{name:<13}{value}").expect("writing to a string cannot fail");
    }
    out
}
