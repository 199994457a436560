//! `signboard ports`.

use std::fmt::Write as _;

use domain::ports::{Party, TABLE};

use super::proofs::{self, Proof};
use crate::config::Config;
use crate::network::port_state::{Row, State, number};

const WRITES: &str = "writing to a string cannot fail";

/// The table for people.
pub(super) fn table(rows: &[Row]) -> String {
    let head = ["PORT", "PROTOCOL", "DIRECTION", "WHO", "STATE", "SETTING", "PURPOSE"].map(str::to_owned);
    let mut lines = vec![head];
    lines.extend(rows.iter().map(|row| {
        [
            row.number.to_string(),
            row.port.protocol.to_string(),
            row.port.direction.to_string(),
            row.port.party.to_string(),
            state_words(row),
            row.port.setting.unwrap_or("-").to_owned(),
            row.port.purpose.to_owned(),
        ]
    }));
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..6).map(width).collect();
    let mut out = String::new();
    for line in &lines {
        for (cell, width) in line.iter().zip(&widths) {
            write!(out, "{cell:width$}  ").expect(WRITES);
        }
        writeln!(out, "{}", line[6]).expect(WRITES);
    }
    out
}

/// The table for programs: an array with one object per row.
pub(super) fn json(rows: &[Row]) -> String {
    let rows: Vec<_> = rows.iter().map(Row::view).collect();
    let mut text = serde_json::to_string_pretty(&rows).expect("text and numbers are always JSON");
    text.push('\n');
    text
}

/// The page of the operations guide: the numbers that the configuration gives, without the state of any machine.
pub(super) fn markdown(config: &Config) -> String {
    let mut out = String::from(
        "# Network ports\n\n\
         Made by `signboard ports --markdown` from the one table of ports; do not edit by hand. `signboard ports`\n\
         shows the numbers and the state on a machine.\n\n\
         The direction is seen from the machine in the column *Who*: `server` and `viewer` are machines that run\n\
         them, `local` is loopback on the server, `html5-viewer` is a browser or a television.\n\n\
         Each row links to the test that uses it on its default number with a program that others wrote, and once more\n\
         with exactly this row dropped.\n\n\
         | Port | Protocol | Direction | Who | Purpose | Setting | Note | Test |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for port in TABLE {
        let setting = port.setting.map(|key| format!("`{key}`")).unwrap_or_default();
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {setting} | {} | {} |",
            number(config, port),
            port.protocol,
            port.direction,
            port.party,
            port.purpose,
            port.note.unwrap_or_default(),
            proofs::of(port).iter().map(link).collect::<Vec<_>>().join(", "),
        )
        .expect(WRITES);
    }
    out.push_str(
        "\nBeside the table, and never needed: with `discovery.mdns` the server announces itself by mDNS too, multicast on UDP 5353\n\
         both ways, so that programs which browse for `_signboard._tcp` or `_http._tcp` see it. A firewall that drops it stops\n\
         nothing else. Screens that share files with each other ([viewer.md](viewer.md)) do so at TCP 7238.\n",
    );
    out
}

/// A link from the page to a test.
fn link(proof: &Proof) -> String {
    format!("[{}](../../{})", proof.test, proof.file)
}

fn state_words(row: &Row) -> String {
    match &row.state {
        State::Free => "free".to_owned(),
        State::Listening => "listening by us".to_owned(),
        State::NotUsed if row.port.party == Party::Local => "not used: embedded broker".to_owned(),
        State::NotUsed if row.port.party == Party::Server && !row.port.direction.is_inbound() => "calls out".to_owned(),
        State::NotUsed => "not used".to_owned(),
        State::Taken(holder) => format!("taken by {holder}"),
    }
}
