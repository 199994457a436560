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
    /// Searches the network for servers.
    Discover {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
        /// How many seconds to listen.
        #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=600))]
        timeout: u32,
        /// UDP port on which the servers answer.
        #[arg(long, value_name = "PORT", default_value_t = domain::ports::DISCOVERY)]
        port: u16,
        /// Shows every device that answers, not only Signboard servers.
        #[arg(long)]
        all: bool,
        /// Names or addresses to ask directly too.
        #[arg(value_name = "HOST")]
        names: Vec<String>,
    },
    /// Tries everything that the server needs of this machine and its network, and says what to do.
    Doctor {
        #[command(flatten)]
        sources: SourceArguments,
        /// Tries a server from here instead, as a screen would.
        #[arg(long, value_name = "HOST")]
        server: Option<String>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Prints a token by which native viewers enrol at the running server without a person.
    EnrolToken {
        #[command(flatten)]
        token: super::local::TokenWish,
        #[command(flatten)]
        sources: SourceArguments,
    },
    /// Prints firewall rules for the configured ports.
    Firewall {
        #[command(flatten)]
        sources: SourceArguments,
        /// What this machine is.
        #[arg(long, default_value = "server", value_parser = super::firewall::roles())]
        role: String,
        /// Which firewall reads the rules.
        #[arg(long, default_value = "nftables", value_parser = super::firewall::formats())]
        format: String,
        /// Narrows outgoing traffic too.
        #[arg(long)]
        outgoing: bool,
        /// For the role `viewer`: a screen that shares files with screens nearby.
        #[arg(long)]
        share: bool,
    },
    /// Simulates many native viewers with real sessions, to try a server under load.
    #[command(hide = true)]
    Fleet {
        /// How many viewers.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=65_536))]
        viewers: u32,
        /// The server: `host`, `host:port` with the control port, or `https://host` for the tunnel.
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
        server: net::control::Address,
        /// An enrolment token that so many machines may use; without one the installation has to approve automatically.
        #[arg(long, value_name = "TOKEN", default_value = "", hide_default_value = true)]
        token: String,
        /// How often each viewer says how it is, in seconds.
        #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=3600))]
        heartbeat: u32,
        /// Ends after this time, in seconds; otherwise when it is told to.
        #[arg(long, value_name = "SECONDS")]
        seconds: Option<u64>,
        /// How many viewers fetch the files of their slice and verify them.
        #[arg(long, value_name = "N", default_value_t = 10)]
        sample: u32,
        /// The server's metrics, such as http://localhost/metrics: at the end its count of sessions is compared.
        #[arg(long, value_name = "URL")]
        metrics: Option<String>,
        /// Prints one line of JSON each second.
        #[arg(long)]
        json: bool,
    },
    /// Makes the running server, which must be empty, a part of another one's installation.
    Join {
        /// The one-time token that the other server made.
        token: String,
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
    /// Makes the running server the Main of its installation.
    Promote {
        /// The present Main, which must be connected, sends what it has and hands over. Without this, a Main that is still running learns of
        /// it when the two meet, and steps down.
        #[arg(long)]
        planned: bool,
        #[command(flatten)]
        sources: SourceArguments,
    },
    /// Sets the damaged database of a stopped server aside, so that it gets its state from the other servers when it starts. Changes that the
    /// others lack are kept as far as they can be read.
    Rebuild {
        #[command(flatten)]
        sources: SourceArguments,
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
    /// Lists the servers of the installation, what is pending in either direction, and why one is not connected.
    Servers {
        #[command(flatten)]
        sources: SourceArguments,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Prints a one-time token by which another server joins this installation.
    ServerToken {
        #[command(flatten)]
        server: super::local::ServerWish,
        #[command(flatten)]
        sources: SourceArguments,
    },
    /// Prints a new single-use set-up link of the running server.
    SetupLink {
        #[command(flatten)]
        sources: SourceArguments,
    },
    /// Shows how far this machine's clock is from a server's, by NTP.
    Time {
        /// Name or address of the server.
        #[arg(long, value_name = "HOST", default_value = "localhost")]
        server: String,
        /// UDP port of NTP.
        #[arg(long, value_name = "PORT", default_value_t = domain::ports::TIME)]
        port: u16,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Manages the people who may sign in.
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Wakes machines by magic packets (Wake-on-LAN).
    Wake {
        /// Hardware addresses, which need no server; or names of screens, which the running server knows.
        #[arg(value_name = "MAC|NAME", required = true)]
        targets: Vec<String>,
        /// The password that the network cards demand (SecureOn), as 00:11:22:aa:bb:cc or 192.0.2.1.
        #[arg(long, value_name = "PASSWORD")]
        secure_on: Option<String>,
        /// Says who calls which cards, waits for the screens, and says whether they came back. Only for names.
        #[arg(long, conflicts_with = "secure_on")]
        test: bool,
        #[command(flatten)]
        sources: SourceArguments,
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
