//! Benches that a crate brings itself, as an example program.

use std::process::Command;

use super::figure::{Figure, cells};
use crate::failure::Failure;
use crate::json::Json;
use crate::process;

/// Runs a command that prints rows of the table.
///
/// # Errors
/// Where it fails or prints no row.
pub(super) fn rows(command: &mut Command) -> Result<Vec<Figure>, Failure> {
    let (success, output) = process::shown(command)?;
    let figures: Vec<Figure> = output.lines().filter_map(Figure::row).collect();
    if success && !figures.is_empty() {
        return Ok(figures);
    }
    Err(Failure::failed(format!("`{}` printed no row of figures.", process::spelled(command))))
}

/// An example of a crate in its release build; words for it follow after `--`.
pub(super) fn command(package: &str, example: &str) -> Command {
    let mut cargo = process::cargo();
    cargo.args(["run", "--release", "--quiet", "--package", package, "--example", example]);
    cargo
}

/// All that a command prints.
///
/// # Errors
/// Where it fails.
pub(super) fn said(command: &mut Command) -> Result<String, Failure> {
    let (success, output) = process::shown(command)?;
    if success { Ok(output) } else { Err(Failure::failed(format!("`{}` failed.", process::spelled(command)))) }
}

/// The store's example, whose rows are `| what | bare client | signboard | ratio |` in commits per second.
///
/// # Errors
/// Where the example fails or prints no such row.
pub(super) fn commits() -> Result<Vec<Figure>, Failure> {
    let mut cargo = command("signboard-store", "commits");
    let (success, output) = process::shown(&mut cargo)?;
    let figures = commit_rows(&output);
    if success && !figures.is_empty() {
        return Ok(figures);
    }
    Err(Failure::failed(format!("`{}` printed no row of figures.", process::spelled(&cargo))))
}

/// Each row, with the second peer that the line below it may name: a client that drives SQLite without awaiting.
fn commit_rows(output: &str) -> Vec<Figure> {
    let mut figures: Vec<Figure> = Vec::new();
    for line in output.lines() {
        let blocking = line.trim().strip_prefix("(blocking: ").and_then(|rest| rest.strip_suffix(')')?.split_once(", "));
        match (blocking, figures.last_mut()) {
            (Some((rate, ratio)), Some(figure)) => {
                figure.peer.push_str(&format!("; {rate}/s blocking"));
                figure.ratio.push_str(&format!("; {ratio} x blocking"));
            }
            _ => figures.extend(commit(line)),
        }
    }
    figures
}

fn commit(line: &str) -> Option<Figure> {
    let [what, bare, ours, ratio] = cells(line)?;
    let aim = if what.starts_with("1 client,") { "0.8 x" } else { "4 x" };
    let is_figure = bare.parse::<f64>().is_ok() && ours.parse::<f64>().is_ok();
    is_figure.then(|| Figure {
        name: format!("durable commits, {what}"),
        aim: aim.to_owned(),
        measured: format!("{ours}/s"),
        peer: format!("{bare}/s bare client, awaited"),
        ratio: format!("{ratio} x"),
    })
}

/// The store's example of taking in entries of others, whose rows are `| what | bare client | signboard | ratio | same tables | ratio |` in entries
/// per second.
///
/// # Errors
/// Where the example fails or prints no such row.
pub(super) fn applies() -> Result<Vec<Figure>, Failure> {
    let mut cargo = command("signboard-store", "applies");
    let (success, output) = process::shown(&mut cargo)?;
    let figures: Vec<Figure> = output.lines().filter_map(applied).collect();
    if success && !figures.is_empty() {
        return Ok(figures);
    }
    Err(Failure::failed(format!("`{}` printed no row of figures.", process::spelled(&cargo))))
}

fn applied(line: &str) -> Option<Figure> {
    let [what, bare, ours, ratio, same, ratio_same] = cells(line)?;
    let is_figure = [&bare, &ours, &same].into_iter().all(|rate| rate.parse::<f64>().is_ok());
    is_figure.then(|| Figure {
        name: format!("entries of another server taken in, {what}"),
        aim: "0.5 x".to_owned(),
        measured: format!("{ours}/s"),
        peer: format!("{bare}/s bare inserts of the same bytes; {same}/s into the same tables"),
        ratio: format!("{ratio} x; {ratio_same} x"),
    })
}

/// The timetable's example, which ends with one line of JSON.
///
/// # Errors
/// Where the example fails or prints no such line.
pub(super) fn resolve() -> Result<Vec<Figure>, Failure> {
    let mut cargo = command("signboard-domain", "resolve");
    let (success, output) = process::shown(&mut cargo)?;
    let measured = output.lines().rev().find_map(Json::parse).filter(|_| success);
    let figures = measured.as_ref().and_then(timetable);
    figures.ok_or_else(|| Failure::failed(format!("`{}` printed no line of JSON.", process::spelled(&cargo))))
}

fn timetable(measured: &Json) -> Option<Vec<Figure>> {
    let milliseconds = |key: &str| match measured.get(key)? {
        Json::Number(text) => text.parse::<f64>().ok(),
        _ => None,
    };
    let row = |name: &str, aim: &str, ours: &str, peer: &str| {
        let (ours, peer) = (milliseconds(ours)?, milliseconds(peer)?);
        Some(Figure {
            name: name.to_owned(),
            aim: aim.to_owned(),
            measured: format!("{ours:.2} ms"),
            peer: format!("{peer:.2} ms (rrule)"),
            ratio: format!("{:.2} x the time", ours / peer),
        })
    };
    Some(vec![
        row("`resolve`, 10,000 rows, 30 days, 200 apply", "5 ms", "few_ms", "rrule_few_ms")?,
        row("`resolve`, 10,000 rows, 30 days, all apply", "60 ms", "all_ms", "rrule_all_ms")?,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_compared_with_the_bare_client() {
        let figure = commit("| 16 clients, inserts | 5309 | 11174 | 2.10 |").unwrap();
        assert_eq!((figure.aim.as_str(), figure.measured.as_str(), figure.ratio.as_str()), ("4 x", "11174/s", "2.10 x"));
        assert_eq!(commit("| 1 client, updates | 5309 | 2736 | 0.52 |").unwrap().aim, "0.8 x");
        let rows = commit_rows("| 1 client, inserts | 5000 | 2500 | 0.50 |\n  (blocking: 6250, 0.40)\n\nOpening took 1 s.\n");
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].peer, "5000/s bare client, awaited; 6250/s blocking");
        assert_eq!(rows[0].ratio, "0.50 x; 0.40 x blocking");
        for line in ["| commits/s | bare insert | signboard | ratio |", "|---|---|---|---|", "| a | 1 | 2 |"] {
            assert_eq!(commit(line), None, "{line}");
        }
    }

    #[test]
    fn entries_taken_in_are_compared_with_both_clients() {
        let figure = applied("| inserts, batches of 1000 | 300000 | 60000 | 0.20 | 120000 | 0.50 |").unwrap();
        assert_eq!((figure.measured.as_str(), figure.ratio.as_str()), ("60000/s", "0.20 x; 0.50 x"));
        assert!(applied("| entries/s | bare batch insert | taken in | ratio | the same tables | ratio |").is_none());
    }

    #[test]
    fn the_timetable_becomes_two_rows() {
        let line = r#"{"few_ms":2.500,"all_ms":41.0,"occurrences_ms":9.1,"rrule_few_ms":25.0,"rrule_all_ms":1230.0}"#;
        let figures = timetable(&Json::parse(line).unwrap()).unwrap();
        assert_eq!(figures.len(), 2);
        assert_eq!(figures[0].measured, "2.50 ms");
        assert_eq!(figures[0].ratio, "0.10 x the time");
        assert_eq!(figures[1].peer, "1230.00 ms (rrule)");
        assert!(timetable(&Json::parse(r#"{"few_ms":2.5}"#).unwrap()).is_none());
    }
}
