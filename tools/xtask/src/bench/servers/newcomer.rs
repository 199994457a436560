//! How long a new server takes to have everything that a large one has.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::super::figure::Figure;
use super::node::{Node, until};
use crate::failure::Failure;
use crate::process;

/// Documents of each of three kinds: screens, media, schedules.
const OF_EACH: usize = 100_000;
/// What is compared: lists of the API.
const NOUNS: [&str; 3] = ["viewers", "media", "schedules"];

/// The example that fills a data folder.
fn filling() -> Command {
    process::cargo()
}

/// Builds the example that fills a data folder.
///
/// # Errors
/// Where cargo fails; it has said why.
pub(super) fn build() -> Result<(), Failure> {
    if process::succeeds(filling().args(["build", "--release", "--quiet", "--package", "signboard", "--example", "fill"]))? {
        return Ok(());
    }
    Err(Failure::failed("The example `fill` could not be built; the compiler's words stand above."))
}

/// One figure.
///
/// # Errors
/// Where a server does not start, or the new one does not come to its end in time.
pub(super) fn measure(binary: &Path, folder: &Path) -> Result<Figure, Failure> {
    let data = folder.join("large");
    Node::main(binary, &data)?.stop();
    let mut fill = filling();
    fill.args(["run", "--release", "--quiet", "--package", "signboard", "--example", "fill", "--"]).arg(&data);
    fill.args([OF_EACH.to_string(), OF_EACH.to_string(), OF_EACH.to_string()]);
    if !process::succeeds(&mut fill)? {
        return Err(Failure::failed("The large installation could not be made."));
    }
    let mut main = Node::empty(binary, &data)?;
    main.sign_in()?;
    let mut sub = Node::empty(binary, &folder.join("new"))?;
    let begun = Instant::now();
    sub.join(&main, "Quay")?;
    let state = begun.elapsed();
    until("nothing is pending", || sub.meets())?;
    let done = begun.elapsed();

    let (mut documents, mut different) = (0, 0);
    for noun in NOUNS {
        let expected = main.total(noun)?;
        let (here, there) = (main.all(noun)?, sub.all(noun)?);
        documents += here.len();
        different += here.iter().zip(&there).filter(|(here, there)| here != there).count() + here.len().abs_diff(there.len());
        if (here.len() as f64 - expected).abs() > 0.0 {
            return Err(Failure::failed(format!("The list of {noun} has {} elements and says {expected}.", here.len())));
        }
    }
    main.stop();
    sub.stop();
    let measured = format!(
        "{:.1} s from the call to join until nothing is pending, {:.1} s until people can sign in; {different} of {documents} documents \
         different",
        done.as_secs_f64(),
        state.as_secs_f64()
    );
    let name = format!("new server of an installation with {} documents", OF_EACH * NOUNS.len());
    Ok(Figure { name, aim: "15 s".to_owned(), measured, ..Figure::default() })
}
