//! What `signboard servers` prints.

use std::fmt::Write as _;

use api::server::{MissingFiles, ServerState, ServerView, ServersView};
use domain::server::ServerRole;

/// The word for a role, as people read it.
fn role_word(role: ServerRole) -> &'static str {
    match role {
        ServerRole::Main => "Main",
        ServerRole::Sub => "Sub",
        ServerRole::Backup => "Backup",
    }
}

fn state_word(state: ServerState) -> &'static str {
    match state {
        ServerState::Own => "this server",
        ServerState::Connected => "connected",
        ServerState::Held => "held",
        ServerState::NotConnected => "not connected",
        ServerState::Indirect => "through others",
        ServerState::Retired => "taken out",
    }
}

/// Files that a server lacks, with their size.
fn files(server: &ServerView) -> String {
    match (server.files_missing, server.bytes_missing) {
        (None, _) => "?".to_owned(),
        (Some(0), _) => "0".to_owned(),
        (Some(files), bytes) => format!("{files} ({} MB)", bytes.unwrap_or(0).div_ceil(1_000_000)),
    }
}

/// Records that wait on a server for the Main, and those that were lost.
fn records(server: &ServerView) -> String {
    let lost = server.records_dropped.filter(|lost| *lost > 0).map_or_else(String::new, |lost| format!(" ({lost} dropped)"));
    server.records_waiting.map_or_else(|| "?".to_owned(), |waiting| format!("{waiting}{lost}"))
}

/// How far a server's clock is ahead of this one's.
fn clock(server: &ServerView) -> String {
    server.clock_offset_ms.map_or_else(|| "-".to_owned(), |offset| format!("{offset:+} ms"))
}

fn version(server: &ServerView) -> String {
    if server.version.is_empty() { "-".to_owned() } else { server.version.clone() }
}

/// What `signboard servers` prints.
#[must_use]
pub fn table(view: &ServersView, now_ms: i64) -> String {
    if view.joining {
        let why = if view.why.is_empty() { String::new() } else { format!("\n{}", view.why) };
        return format!("This server has joined an installation; its state is on its way.{why}");
    }
    if view.servers.is_empty() {
        return "This is the only server. To add one, run `signboard server-token` here and `signboard join TOKEN` there."
            .to_owned();
    }
    let head =
        ["NAME", "ROLE", "STATE", "WAY", "TO SEND", "OLDEST", "TO COME", "FILES", "RECORDS", "CLOCK", "VERSION", "LAST HEARD"]
            .map(str::to_owned);
    let number = |count: Option<u64>, none: &str| count.map_or_else(|| none.to_owned(), |count| count.to_string());
    let ago = |at: Option<i64>| at.map_or_else(|| "-".to_owned(), |at| format!("{} s", (now_ms - at).max(0) / 1_000));
    let rows = view.servers.iter().map(|server| {
        let own = server.state == ServerState::Own;
        let out = if own { "-".to_owned() } else { number(server.pending_out, "all (state)") };
        let coming = if own { "-".to_owned() } else { number(server.pending_in, "?") };
        let way = server.way.clone().unwrap_or_else(|| "-".to_owned());
        let role = format!("{}{}", role_word(server.role), if server.read_only { ", read-only" } else { "" });
        let state = state_word(server.state).to_owned();
        [
            server.name.clone(),
            role,
            state,
            way,
            out,
            ago(server.oldest_out_at),
            coming,
            files(server),
            records(server),
            clock(server),
            version(server),
            ago(server.last_seen),
        ]
    });
    let rows: Vec<[String; 12]> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 12] = std::array::from_fn(width);
    let mut text = String::new();
    for (place, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
        let why = place.checked_sub(1).map(|server| view.servers[server].why.as_str()).unwrap_or_default();
        for line in why.lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
    if view.missing.files > 0 {
        let MissingFiles { files, bytes, needed, .. } = view.missing;
        let (whole, tenths) = (bytes / 1_000_000, bytes / 100_000 % 10);
        let _ = writeln!(
            text,
            "{files} files with {whole}.{tenths} MB are on their way to this server; screens need {needed} of them."
        );
    }
    let _ = writeln!(text, "{}", super::voters::sentence(view));
    text.trim_end().to_owned()
}

#[cfg(test)]
pub(super) mod tests {
    use api::server::{MediaCheck, Succession};
    use domain::id::ServerId;
    use domain::server::Keeps;
    use uuid::Uuid;

    use super::*;

    pub(crate) fn server(id: u128, state: ServerState) -> ServerView {
        ServerView {
            id: ServerId(Uuid::from_u128(id)),
            version_tag: String::new(),
            name: format!("server {id}"),
            role: ServerRole::Sub,
            promoted_at: None,
            led_before: false,
            parent: None,
            read_only: false,
            version: String::new(),
            addresses: Vec::new(),
            joined_at: 0,
            retired_at: None,
            state,
            why: String::new(),
            fork: false,
            pending_out: Some(12),
            oldest_out_at: Some(1_000),
            pending_in: Some(0),
            last_seen: Some(2_000),
            way: None,
            address: None,
            since: None,
            clock_offset_ms: None,
            round_trip_ms: None,
            free_disk: None,
            files_missing: Some(2),
            bytes_missing: Some(1_500_000),
            records_waiting: Some(7),
            records_dropped: Some(0),
            site: String::new(),
            keeps: Keeps::ByRole,
            zone: None,
            limits: Vec::new(),
            receive_limit: None,
            send_limit: None,
            files_received: 0,
            files_sent: 0,
        }
    }

    pub(crate) fn alone() -> ServersView {
        ServersView {
            own: ServerId::default(),
            joining: false,
            why: String::new(),
            main: None,
            may_lead: false,
            waits_for_lost: false,
            servers: Vec::new(),
            missing: MissingFiles::default(),
            check: MediaCheck::default(),
            succession: Succession::default(),
        }
    }

    #[test]
    fn the_table_says_what_is_pending_and_why() {
        let own = ServerView { role: ServerRole::Main, ..server(1, ServerState::Own) };
        let other = ServerView { why: "10.0.0.5:7237 does not answer".into(), ..server(2, ServerState::NotConnected) };
        let third = ServerView { pending_out: None, way: Some("https".into()), ..server(3, ServerState::Connected) };
        let missing = MissingFiles { files: 3, bytes: 5_000_000, needed: 1, why: Vec::new() };
        let view = ServersView { own: own.id, main: Some(own.id), servers: vec![own, other, third], missing, ..alone() };
        let text = table(&view, 61_000);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 7, "{text}");
        assert_eq!(lines[5], "3 files with 5.0 MB are on their way to this server; screens need 1 of them.");
        assert!(lines[1].starts_with("server 1  Main  this server"), "{text}");
        let cells: Vec<&str> = lines[2].split_whitespace().collect();
        assert_eq!(
            cells,
            ["server", "2", "Sub", "not", "connected", "-", "12", "60", "s", "0", "2", "(2", "MB)", "7", "-", "-", "59", "s"]
        );
        assert_eq!(lines[3].trim(), "10.0.0.5:7237 does not answer");
        assert!(lines[4].contains("all (state)"), "{text}");
    }

    #[test]
    fn alone_and_joining_have_a_sentence() {
        let mut view = alone();
        assert!(table(&view, 0).contains("signboard server-token"));
        view.joining = true;
        assert!(table(&view, 0).contains("on its way"));
    }
}
