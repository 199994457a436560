//! A server of a bench that was set up and holds media, as an administrator would have done it.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::client::Client;
use super::instance::Instance;
use super::server::Server;
use crate::failure::Failure;

/// The administrator's password; the name is `ada`.
pub(super) const PASSWORD: &str = "boats leave at noon";
const PATIENCE: Duration = Duration::from_secs(120);
/// `film.mp4` in Base64, as tus sends names.
const NAME: &str = "ZmlsbS5tcDQ=";

/// A running server and who administers it.
pub(super) struct Installation {
    /// Its process.
    pub(super) server: Server,
    /// Where it answers.
    pub(super) instance: Instance,
    /// Who administers it.
    pub(super) client: Client,
}

impl Installation {
    /// Starts the server on an empty data folder and sets it up.
    ///
    /// # Errors
    /// Where it does not start or refuses to be set up.
    pub(super) fn new(binary: &Path, data: &Path) -> Result<Self, Failure> {
        Self::of(Instance::new(binary, data)?)
    }

    /// Starts an instance whose data folder is empty and sets it up.
    ///
    /// # Errors
    /// Where it does not start or refuses to be set up.
    pub(super) fn of(instance: Instance) -> Result<Self, Failure> {
        let server = Server::start(instance.command(), instance.http, "/readyz", PATIENCE)?;
        let printed = instance.said(&["setup-link"])?;
        let link = link(&printed).ok_or_else(|| Failure::failed("`signboard setup-link` printed no link."))?;
        let mut client = Client::new(instance.http);
        let wish = format!(
            r#"{{"link":"{link}","name":"Bench","language":"en","zone":"UTC","public_address":"http://localhost:{}",
            "login":"ada","password":"{PASSWORD}","user_name":"Ada"}}"#,
            instance.http
        );
        client.json("POST", "/api/v1/setup", &wish)?;
        Ok(Self { server, instance, client })
    }

    /// Uploads a file and waits until it was checked; hands back its path on the web and its file on disk.
    ///
    /// # Errors
    /// Where the server refuses it or takes too long.
    pub(super) fn upload(&mut self, file: &Path) -> Result<(String, PathBuf), Failure> {
        let upload = self.client.upload(file, NAME)?;
        let started = Instant::now();
        let media = loop {
            let state = self.client.json("GET", &upload, "")?.json();
            let text = |key: &str| state.as_ref().and_then(|json| json.get(key)?.text());
            match (text("state"), text("media")) {
                (Some("done"), Some(media)) => break media.to_owned(),
                (Some("refused"), _) => return Err(Failure::failed(format!("The server refuses {}.", file.display()))),
                _ if started.elapsed() > PATIENCE => return Err(Failure::failed("The upload is not checked in time.")),
                _ => thread::sleep(Duration::from_millis(100)),
            }
        };
        let answer = self.client.json("GET", &format!("/api/v1/media/{media}/file"), "")?;
        let path = answer.header("location").ok_or_else(|| Failure::failed("The media record names no file."))?.to_owned();
        let hash = path.rsplit('/').next().filter(|hash| hash.len() > 4).unwrap_or_default();
        let on_disk = self.instance.data.join("media").join(&hash[..2]).join(&hash[2..4]).join(hash);
        if !on_disk.is_file() {
            return Err(Failure::failed(format!("{} is not there, though the server says so.", on_disk.display())));
        }
        Ok((path, on_disk))
    }

    /// The field that makes a request one of the administrator.
    pub(super) fn cookie(&self) -> String {
        format!("Cookie: {}", self.client.cookie)
    }
}

/// The secret of the link that `signboard setup-link` prints.
fn link(printed: &str) -> Option<&str> {
    let (_, rest) = printed.split_once("link=")?;
    rest.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_found_in_what_is_printed() {
        assert_eq!(link("Open within 24 hours:\n\n  http://localhost:8080/setup?link=abc-1\n"), Some("abc-1"));
        assert_eq!(link("nothing"), None);
    }
}
