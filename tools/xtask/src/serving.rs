//! How a server of this program's own is started: where it answers, and with what switched off.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::{port, process};

/// Where a server answers.
#[derive(Clone, Copy)]
pub(crate) struct Serving {
    /// The address that it binds.
    pub(crate) address: IpAddr,
    /// Its HTTP port.
    pub(crate) http: u16,
    /// Its HTTPS port.
    pub(crate) https: u16,
    /// Its control port.
    pub(crate) control: u16,
}

impl Serving {
    /// On this machine only, at ports that are free now.
    ///
    /// # Errors
    /// Where no port is free.
    pub(crate) fn alone() -> Result<Self, Failure> {
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Ok(Self { address, http: port::free()?, https: port::free()?, control: port::free()? })
    }

    /// The server's own command line. Services that need root or meet other servers on the network stay off.
    pub(crate) fn command(&self, binary: &Path, data: &Path) -> Command {
        let mut command = process::command(binary);
        command.args(["server", "--data"]).arg(data);
        let mut settings = vec![
            format!("bind.address={}", self.address),
            format!("web.http-port={}", self.http),
            format!("web.https-port={}", self.https),
            format!("control.port={}", self.control),
            "discovery.enabled=false".to_owned(),
            "time.enabled=false".to_owned(),
        ];
        if self.address.is_loopback() {
            // Others would be given this machine's names, which lead to addresses that are not bound.
            settings.push(format!("replication.addresses={}", self.address));
        }
        for setting in settings {
            command.arg("--set").arg(setting);
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_of_ours_is_alone_on_this_machine() {
        let serving = Serving::alone().unwrap();
        let spelled = process::spelled(&serving.command("signboard".as_ref(), "D".as_ref()));
        assert!(spelled.starts_with("signboard server --data D --set bind.address=127.0.0.1 "), "{spelled}");
        assert!(spelled.contains(&format!("web.https-port={} ", serving.https)), "{spelled}");
        assert!(
            spelled.ends_with("--set discovery.enabled=false --set time.enabled=false --set replication.addresses=127.0.0.1"),
            "{spelled}"
        );
    }
}
