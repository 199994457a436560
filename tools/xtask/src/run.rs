//! `cargo xtask run`: from a clone to a demo screen.

use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;
use std::{fs, thread};

use crate::arguments::{Arguments, Grammar};
use crate::failure::Failure;
use crate::installer::Consent;
use crate::server_binary::{self, Profile};
use crate::{installer, place, port, process, say, tool, web};

const GRAMMAR: Grammar = Grammar {
    switches: &["--lan", "--reset", "--release", "--no-install"],
    values: &["--port", "--https-port", "--control-port"],
    names: false,
};

/// What was asked for.
struct Wish {
    lan: bool,
    reset: bool,
    profile: Profile,
    http: u16,
    https: u16,
    control: u16,
    consent: Consent,
}

impl Wish {
    fn parse(words: &[String]) -> Result<Self, Failure> {
        let found = Arguments::parse(words, &GRAMMAR)?;
        Ok(Self {
            lan: found.has("--lan"),
            reset: found.has("--reset"),
            profile: if found.has("--release") { Profile::Release } else { Profile::Debug },
            http: found.port("--port", 8080)?,
            https: found.port("--https-port", 8443)?,
            control: found.port("--control-port", 17237)?,
            consent: Consent::unless(found.has("--no-install")),
        })
    }

    fn address(&self) -> IpAddr {
        IpAddr::V4(if self.lan { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST })
    }

    /// The server's own command line.
    fn server(&self, binary: PathBuf, data: &std::path::Path) -> Command {
        let mut command = process::command(binary);
        command.args(["server", "--demo", "--data"]).arg(data);
        for setting in [
            format!("bind.address={}", self.address()),
            format!("web.http-port={}", self.http),
            format!("web.https-port={}", self.https),
            format!("control.port={}", self.control),
            "discovery.enabled=false".to_owned(),
            "time.enabled=false".to_owned(),
        ] {
            command.arg("--set").arg(setting);
        }
        command
    }
}

/// Prepares everything, then becomes the server.
pub(crate) fn main(words: &[String]) -> Result<(), Failure> {
    let wish = Wish::parse(words)?;
    let started = Instant::now();
    say::heading("1/3  Tools and ports");
    tool::rust()?;
    tool::node()?;
    installer::bring(&[&tool::FFMPEG], wish.consent)?;
    for (port, switch) in [(wish.http, "--port"), (wish.https, "--https-port"), (wish.control, "--control-port")] {
        port::require(wish.address(), port, switch)?;
    }
    say::heading("2/3  Web and server");
    let binary = build(&wish)?;
    let data = place::target().join("demo-data");
    if wish.reset && data.exists() {
        fs::remove_dir_all(&data).map_err(|error| Failure::file(&data, &error))?;
    }
    say::heading(format_args!("3/3  Starting, {} after the first line (Ctrl C stops)", say::duration(started.elapsed())));
    // Becoming the server hands over terminal, signals and exit code as they are.
    let error = wish.server(binary.clone(), &data).exec();
    Err(Failure::unavailable(format!("{} could not be started: {error}.", place::short(&binary))))
}

fn build(wish: &Wish) -> Result<PathBuf, Failure> {
    if wish.profile == Profile::Release {
        // An optimised server carries the web part inside, so that must be there first.
        web::prepare(wish.consent)?;
        return server_binary::build(wish.profile);
    }
    // A debug server reads the web part from disk, so both may be made at once.
    let consent = wish.consent;
    let web = thread::spawn(move || web::prepare(consent));
    let server = server_binary::build(wish.profile);
    web.join().expect("the web thread returns its failure")?;
    server?;
    // The build script has seen the folder without what the web build put there since.
    server_binary::build(wish.profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> String {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let wish = Wish::parse(&words).unwrap();
        process::spelled(&wish.server("target/debug/signboard".into(), "D".as_ref()))
    }

    #[test]
    fn the_server_stays_on_this_machine_unless_asked() {
        assert_eq!(
            server(""),
            "signboard server --demo --data D --set bind.address=127.0.0.1 --set web.http-port=8080 \
             --set web.https-port=8443 --set control.port=17237 --set discovery.enabled=false --set time.enabled=false"
        );
        assert!(server("--lan --port 8090").contains("bind.address=0.0.0.0 --set web.http-port=8090"));
    }
}
