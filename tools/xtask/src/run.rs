//! `cargo xtask run`: from a clone to a demo screen.

use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{fs, thread};

use crate::arguments::{Arguments, Grammar};
use crate::failure::Failure;
use crate::installer::Consent;
use crate::server_binary::{self, Profile};
use crate::serving::Serving;
use crate::{installer, place, port, room, say, tool, web};

const GRAMMAR: Grammar = Grammar {
    switches: &["--lan", "--reset", "--release", "--no-install"],
    values: &["--port", "--https-port", "--control-port", "--data"],
    names: false,
};

/// Megabytes that a build of the server from an empty target folder fills, and an eighth more.
const ROOM: u64 = 4_000;

/// The file that the server keeps beside the data of a demo.
const SECRETS: &str = "demo-secrets";

/// What was asked for.
struct Wish {
    reset: bool,
    profile: Profile,
    serving: Serving,
    data: PathBuf,
    consent: Consent,
}

impl Wish {
    fn parse(words: &[String]) -> Result<Self, Failure> {
        let found = Arguments::parse(words, &GRAMMAR)?;
        Ok(Self {
            reset: found.has("--reset"),
            profile: if found.has("--release") { Profile::Release } else { Profile::Debug },
            serving: Serving {
                address: IpAddr::V4(if found.has("--lan") { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST }),
                http: found.port("--port", 8080)?,
                https: found.port("--https-port", 8443)?,
                control: found.port("--control-port", 17237)?,
            },
            data: found.path("--data").unwrap_or_else(|| place::target().join("demo-data")),
            consent: Consent::unless(found.has("--no-install")),
        })
    }

    /// The server's own command line.
    fn server(&self, binary: &Path) -> Command {
        let mut command = self.serving.command(binary, &self.data);
        command.arg("--demo");
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
    room::require(ROOM)?;
    installer::bring(&[&tool::FFMPEG], wish.consent)?;
    let Serving { address, http, https, control } = wish.serving;
    for (port, switch) in [(http, "--port"), (https, "--https-port"), (control, "--control-port")] {
        port::require(address, port, switch)?;
    }
    say::heading("2/3  Web and server");
    let binary = build(&wish)?;
    if wish.reset {
        forget(&wish.data)?;
    }
    say::heading(format_args!("3/3  Starting, {} after the first line (Ctrl C stops)", say::duration(started.elapsed())));
    // Becoming the server hands over terminal, signals and exit code as they are.
    let error = wish.server(&binary).exec();
    Err(Failure::unavailable(format!("{} could not be started: {error}.", place::short(&binary))))
}

/// Removes a demo installation; none is no error. Any other folder stays.
fn forget(data: &Path) -> Result<(), Failure> {
    if !data.exists() {
        return Ok(());
    }
    if !data.join(SECRETS).is_file() {
        let data = place::short(data);
        return Err(Failure::usage(format!(
            "{data} holds no demo installation, so --reset leaves it alone; name another with --data."
        )));
    }
    fs::remove_dir_all(data).map_err(|error| Failure::file(data, &error))
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
    use crate::process;

    fn server(text: &str) -> String {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let wish = Wish::parse(&words).unwrap();
        process::spelled(&wish.server("target/debug/signboard".as_ref()))
    }

    #[test]
    fn only_a_demo_is_forgotten() {
        let folder = std::env::temp_dir().join(format!("signboard-reset-{}", std::process::id()));
        assert!(forget(&folder).is_ok(), "nothing is there");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("signboard.db"), "dear").unwrap();
        let refused = forget(&folder).unwrap_err().sentence;
        assert!(refused.contains("holds no demo installation") && folder.join("signboard.db").exists(), "{refused}");
        fs::write(folder.join(SECRETS), "b\n").unwrap();
        forget(&folder).unwrap();
        assert!(!folder.exists());
    }

    #[test]
    fn the_server_stays_on_this_machine_unless_asked() {
        assert_eq!(
            server("--data D"),
            "signboard server --data D --set bind.address=127.0.0.1 --set web.http-port=8080 \
             --set web.https-port=8443 --set control.port=17237 --set discovery.enabled=false --set time.enabled=false \
             --set replication.addresses=127.0.0.1 --demo"
        );
        assert!(server("").contains("demo-data --set "));
        let open = server("--lan --port 8090");
        assert!(open.contains("bind.address=0.0.0.0 --set web.http-port=8090") && !open.contains("replication"), "{open}");
    }
}
