//! The words of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::Failure;
use crate::config::{Config, Problem, Sources};

/// Digital signage: a server for screens.
#[derive(Debug, Parser)]
#[command(name = "signboard", version = super::version())]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Reads the configuration and says whether the server could start with it.
    CheckConfig {
        #[command(flatten)]
        sources: SourceArguments,
    },
    /// Prints the OpenAPI document of the HTTP API.
    Openapi,
    /// Lists the network ports with their purpose, setting and state on this machine.
    Ports {
        #[command(flatten)]
        sources: SourceArguments,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
        /// Prints the page of the operations guide, without the state.
        #[arg(long, conflicts_with = "json")]
        markdown: bool,
    },
    /// Prints a configuration file with every setting explained.
    SampleConfig,
    /// Runs the server.
    Server {
        #[command(flatten)]
        sources: SourceArguments,
        /// Fills an empty data folder with a demo installation.
        #[arg(long)]
        demo: bool,
    },
    /// Prints a new single-use set-up link of the running server.
    SetupLink {
        #[command(flatten)]
        sources: SourceArguments,
    },
    /// Manages the people who may sign in.
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Prints the version.
    Version,
}

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Gives a person of the running server a new one-time password.
    Reset {
        /// Name with which the person signs in.
        name: String,
        #[command(flatten)]
        sources: SourceArguments,
    },
}

/// Where the configuration comes from.
#[derive(Args, Debug)]
pub(super) struct SourceArguments {
    /// Configuration file, instead of /etc/signboard/signboard.toml.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data folder; the same as --set data.dir=DIR.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Sets one setting, such as web.http-port=8080; may be given more than once.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl SourceArguments {
    /// Reads all sources.
    pub(super) fn load(self) -> Result<Config, Failure> {
        let mut set = self.set;
        if let Some(dir) = self.data {
            let dir = std::path::absolute(&dir).unwrap_or(dir);
            set.push(format!("data.dir={}", dir.display()));
        }
        Config::load(&Sources::of_process(self.config, set)).map_err(|problem: Problem| problem.into())
    }
}
