//! The production server with a data folder and ports of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::server::free_port;
use crate::failure::Failure;
use crate::process;

/// How a server of a bench is started.
pub(super) struct Instance {
    binary: PathBuf,
    /// Its data folder.
    pub(super) data: PathBuf,
    /// Its HTTP port on 127.0.0.1.
    pub(super) http: u16,
    /// Its HTTPS port on 127.0.0.1.
    pub(super) https: u16,
    control: u16,
}

impl Instance {
    /// Finds free ports.
    ///
    /// # Errors
    /// Where no port is free.
    pub(super) fn new(binary: &Path, data: &Path) -> Result<Self, Failure> {
        let (http, https, control) = (free_port()?, free_port()?, free_port()?);
        Ok(Self { binary: binary.to_owned(), data: data.to_owned(), http, https, control })
    }

    /// The command line. Services that need root or meet other servers on the network stay off.
    pub(super) fn command(&self) -> Command {
        let mut command = process::command(&self.binary);
        command.args(["server", "--data"]).arg(&self.data);
        for setting in [
            "bind.address=127.0.0.1".to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_of_a_bench_is_alone_on_this_machine() {
        let instance = Instance::new("signboard".as_ref(), "D".as_ref()).unwrap();
        let spelled = process::spelled(&instance.command());
        assert!(spelled.starts_with("signboard server --data D --set bind.address=127.0.0.1 "), "{spelled}");
        assert!(spelled.contains(&format!("web.https-port={} ", instance.https)), "{spelled}");
        assert!(spelled.ends_with("--set discovery.enabled=false --set time.enabled=false"), "{spelled}");
    }
}
