//! Settings that are legal alone and do not go together.

use std::path::Path;

use super::{Config, HttpMode, Problem, SecretFileError, Setting as _, TlsMode, read_secret_file};

impl Config {
    /// Refuses settings that contradict each other, and key files that are missing or open to others.
    pub(super) fn check(&self) -> Result<(), Problem> {
        self.check_addresses()?;
        self.check_services()?;
        self.check_certificate()
    }

    fn check_addresses(&self) -> Result<(), Problem> {
        if self.bind.address.is_empty() {
            return Err(self.conflict(
                "bind.address",
                "[]",
                "so nobody could reach the server",
                "name at least one address, such as 0.0.0.0",
            ));
        }
        let mut taken: Vec<(&'static str, u16)> = Vec::new();
        let http = (self.web.http_mode != HttpMode::Off).then_some(("web.http-port", self.web.http_port));
        let ports = [Some(("web.https-port", self.web.https_port)), http, Some(("control.port", self.control.port))];
        for (key, port) in ports.into_iter().flatten().filter(|(_, port)| *port != 0) {
            if let Some((other, _)) = taken.iter().find(|(_, number)| *number == port) {
                let reason = format!("and so is {other}");
                return Err(self.conflict(key, &port.to_string(), &reason, "give each its own port"));
            }
            taken.push((key, port));
        }
        Ok(())
    }

    fn check_services(&self) -> Result<(), Problem> {
        let udp =
            [("discovery.port", self.discovery.port, self.discovery.enabled), ("time.port", self.time.port, self.time.is_on())];
        let [(_, discovery, true), (key, time, true)] = udp else { return Ok(()) };
        if discovery == time && time != 0 {
            return Err(self.conflict(key, &time.to_string(), "and so is discovery.port", "give each its own port"));
        }
        Ok(())
    }

    fn check_certificate(&self) -> Result<(), Problem> {
        let web = &self.web;
        match web.tls {
            TlsMode::Own => Ok(()),
            TlsMode::Files => {
                let (Some(certificate), Some(key)) = (&web.cert_file, &web.key_file) else {
                    let missing = if web.cert_file.is_none() { "web.cert-file" } else { "web.key-file" };
                    return Err(self.conflict(
                        "web.tls",
                        "\"files\"",
                        &format!("but {missing} is not set"),
                        "set web.cert-file and web.key-file, or web.tls to own",
                    ));
                };
                self.check_readable("web.cert-file", certificate)?;
                read_secret_file(key).map(drop).map_err(|error| match &error {
                    SecretFileError::Open { mode, .. } => self.conflict(
                        "web.key-file",
                        &key.show(),
                        &format!("which everyone on this machine can reach (mode {mode:03o})"),
                        &format!("run `chmod 600 {}`", key.display()),
                    ),
                    SecretFileError::Unreadable { source, .. } => self.conflict(
                        "web.key-file",
                        &key.show(),
                        &format!("which cannot be read ({source})"),
                        "name a file that the server's user can read",
                    ),
                })
            }
            TlsMode::Acme => {
                if web.names.is_empty() {
                    return Err(self.conflict(
                        "web.tls",
                        "\"acme\"",
                        "but web.names is empty",
                        "name the public host names of this server in web.names",
                    ));
                }
                if web.http_mode == HttpMode::Off {
                    return Err(self.conflict(
                        "web.http-mode",
                        "\"off\"",
                        "but web.tls is \"acme\", whose authority calls the HTTP port",
                        "set web.http-mode to redirect or serve",
                    ));
                }
                if !web.acme_directory.starts_with("https://") {
                    return Err(self.conflict(
                        "web.acme-directory",
                        &web.acme_directory.show(),
                        "which is no https address",
                        "give the https address of the authority's directory",
                    ));
                }
                web.acme_ca_file.as_deref().map_or(Ok(()), |path| self.check_readable("web.acme-ca-file", path))
            }
        }
    }

    fn check_readable(&self, key: &'static str, path: &Path) -> Result<(), Problem> {
        std::fs::File::open(path).map(drop).map_err(|error| {
            let value = path.to_owned().show();
            self.conflict(key, &value, &format!("which cannot be read ({error})"), "name a readable file")
        })
    }

    fn conflict(&self, key: &'static str, value: &str, reason: &str, remedy: &str) -> Problem {
        Problem::Conflict {
            place: self.origin(key),
            key,
            value: value.to_owned(),
            reason: reason.to_owned(),
            remedy: remedy.to_owned(),
        }
    }
}
