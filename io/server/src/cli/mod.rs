//! The command line.
//!
//! A command that ends by itself returns its text; the server returns when it has stopped. What goes wrong is one
//! sentence on standard error and an exit code of `sysexits.h`.

mod arguments;
mod check_config;
mod discover;
mod doctor;
mod exit;
mod firewall;
mod fleet;
mod local;
mod log;
mod ports;
mod proofs;
mod time;
mod version;
mod wake;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command, UserCommand};
pub use exit::{Exit, Failure};
pub use version::version;

use crate::config::{Config, sample};
use crate::network::port_state;

/// The table of ports with their states on this machine, as JSON text: an array with one object per row.
#[must_use]
pub fn ports_json(config: &Config) -> String {
    ports::json(&port_state::of(config))
}

/// What the caller hands to the command line: the parts that it starts but does not know.
#[derive(Clone, Copy)]
pub struct Program {
    /// Runs the server until it is told to stop.
    pub serve: fn(Config, ServeOptions) -> Result<(), Failure>,
    /// The OpenAPI document as JSON.
    pub openapi: fn() -> String,
}

/// Options of `signboard server` that are not settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServeOptions {
    /// Fills an empty data folder with the demo installation.
    pub demo: bool,
}

/// Reads the arguments, runs the command, prints what it says.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>, program: Program) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let misused = error.use_stderr();
            // Help that cannot be printed because the reader went away is no failure of ours.
            let _ = error.print();
            return if misused { Exit::Usage.into() } else { ExitCode::SUCCESS };
        }
    };
    match command(arguments.command, program) {
        Ok((text, exit)) => {
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            exit.into()
        }
        Err(failure) => {
            let _ = writeln!(std::io::stderr().lock(), "signboard: {failure}");
            failure.exit.into()
        }
    }
}

/// Runs a command to its end; the text is for standard output.
fn command(command: Command, program: Program) -> Result<(String, Exit), Failure> {
    let text = match command {
        Command::CheckConfig { sources } => check_config::run(&sources.load()?)?,
        Command::Discover { json, timeout, port, all, names } => {
            discover::run(discover::Wish { seconds: timeout, port, names, all, json })?
        }
        Command::Doctor { sources, server, json } => return doctor::run(&sources.load()?, server.as_deref(), json),
        Command::EnrolToken { token, sources } => local::enrol_token(&sources.load()?.data.dir, &token)?,
        Command::Firewall { sources, role, format, outgoing, share } => {
            firewall::run(&sources.load()?, firewall::Wish { role: &role, format: &format, outgoing, share })?
        }
        Command::Fleet { viewers, server, token, heartbeat, seconds, sample, metrics, json } => {
            let sizes = (usize::try_from(viewers), usize::try_from(sample));
            let (Ok(viewers), Ok(sample)) = sizes else { return Err(Failure::new(Exit::Usage, "these are too many viewers.")) };
            return fleet::run(fleet::Wish { viewers, server, token, heartbeat, seconds, sample, metrics, json });
        }
        Command::Join { token, sources } => local::join(&sources.load()?.data.dir, &token)?,
        Command::Openapi => (program.openapi)(),
        Command::Ports { markdown: true, sources, .. } => ports::markdown(&sources.load()?),
        Command::Ports { sources, json, .. } => {
            let rows = port_state::of(&sources.load()?);
            if json { ports::json(&rows) } else { ports::table(&rows) }
        }
        Command::Promote { planned, sources } => local::promote(&sources.load()?.data.dir, planned)?,
        Command::Rebuild { sources } => crate::replication::set_aside(&sources.load()?.data.dir)?,
        Command::SampleConfig => sample(),
        Command::Server { sources, demo } => {
            let config = sources.load()?;
            log::start(&config.log);
            (program.serve)(config, ServeOptions { demo })?;
            String::new()
        }
        Command::Servers { sources, json } => local::servers(&sources.load()?.data.dir, json)?,
        Command::ServerToken { server, sources } => local::server_token(&sources.load()?.data.dir, &server)?,
        Command::SetupLink { sources } => local::setup_link(&sources.load()?.data.dir)?,
        Command::Time { server, port, json } => time::run(&server, port, json)?,
        Command::User { command: UserCommand::Reset { name, sources } } => local::reset_user(&sources.load()?.data.dir, &name)?,
        Command::Wake { targets, test: true, sources, .. } => wake::test(&sources.load()?, &targets)?,
        Command::Wake { targets, secure_on, sources, .. } => wake::run(&sources.load()?, &targets, secure_on)?,
        Command::Version => format!("signboard {}\n", version()),
    };
    Ok((text, Exit::Fine))
}

/// A runtime for a command that waits for the network.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::of_files("the asynchronous runtime cannot start", &error))
}
