//! From a clone to the demo screen: the whole `cargo xtask run` in a fresh clone with an empty target folder.

use std::time::Duration;

use super::figure::Figure;
use super::server::{Server, free_port, fresh_folder};
use crate::failure::Failure;
use crate::process;

/// Clones, runs twice, and stops when the viewer's page answers.
///
/// # Errors
/// Where cloning or running fails.
pub(super) fn run() -> Result<Vec<Figure>, Failure> {
    let folder = fresh_folder("clone")?.join("signboard");
    if !process::succeeds(process::command("git").args(["clone", "--quiet", "."]).arg(&folder))? {
        return Err(Failure::failed("`git clone` failed; its words stand above."));
    }
    let mut figures = Vec::new();
    for (name, aim, patience) in [
        ("clone to demo screen, empty target folder and node_modules", "10 min", Duration::from_secs(3600)),
        ("second start of the demo", "10 s", Duration::from_secs(600)),
    ] {
        let port = free_port()?;
        let mut cargo = process::cargo();
        cargo.current_dir(&folder).env_remove("CARGO_TARGET_DIR").args(["xtask", "run", "--port", &port.to_string()]);
        cargo.args(["--https-port", &free_port()?.to_string(), "--control-port", &free_port()?.to_string()]);
        let server = Server::start(cargo, port, "/viewer/", patience)?;
        figures.push(Figure {
            name: name.to_owned(),
            aim: aim.to_owned(),
            measured: crate::say::duration(server.ready_after),
            peer: String::new(),
            ratio: String::new(),
        });
        server.stop();
    }
    Ok(figures)
}
