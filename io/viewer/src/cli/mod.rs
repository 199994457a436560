//! The command line.

mod doctor;
mod exit;
mod finding;
mod run;
mod setup;
mod socket;
mod status;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, Sources};
pub use exit::{Exit, Failure};

/// Where the data are kept unless something else is said.
const DEFAULT_DATA: &str = "/var/lib/signboard-viewer";

/// Native viewer for digital signage.
#[derive(Debug, Parser)]
#[command(name = "signboard-viewer", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look at this computer and at the way to the server, and say what is in the way.
    Doctor {
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Drive the screen; this is what happens without a command.
    Run,
    /// Say where the server is, and other settings of this computer.
    Setup(setup::Wish),
    /// Say how the viewer that runs here is.
    Status {
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Where settings and data are.
#[derive(Args, Clone, Debug, Default)]
struct Place {
    /// Configuration file instead of /etc/signboard/viewer.toml.
    #[arg(long, global = true, value_name = "FILE", env = "SIGNBOARD_VIEWER_CONFIG")]
    config: Option<PathBuf>,
    /// Folder for identity, cache and records.
    #[arg(long, global = true, value_name = "DIR", env = "SIGNBOARD_VIEWER_DATA")]
    data: Option<PathBuf>,
    /// Output of the computer, such as HDMI-1; the same as --set output.name=HDMI-1.
    #[arg(long, global = true, value_name = "NAME")]
    output: Option<String>,
    /// A setting, such as cache.quota-mib=4000; wins over files and environment.
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Place {
    fn data(&self) -> PathBuf {
        let of_systemd = || std::env::var_os("STATE_DIRECTORY").map(PathBuf::from);
        self.data.clone().or_else(of_systemd).unwrap_or_else(|| PathBuf::from(DEFAULT_DATA))
    }

    fn load(&self, data: &Path) -> Result<Config, Failure> {
        let output = self.output.iter().filter(|name| *name != "main").map(|name| format!("output.name={name}"));
        let set = output.chain(self.set.iter().cloned()).collect();
        Ok(Config::load(&Sources::of_process(self.config.clone(), data, set))?)
    }
}

/// Carries a command line out.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to the one who started it")]
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Fine };
            // Nobody reads what cannot be printed.
            let _ = error.print();
            return exit.into();
        }
    };
    let place = &arguments.place;
    let outcome = match arguments.command.unwrap_or(Command::Run) {
        Command::Doctor { json } => doctor::run(place, json),
        Command::Run => run::run(place).map(|()| (String::new(), Exit::Fine)),
        Command::Setup(wish) => setup::run(place, &wish).map(|text| (text, Exit::Fine)),
        Command::Status { json } => status::run(&place.data(), json).map(|text| (text, Exit::Fine)),
    };
    match outcome {
        Ok((text, exit)) => {
            print!("{text}");
            exit.into()
        }
        Err(failure) => {
            eprintln!("signboard-viewer: {failure}");
            failure.exit.into()
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    built.map_err(|error| {
        Failure::new(Exit::Software, format!("the program cannot start its threads ({error}); see to the limits of its user."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
        let parsed = Arguments::try_parse_from(["signboard-viewer", "run", "--data", "/tmp/x", "--output", "main"]).unwrap();
        assert_eq!(parsed.place.data(), Path::new("/tmp/x"));
        assert!(Arguments::try_parse_from(["signboard-viewer", "dance"]).is_err());
    }
}
