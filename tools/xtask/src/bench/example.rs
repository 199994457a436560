//! Benches that a crate brings itself, as an example program that prints rows of the table.

use crate::bench::figure::Figure;
use crate::failure::Failure;
use crate::process;

/// Builds and runs the example optimised, and reads the rows that it prints.
///
/// # Errors
/// Where the example does not exist, fails, or prints no row.
pub(super) fn run(package: &str, example: &str) -> Result<Vec<Figure>, Failure> {
    let mut cargo = process::cargo();
    cargo.args(["run", "--release", "--quiet", "--package", package, "--example", example]);
    let (success, output) = process::shown(&mut cargo)?;
    let figures: Vec<Figure> = output.lines().filter_map(Figure::row).collect();
    if success && !figures.is_empty() {
        return Ok(figures);
    }
    Err(Failure::failed(format!("`{}` printed no row of figures.", process::spelled(&cargo))))
}
