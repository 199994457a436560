//! Benches that a crate brings itself, as an example program.

use std::process::Command;

use crate::bench::figure::Figure;
use crate::failure::Failure;
use crate::json::Json;
use crate::process;

/// Builds and runs the example optimised, and reads the rows of the table that it prints.
///
/// # Errors
/// Where the example does not exist, fails, or prints no row.
pub(super) fn run(package: &str, example: &str) -> Result<Vec<Figure>, Failure> {
    rows(&mut command(package, example))
}

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

fn command(package: &str, example: &str) -> Command {
    let mut cargo = process::cargo();
    cargo.args(["run", "--release", "--quiet", "--package", package, "--example", example]);
    cargo
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
